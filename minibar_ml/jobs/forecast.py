"""forecast: days left of every product as of an instant, and how good the stored forecasts have been. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from minibar_ml.domain.metrics import STAYS
from minibar_ml.domain.supplies import Supplies
from minibar_ml.jobs.forecasting import STORED_DAYS
from minibar_ml.ml.forecasting.accuracy import Accuracy, Cases, accuracy
from minibar_ml.ml.forecasting.frames import Forecast, Stock, factor_of, forecast_stock, stock_of
from minibar_ml.ml.forecasting.model import WINDOW_DAYS
from minibar_ml.ml.frames import Frames
from minibar_ml.store.points import forecasts
from minibar_ml.store.points import frames as points
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import entities

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCALE_DAYS = 35
OUTLOOK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Ahead:
    """One coming day: units expected, units left at its end (0: none), probability that the stock is gone by then."""

    day: date
    expected: float
    left: float
    empty: float


@dataclass(frozen=True, slots=True)
class Product:
    """The forecast of one product; without `days` there is none, and `reason` says why."""

    hotel_id: int
    product_id: int
    name: str
    level: float | None
    daily_units: float | None
    days: float | None
    p10: float | None
    p90: float | None
    empty_on: date | None
    order_quantity: int | None
    order_by: date | None
    method: str | None
    demand: str | None
    reason: str | None
    ahead: tuple[Ahead, ...] = ()


@dataclass(frozen=True, slots=True)
class ForecastResult:
    """All products, the soonest empty first, then those of which nothing is known; accuracy by hotel."""

    as_of: datetime
    products: tuple[Product, ...]
    accuracy: dict[int, Accuracy]
    with_stays: tuple[int, ...]


def run(
    connection: "Connection",
    as_of: datetime,
    zone: ZoneInfo,
    supplies: Supplies,
    *,
    hotel_id: int | None = None,
    is_live: bool = False,
) -> ForecastResult:
    """Forecast every hotel's products as of an instant; `is_live`: that is now, so stays ahead are known."""
    today = as_of.astimezone(zone).date()
    oldest = datetime.combine(today - timedelta(days=STORED_DAYS + WINDOW_DAYS + 1), time.min, tzinfo=zone)
    usable = source.read(connection).usable
    retired = entities.fetch_retired(connection, usable)
    frames = points.fetch_stock(connection, oldest, as_of).in_range(retired)
    if is_live and usable >= STAYS:
        frames = replace(frames, reservations=points.fetch_reservations(connection, oldest, as_of))
    names = forecasts.fetch_names(connection, usable)
    supplies = supplies.named(names)
    stored = forecasts.fetch(connection, oldest, as_of, hotel_id)
    products: list[Product] = []
    with_stays: list[int] = []
    for hotel in [one for one in sorted(set(frames.levels["hotel_id"].tolist())) if hotel_id in (None, one)]:
        own = frames.of_hotel(hotel)
        factor = factor_of(own, today.toordinal())
        with_stays += [hotel] if factor is not None else []
        stock = stock_of(own, today.toordinal() - WINDOW_DAYS, today.toordinal() + 1)
        made = forecast_stock(stock, today.toordinal(), is_complete=False, factor=factor)
        products += [one for one in _products(hotel, made, supplies, names) if one.product_id not in retired]
    products.sort(key=lambda one: (one.days is None, one.days or 0.0, one.hotel_id, one.product_id))
    return ForecastResult(as_of.astimezone(UTC), tuple(products), _accuracy(frames, stored, today), tuple(with_stays))


def _products(hotel_id: int, made: Forecast, supplies: Supplies, names: dict[int, str]) -> list[Product]:
    order, order_by = made.orders(supplies)
    outlook = made.outlook
    chances = made.chances(OUTLOOK_DAYS)
    found = []
    for row, product in enumerate(made.products.tolist()):
        known, level = bool(outlook.known[row]), _finite(made.level[row])
        one = Product(
            hotel_id=hotel_id,
            product_id=product,
            name=names.get(product, str(product)),
            level=level,
            daily_units=_rounded(outlook.daily[row], known),
            days=_rounded(outlook.days[row], known),
            p10=_rounded(outlook.earliest[row], known),
            p90=_rounded(outlook.latest[row], known),
            empty_on=date.fromordinal(made.first + int(outlook.days[row])) if known else None,
            order_quantity=int(order[row]) if known else None,
            order_by=date.fromordinal(int(order_by[row])) if known and order[row] else None,
            method=outlook.method(row) if known else None,
            demand=str(outlook.classes[row]) if known else None,
            reason=None if known else str(outlook.reasons[row]),
            ahead=_ahead(made, row, chances[row]) if known else (),
        )
        found.append(one)
    return found


def _ahead(made: Forecast, row: int, chances: Any) -> tuple[Ahead, ...]:
    expected = made.outlook.expected[row, :OUTLOOK_DAYS]
    left = np.maximum(made.level[row] - expected.cumsum(), 0.0)
    return tuple(
        Ahead(date.fromordinal(made.first + n), round(float(units), 2), round(float(rest), 1), round(float(gone), 4))
        for n, (units, rest, gone) in enumerate(zip(expected, left, chances, strict=True))
    )


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _rounded(value: Any, known: bool) -> float | None:
    return round(float(value), 2) if known else None


def _accuracy(frames: Frames, stored: Sequence[Any], today: date) -> dict[int, Accuracy]:
    """How good the stored forecasts of each hotel were, by the days that have ended since."""
    until = today.toordinal()
    since = until - STORED_DAYS - SCALE_DAYS
    found = {}
    for hotel_id, group in groupby(stored, key=lambda row: row.hotel_id):
        rows = list(group)
        stock = stock_of(frames.of_hotel(hotel_id), since, until)
        found[hotel_id] = accuracy(_cases(stock, rows, since, until))
    return found


def _cases(stock: Stock, rows: Sequence[Any], since: int, until: int) -> Cases:
    product, day = (np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in ("product_id", "day"))
    fit = np.isin(product, stock.products) & (day >= until - STORED_DAYS) & (day < until)
    place = np.searchsorted(stock.products, product[fit])
    used = np.concatenate([stock.used(since, until), np.full((len(stock.products), STORED_DAYS), np.nan)], axis=1)
    at = (day[fit] - since)[:, None]
    columns = {
        name: np.array([getattr(row, name) for row in rows], dtype=float)[fit]
        for name in ("level", "days", "earliest", "latest", "daily", "empty_in_7")
    }
    return Cases(
        before=used[place[:, None], at + np.arange(-SCALE_DAYS + 1, 1)],
        after=used[place[:, None], at + np.arange(1, STORED_DAYS + 1)],
        **columns,
    )
