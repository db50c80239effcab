"""What to order and by when, so that a product lasts: a periodic order-up-to rule on the forecast's P90.

Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains (2017), ch. 6: the stock, and what is
ordered, must last through the delivery and the days that an order is to cover. What is on order already counts
as stock.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.domain.hotels.supplies import Supplies
from minibar_ml.ml.forecasting.days_left import DRIFT, DRIFT_A_DAY
from minibar_ml.ml.forecasting.demand import Flags
from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.stats import negative_binomial
from minibar_ml.ml.stats.panels import Floats, Ints

if TYPE_CHECKING:
    from pandas import DataFrame


def terms(products: Ints, supplies: Supplies) -> tuple[Ints, Ints, Ints]:
    """Lead time in days, order multiple and least order of each product."""
    known = [supplies.of(product) for product in products.tolist()]
    columns = [[one.lead_time_days, one.order_multiple, one.min_order] for one in known]
    made = np.array(columns, dtype=np.int64).reshape(-1, 3)
    return made[:, 0], made[:, 1], made[:, 2]


COMING_DAYS = 28
"""An order that is due later than in so many days leaves the present one to be given."""


@dataclass(frozen=True, slots=True)
class OnOrder:
    """What is on order of each product: units, and the ordinal on which the first of them are due (0: no date)."""

    units: Floats
    due_on: Ints

    def comes_in_time(self, earliest: Floats, today: int) -> Flags:
        """Whether the first delivery is due before the stock's P10 (days left from the start of `today`) is over."""
        return np.asarray((self.due_on >= today) & (self.due_on <= today + np.floor(earliest)), dtype=np.bool_)


def on_order(orders: "DataFrame", products: Ints, today: int) -> OnOrder:
    """What of the open orders counts as stock to come: due within four weeks, overdue, or without a date.

    `orders` as in Frames.
    """
    near = orders[(orders["due_on"] <= today + COMING_DAYS) & orders["product_id"].isin(products)]
    units = near.groupby("product_id")["units"].sum().reindex(products, fill_value=0.0)
    due = near[near["due_on"] != UNKNOWN_DAY].groupby("product_id")["due_on"].min()
    return OnOrder(units.to_numpy(dtype=float), due.reindex(products, fill_value=UNKNOWN_DAY).to_numpy(dtype=np.int64))


def high_demand(daily: Floats, dispersion: Floats, days: Ints, probability: float) -> Floats:
    """Units that demand of so many days stays within, with that probability; variance as in forecast_days."""
    mean = np.maximum(daily * days, 1e-9)
    spread = dispersion * mean + mean**2 * (DRIFT + DRIFT_A_DAY * days)
    return negative_binomial.quantile(probability, mean, mean**2 / np.maximum(spread - mean, 1e-6 * mean))


def quantities(
    products: Ints, stock: Floats, daily: Floats, dispersion: Floats, probability: float, supplies: Supplies
) -> Ints:
    """Units to order of each product now; 0 where the stock, on hand and on order, lasts through delivery and cover."""
    lead, multiple, least = terms(products, supplies)
    needed = high_demand(daily, dispersion, lead + supplies.cover_days, probability) - stock
    units = np.where(needed > 0, np.maximum(needed, least), 0.0)
    return np.asarray(np.ceil(units / multiple) * multiple, dtype=np.int64)


def last_days(products: Ints, earliest: Floats, today: int, supplies: Supplies) -> Ints:
    """The ordinal by which to order: the delivery arrives on the day that P10 says is the last; never before today.

    `earliest` is P10 of days left, from the start of the ordinal `today`.
    """
    lead, _, _ = terms(products, supplies)
    return np.asarray(np.maximum(today + np.floor(earliest).astype(np.int64) - lead, today))
