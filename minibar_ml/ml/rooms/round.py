"""Which rooms a round visits, and what it takes along."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.rooms.predictive import Predictive
from minibar_ml.ml.rooms.visit_model import Ints
from minibar_ml.ml.stats import negative_binomial
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

Flags = NDArray[np.bool_]
ENOUGH = 0.8
"""Probability that what is on the cart is enough, product by product."""
TYPE_PRIOR_UNITS = 50.0
"""Units of the whole hotel's mix of products that a room type's own mix is shrunk by."""


def choose(units: Floats, checked_on: Ints, always: Flags, count: int) -> Flags:
    """The rooms to visit: those that always are, and of the others the `count` with the most expected units.

    Of equals the one that was checked longest ago.
    """
    order = np.lexsort((checked_on, -np.nan_to_num(units)))
    order = order[~always[order]]
    picked = always.copy()
    picked[order[: max(count, 0)]] = True
    return picked


def products_of(made: Predictive, used: "DataFrame") -> "DataFrame":
    """By product_id, the `expected` units of checks and the `units` that are enough with probability 0.8.

    `used`: room_type, product_id and units of the hotel's last weeks. A unit is of a product with the probability
    of its room type's mix; the sum over checks is taken for a negative binomial of the same mean and variance.
    """
    import pandas as pd

    if not len(used) or not len(made.found):
        return pd.DataFrame({"product_id": [], "expected": [], "units": []}, dtype="int64")
    table = used.pivot_table("units", "room_type", "product_id", "sum", fill_value=0.0)
    whole = table.sum(axis=0) / table.to_numpy().sum()
    shares = table.reindex(made.found["room_type"].unique(), fill_value=0.0) + TYPE_PRIOR_UNITS * whole
    shares = shares.div(shares.sum(axis=1), axis=0).loc[made.found["room_type"]].to_numpy()
    mean = made.mean
    extra = mean**2 / made.spread
    expected = mean @ shares
    size = expected**2 / np.maximum(extra @ shares**2, 1e-9)
    enough = negative_binomial.quantile(ENOUGH, expected, size).astype(int)
    return pd.DataFrame({"product_id": table.columns.to_numpy(), "expected": expected, "units": enough})
