"""Stored forecasts of days left: written where they differ, and read again to see what they were worth."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

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
    connection: Connection, points: Sequence[Point], hotels: Collection[int], days: Sequence[date]
) -> MergeResult:
    """Make these the forecasts of the hotels on all of the days (in order, without a gap), in two statements.

    Equal points are not touched; points of those hotels and days that are not given are removed.
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
    values = {"points": json.dumps(rows, allow_nan=False), "hotels": sorted(hotels), **span}
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
