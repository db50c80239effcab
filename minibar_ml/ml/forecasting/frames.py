"""The forecast of a hotel's day out of frames: for the detector, the nightly points and the command."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from minibar_ml.domain.hotels.supplies import Supplies
from minibar_ml.ml.forecasting.days_left import empty_by
from minibar_ml.ml.forecasting.guests import driver
from minibar_ml.ml.forecasting.model import WINDOW_DAYS, Outlook, forecast
from minibar_ml.ml.forecasting.orders import OnOrder, last_days, on_order, quantities
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats.panels import Floats, Ints, ids_of, panel
from minibar_ml.ml.stock.floor import floor_levels


@dataclass(frozen=True, slots=True)
class Stock:
    """A hotel's products that were used or have a level, and their days since <= day < until.

    `refilled`, `consumed` (units a day), `levels` (at the day's end, in the depot and the floor store together; NaN
    before the depot's first) and `floor` (what of that is in the floor store) are products x days; `first_used` is the
    ordinal of the first day with use, `until` where there is none.
    """

    products: Ints
    since: int
    refilled: Floats
    consumed: Floats
    levels: Floats
    floor: Floats
    first_used: Ints

    def known_on(self, day: int) -> "Stock":
        """Only the products that a day knew of."""
        rows = np.isfinite(self.levels[:, day - self.since]) | (self.first_used <= day)
        by_day = (self.refilled[rows], self.consumed[rows], self.levels[rows], self.floor[rows])
        return Stock(self.products[rows], self.since, *by_day, self.first_used[rows])

    def used(self, since: int, until: int) -> Floats:
        """Units used a day: refilled, or found consumed where none of a product's refills are recorded."""
        span = slice(since - self.since, until - self.since)
        refilled, consumed = self.refilled[:, span], self.consumed[:, span]
        return np.where(refilled.any(axis=1, keepdims=True), refilled, consumed)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of a hotel's products.

    `first` is the ordinal of the first day ahead, `level` the units now, of which `floor` are in the floor store.
    """

    products: Ints
    first: int
    level: Floats
    floor: Floats
    outlook: Outlook

    def high(self) -> float:
        """The nominal probability of demand that the calibrated P10 of days left stands for."""
        return 1 - self.outlook.widths.probabilities()[0]

    def chances(self, days: int) -> Floats:
        """Probability of each product to be empty by the end of each of so many coming days; NaN where unknown."""
        means = self.outlook.expected[:, :days].cumsum(axis=1)
        level = np.where(self.outlook.known, self.level, 0.0)[:, None]
        ahead = np.broadcast_to(np.arange(1.0, days + 1), means.shape)
        chances = empty_by(level, means, self.outlook.dispersion[:, None], ahead)
        return np.where(self.outlook.known[:, None], chances, np.nan)

    def on_order(self, frames: Frames) -> OnOrder:
        """What is on order of each product already."""
        return on_order(frames.orders, self.products, self.first)

    def orders(self, supplies: Supplies, coming: OnOrder | None = None) -> tuple[Ints, Ints]:
        """Units to order of each product (0: none yet, or unknown) and the ordinal by which to order.

        `coming`: what is on order already.
        """
        known, outlook = self.outlook.known, self.outlook
        level, earliest = np.where(known, self.level, 0.0), np.where(known, outlook.earliest, 0.0)
        stock = np.maximum(level, 0.0) + (0.0 if coming is None else coming.units)
        order = quantities(self.products, stock, outlook.daily, outlook.dispersion, self.high(), supplies)
        return np.where(known, order, 0), last_days(self.products, earliest, self.first, supplies)


def stock_of(frames: Frames, since: int, until: int) -> Stock:
    """The arrays of one hotel's frames for the days since <= day < until; later rows are not looked at."""
    own = frames.products[frames.products["day"] < until]
    ledger = frames.levels[frames.levels["day"] < until]
    products = np.union1d(ids_of(ledger, "product_id"), ids_of(own, "product_id"))
    first = own.groupby("product_id")["day"].min().reindex(products).fillna(until)
    depot, floor = _levels(frames, products, since, until), floor_levels(frames, products, since, until)
    return Stock(
        products=products,
        since=since,
        refilled=panel(own, "product_id", products, "refilled", since, until),
        consumed=panel(own, "product_id", products, "units", since, until),
        levels=np.where(floor > 0, np.maximum(depot, 0.0) + floor, depot),
        floor=floor,
        first_used=first.to_numpy(dtype=np.int64),
    )


def forecast_stock(stock: Stock, day: int, *, is_complete: bool, factor: Floats | None = None) -> Forecast:
    """The forecast at the end of `day`, or in its midst: then from the level now and the use up to yesterday.

    `factor`: of each of the coming 90 days on demand (see `guests.driver`).
    """
    stock = stock.known_on(day)
    until = day + 1 if is_complete else day
    since = until - WINDOW_DAYS
    span = slice(since - stock.since, until - stock.since)
    level = stock.levels[:, day - stock.since]
    used, history = stock.used(since, until), until - stock.first_used
    outlook = forecast(used, stock.levels[:, span], history.astype(float), since, level, factor)
    return Forecast(stock.products, until, level, stock.floor[:, day - stock.since], outlook)


def forecast_days(frames: Frames, days: Sequence[int]) -> list[Forecast]:
    """The forecasts at the ends of several days, each from the rows up to it alone and without stays ahead."""
    if not days:
        return []
    stock = stock_of(frames, min(days) + 1 - WINDOW_DAYS, max(days) + 1)
    return [forecast_stock(stock, day, is_complete=True) for day in days]


def factor_of(frames: Frames, today: int) -> Floats | None:
    """What reservations say of demand from `today` on; None where they say nothing."""
    reservations = frames.reservations
    arrives, departs = (reservations[name].to_numpy(dtype=np.int64) for name in ("arrives_on", "departs_on"))
    return driver(arrives, departs, reservations["rooms"].to_numpy(dtype=float), today) if len(reservations) else None


def _levels(frames: Frames, products: Ints, since: int, until: int) -> Floats:
    """Level at the end of each day, the last known one carried on; NaN before the first."""
    ledger = frames.levels.dropna(subset="level").sort_values(["product_id", "at"], kind="stable")
    ends = ledger[ledger["day"] < until].drop_duplicates(["product_id", "day"], keep="last")
    # Of several days before the first only the last one holds.
    day = np.maximum(ends["day"].to_numpy(dtype=np.int64), since) - since
    levels = np.full((len(products), until - since), np.nan)
    levels[np.searchsorted(products, ends["product_id"].to_numpy(dtype=np.int64)), day] = ends["level"]
    seen = np.where(np.isnan(levels), 0, np.arange(1, until - since + 1))
    place = np.maximum.accumulate(seen, axis=1)
    return np.where(place > 0, np.take_along_axis(levels, np.maximum(place - 1, 0), axis=1), np.nan)
