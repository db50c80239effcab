"""What `metrics summary` reads: a fixed number of statements, however much there is."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.domain.metrics import COLLECTED, COMMON_STORE, METRIC_TYPES, MetricType
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.trends import ADDS_UP, OF_STORE, HotelName, MetricSummary, Spread, store_of
from minibar_ml.store.queries import query
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import names

LATEST_DAYS = 92
"""How far before the window's end the newest point is looked for."""


def fetch(connection: Connection, period: Period, as_of: datetime, hotel_id: int | None) -> tuple[MetricSummary, ...]:
    """What is known of each metric, hotel by hotel: of every metric that a hotel could have, and what else there is."""
    hotels = tuple(HotelName(row.id, row.name, row.is_active) for row in names.rows(connection, "trends.hotels"))
    usable = _usable(connection)
    metrics: list[MetricType] = list(METRIC_TYPES)
    asked = {"metrics": metrics, "since": period.since, "until": period.until, "hotel_id": hotel_id}
    spreads = {(row.hotel_id, row.metric): _spread(row) for row in connection.execute(query("trends.summary"), asked)}
    called = {hotel.hotel_id: hotel.name for hotel in hotels}
    store = store_of(hotels)
    active = {hotel.hotel_id for hotel in hotels if hotel.is_active} | {COMMON_STORE}
    wanted = sorted({hotel for hotel, _ in spreads} | active) if hotel_id is None else [hotel_id]
    earliest = period.until - timedelta(days=LATEST_DAYS)
    probes = {"hotels": wanted, "metrics": metrics, "earliest": earliest, "as_of": as_of}
    latest = {(r.hotel_id, r.metric): r.observed_at for r in connection.execute(query("trends.latest"), probes)}
    known = spreads.keys() | latest.keys()
    return tuple(
        MetricSummary(
            hotel,
            called.get(hotel),
            metric,
            period,
            spreads.get((hotel, metric)),
            latest.get((hotel, metric)),
            _is_readable(metric, usable),
        )
        for hotel in wanted
        for metric in metrics
        if (hotel, metric) in known or _is_expected(metric, hotel, called, store)
    )


def _usable(connection: Connection) -> Collection[str] | None:
    """Source functions that can be used; None where there is no contract to say so."""
    try:
        return source.read(connection).usable
    except PreconditionFailed:
        return None


def _is_expected(metric: MetricType, hotel: int, known: Collection[int], store: int | None) -> bool:
    return hotel == store if metric in OF_STORE else hotel in known


def _is_readable(metric: MetricType, usable: Collection[str] | None) -> bool:
    collected = next((one for one in COLLECTED if one.type == metric), None)
    return usable is None or collected is None or collected.can_be_computed(usable)


def _spread(row: Row[Any]) -> Spread:
    total = row.total if row.metric in ADDS_UP else None
    lies = (row.minimum, row.median, row.mean, row.maximum, total)
    return Spread(row.points, row.entities, *lies, days=tuple(row.days))
