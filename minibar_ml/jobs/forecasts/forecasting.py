"""The nightly forecasts as metric points: what train stores for the days that are over."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from minibar_ml.domain.hotels.supplies import Supplies
from minibar_ml.jobs.plans import DetectionPlan, TrainingPlan
from minibar_ml.ml.contract import Limits
from minibar_ml.ml.forecasting.frames import Forecast, forecast_days
from minibar_ml.ml.forecasting.rates import WEEK
from minibar_ml.ml.frames import Frames
from minibar_ml.store.points import forecasts
from minibar_ml.store.points.forecasts import Point
from minibar_ml.store.points.metrics import MergeResult

if TYPE_CHECKING:
    from sqlalchemy import Connection

Plan = TypeVar("Plan", DetectionPlan, TrainingPlan)
STORED_DAYS = 31
"""Days before today that are forecast again each night, for rows that came late."""


def with_names(connection: "Connection", plan: Plan, usable: Collection[str]) -> Plan:
    """The plan with what is known of products' supplies by their ids, where they are stated by name."""
    if not any(limits.supplies.by_name for limits in (plan.limits, *plan.own_limits.values())):
        return plan
    names = forecasts.fetch_names(connection, usable)

    def named(limits: Limits) -> Limits:
        return replace(limits, supplies=limits.supplies.named(names))

    own = {hotel_id: named(limits) for hotel_id, limits in plan.own_limits.items()}
    return replace(plan, limits=named(plan.limits), own_limits=own)


def compute(hotel_id: int, frames: Frames, plan: TrainingPlan) -> list[Point]:
    """A hotel's forecasts of the last 31 days that are over, each from what lay before its end alone.

    `frames` must hold the products and levels of the 60 days before those. A point says nothing of stays ahead: only
    a live run can know those, and a stored point depends on source rows and its business day alone (and, for its
    order, on how products are ordered).
    """
    return [
        point
        for made in forecast_days(frames, [day.toordinal() for day in _days(plan)])
        for point in _points(hotel_id, made, plan.limits_of(hotel_id).supplies)
    ]


def store(
    connection: "Connection", points: Sequence[Point], hotels: Collection[int], plan: TrainingPlan
) -> MergeResult:
    """Make these the forecasts of the hotels on those days."""
    return forecasts.merge(connection, points, hotels, _days(plan), is_live=plan.is_live)


def _days(plan: TrainingPlan) -> list[date]:
    return [plan.today() - timedelta(days=ago) for ago in range(STORED_DAYS, 0, -1)]


def _points(hotel_id: int, made: Forecast, supplies: Supplies) -> list[Point]:
    order, order_by = made.orders(supplies)
    chances = made.chances(WEEK)[:, -1]
    outlook, day = made.outlook, date.fromordinal(made.first - 1)
    found = []
    for row in outlook.known.nonzero()[0].tolist():
        context: dict[str, Any] = {
            "p10": round(float(outlook.earliest[row]), 3),
            "p90": round(float(outlook.latest[row]), 3),
            "level": float(made.level[row]),
            "daily_units": round(float(outlook.daily[row]), 4),
            "empty_in_7_days": round(float(chances[row]), 4),
            "order_quantity": int(order[row]),
            "order_by": date.fromordinal(int(order_by[row])).isoformat() if order[row] else None,
            "method": outlook.method(row),
            "class": str(outlook.classes[row]),
        }
        found.append(Point(hotel_id, int(made.products[row]), day, round(float(outlook.days[row]), 3), context))
    return found
