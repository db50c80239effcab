"""Stored forecasts: points of days left, to see what they were worth, and the forecasts of the night, to be shown."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from minibar_ml.domain.forecasts import StockForecast, from_figures
from minibar_ml.store.points.metrics import MergeResult
from minibar_ml.store.queries import query


@dataclass(frozen=True, slots=True)
class Point:
    """One product's forecast at the end of a business day; `days` is P50, the rest stands in `context`."""

    hotel_id: int
    product_id: int
    business_date: date
    days: float
    context: Mapping[str, Any]


def merge(
    connection: Connection, points: Sequence[Point], hotels: Collection[int], days: Sequence[date], *, is_live: bool
) -> MergeResult:
    """Make these the forecasts of the hotels on all of the days (in order, without a gap), in two statements.

    Equal points are not touched; points of those hotels and days that are not given are removed. `is_live`: the last
    of the days was yesterday, so that points of later ones, of a run whose clock was ahead, are removed too.
    """
    rows = [
        {
            "hotel_id": point.hotel_id,
            "entity_id": point.product_id,
            "metric_value": point.days,
            "business_date": point.business_date.isoformat(),
            "context": dict(point.context),
        }
        for point in points
    ]
    span = {"since_on": days[0], "until_on": days[-1] + timedelta(days=1)}
    connection.execute(query("forecasts.ensure_partitions"), span)
    values = {"points": json.dumps(rows, allow_nan=False), "hotels": sorted(hotels), "is_live": is_live, **span}
    done = connection.execute(query("forecasts.merge"), values).one()
    return MergeResult(done.inserted, done.updated, done.removed)


def fetch(connection: Connection, since: datetime, until: datetime, hotel_id: int | None) -> list[Any]:
    """Rows of the forecasts observed in since <= t < until: hotel_id, product_id, day and the figures."""
    values = {"since": since, "until": until, "hotel_id": hotel_id}
    return list(connection.execute(query("forecasts.fetch"), values))


def fetch_names(connection: Connection, usable: Collection[str]) -> dict[int, str]:
    """What products are called; empty where the source does not let us read it."""
    if "source_products" not in usable:
        return {}
    return {row.id: row.name for row in connection.execute(query("entities.products"))}


def insert_night(
    connection: Connection,
    made_on: date,
    made_at: datetime,
    made: Sequence[StockForecast],
    hotels: Collection[int],
    *,
    is_live: bool,
) -> None:
    """Make these the hotels' forecasts of a night, in one statement; those of an earlier run of the same night go.

    `is_live`: `made_at` is now, so that those of nights to come go too: the clock of the run that made them was ahead.
    """
    rows = [
        {
            "hotel_id": one.hotel_id,
            "product_id": one.product_id,
            "days_left": one.days,
            "reason": one.reason,
            "figures": one.figures(),
        }
        for one in made
    ]
    values = {"made_on": made_on, "made_at": made_at, "hotels": sorted(hotels), "is_live": is_live}
    connection.execute(
        query("forecasts.insert_night"), {"rows": json.dumps(rows, allow_nan=False, default=str), **values}
    )


def fetch_newest(
    connection: Connection, as_of: datetime, hotel_id: int | None, names: Mapping[int, str]
) -> list[StockForecast]:
    """Each product's newest forecast as of an instant: the soonest empty first, then those that have none."""
    rows = connection.execute(query("forecasts.fetch_newest"), {"as_of": as_of, "hotel_id": hotel_id})
    return [
        from_figures(
            row.figures,
            hotel_id=row.hotel_id,
            product_id=row.product_id,
            name=names.get(row.product_id, row.alerted_name or str(row.product_id)),
            days=row.days_left,
            reason=row.reason,
            alert_id=row.alert_id,
            made_at=row.made_at,
        )
        for row in rows
    ]
