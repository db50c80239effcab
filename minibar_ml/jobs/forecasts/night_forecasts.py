"""The forecasts of the night: made by train from what is known then, and read by everybody until the next night."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from minibar_ml.domain.forecasts import Ahead, StockForecast
from minibar_ml.domain.hotels.supplies import Supplies
from minibar_ml.domain.metrics import COMMON_STORE, STAYS
from minibar_ml.jobs.plans import TrainingPlan
from minibar_ml.ml.forecasting.frames import Forecast, factor_of, forecast_stock, stock_of
from minibar_ml.ml.forecasting.model import WINDOW_DAYS
from minibar_ml.ml.forecasting.orders import OnOrder
from minibar_ml.ml.frames import UNKNOWN_DAY, Frames
from minibar_ml.store.points import forecasts
from minibar_ml.store.points import frames as points

if TYPE_CHECKING:
    from pandas import DataFrame
    from sqlalchemy import Connection

OUTLOOK_DAYS = 14


def read(
    connection: "Connection", hotels: Mapping[int, Frames], plan: TrainingPlan, usable: Collection[str]
) -> dict[int, Frames]:
    """The hotels' frames with what a live run knows of the days ahead: stays and open orders."""
    hotels = _with_stays(connection, hotels, plan) if plan.is_live and STAYS.issubset(usable) else hotels
    return _with_orders(connection, hotels, plan) if plan.is_live and "source_orders" in usable else dict(hotels)


def store(connection: "Connection", made: Sequence[StockForecast], hotels: Collection[int], plan: TrainingPlan) -> None:
    """Make these the hotels' forecasts of the night."""
    forecasts.insert_night(connection, plan.today(), plan.as_of, made, hotels, is_live=plan.is_live)


def once(made: Sequence[StockForecast]) -> list[StockForecast]:
    """Without what hotels of a chain use from its common store, which has the stock and the forecast of it."""
    common = {one.product_id for one in made if one.hotel_id == COMMON_STORE and one.level is not None}
    return [one for one in made if one.level is not None or one.product_id not in common]


def _with_stays(connection: "Connection", hotels: Mapping[int, Frames], plan: TrainingPlan) -> dict[int, Frames]:
    stays = points.fetch_reservations(connection, plan.oldest(WINDOW_DAYS + 1), plan.as_of, hotels)
    return {hotel: replace(frames, reservations=_of(stays, hotel)) for hotel, frames in hotels.items()}


def _with_orders(connection: "Connection", hotels: Mapping[int, Frames], plan: TrainingPlan) -> dict[int, Frames]:
    orders = points.fetch_orders(connection, plan.oldest(WINDOW_DAYS + 1), plan.as_of, hotels)
    return {hotel: replace(frames, orders=_of(orders, hotel)) for hotel, frames in hotels.items()}


def _of(rows: "DataFrame", hotel_id: int) -> "DataFrame":
    """One hotel's rows; the common store of a chain lives by the stays and orders of all its hotels."""
    return rows.assign(hotel_id=hotel_id) if hotel_id == COMMON_STORE else rows[rows["hotel_id"] == hotel_id]


def compute(hotel_id: int, frames: Frames, plan: TrainingPlan) -> list[StockForecast]:
    """The forecast of a hotel's products as of the plan's instant; `frames` hold products and levels of 60 days."""
    day = plan.today().toordinal()
    factor = factor_of(frames, day)
    made = forecast_stock(stock_of(frames, day - WINDOW_DAYS, day + 1), day, is_complete=False, factor=factor)
    supplies = plan.limits_of(hotel_id).supplies
    return _products(hotel_id, made, made.on_order(frames), supplies, with_stays=factor is not None)


def _products(
    hotel_id: int, made: Forecast, coming: OnOrder, supplies: Supplies, *, with_stays: bool
) -> list[StockForecast]:
    order, order_by = made.orders(supplies, coming)
    outlook = made.outlook
    chances = made.chances(OUTLOOK_DAYS)
    found = []
    for row, product in enumerate(made.products.tolist()):
        known, level = bool(outlook.known[row]), _finite(made.level[row])
        one = StockForecast(
            hotel_id=hotel_id,
            product_id=product,
            name=str(product),
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
            with_stays=with_stays,
            floor_units=float(made.floor[row]) or None,
            ordered_units=float(coming.units[row]) or None,
            due_on=date.fromordinal(int(coming.due_on[row])) if coming.due_on[row] != UNKNOWN_DAY else None,
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
