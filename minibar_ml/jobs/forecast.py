"""forecast: what the night's forecasts say as of an instant, and how good the stored ones have been. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from minibar_ml.domain.forecasts import StockForecast
from minibar_ml.jobs.forecasts.forecasting import STORED_DAYS
from minibar_ml.ml.forecasting.accuracy import Accuracy, Cases, accuracy
from minibar_ml.ml.forecasting.frames import Stock, stock_of
from minibar_ml.ml.forecasting.model import WINDOW_DAYS
from minibar_ml.ml.frames import Frames
from minibar_ml.store.points import forecasts
from minibar_ml.store.points import frames as points
from minibar_ml.store.source import contract as source

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCALE_DAYS = 35


@dataclass(frozen=True, slots=True)
class ForecastResult:
    """All products, the soonest empty first, then those of which nothing is known; accuracy by hotel."""

    as_of: datetime
    products: tuple[StockForecast, ...]
    accuracy: dict[int, Accuracy]

    @property
    def with_stays(self) -> tuple[int, ...]:
        """Hotels whose forecasts take reservations into account."""
        return tuple(sorted({one.hotel_id for one in self.products if one.with_stays}))


def run(connection: "Connection", as_of: datetime, zone: ZoneInfo, hotel_id: int | None = None) -> ForecastResult:
    """The newest stored forecasts of every hotel as of an instant.

    Nothing is computed again: whoever asks, in whatever role, gets the figures that reports and alerts have.
    """
    today = as_of.astimezone(zone).date()
    names = forecasts.fetch_names(connection, source.read(connection).usable)
    products = forecasts.fetch_newest(connection, as_of, hotel_id, names)
    oldest = datetime.combine(today - timedelta(days=STORED_DAYS + WINDOW_DAYS + 1), time.min, tzinfo=zone)
    stored = forecasts.fetch(connection, oldest, as_of, hotel_id)
    frames = points.fetch_stock(connection, oldest, as_of)
    return ForecastResult(as_of.astimezone(UTC), tuple(products), _accuracy(frames, stored, today))


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
