"""What `metrics trend` and `metrics pace` read: a fixed number of statements, however large the hotel is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.metrics import EntityType
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.domain.reporting.trends import (
    AttendantPace,
    CalendarSpan,
    Consumption,
    DayUnits,
    PaceFigures,
    Trend,
    months_until,
    weeks_until,
)
from minibar_ml.store.queries import query
from minibar_ml.store.source import names


def collected_until(connection: Connection) -> datetime | None:
    """Up to which instant `collect` has done its work; None where it never did."""
    found: datetime | None = connection.execute(query("trends.collected_until")).scalar_one()
    return found


def fetch_consumption(
    connection: Connection,
    period: Period,
    hotel_id: int | None,
    ids: Mapping[EntityType, list[int] | None],
    limit: int | None,
) -> dict[EntityType, Page[Trend]]:
    """The trends of products and rooms, each kind's largest change first.

    Means are compared on the scale of square roots, where the variance of counts does not depend on their size
    (Bartlett 1936, The square root transformation in analysis of variance).
    `ids` names the wanted ones of a kind, None all of it; `limit` cuts each kind, None does not.
    """
    values = {"room_ids": ids["room"], "product_ids": ids["product"], "limit": limit, **_binds(period, hotel_id)}
    rows = connection.execute(query("trends.consumption"), values).all()
    rooms_found = [row.entity_id for row in rows if row.entity_type == "room"]
    called = {
        "room": names.fetch(connection, "entities.rooms", ids=rooms_found),
        "product": names.fetch(connection, "trends.product_names"),
    }
    found: dict[EntityType, Page[Trend]] = {"product": Page(), "room": Page()}
    for kind in found:
        of_kind = [row for row in rows if row.entity_type == kind]
        trends = tuple(_trend(row, called[kind].get(row.entity_id), period) for row in of_kind)
        found[kind] = Page(trends, of_kind[0].total if of_kind else 0)
    return found


def _binds(period: Period, hotel_id: int | None) -> dict[str, Any]:
    return {"before": period.before().since, "since": period.since, "until": period.until, "hotel_id": hotel_id}


def _trend(row: Row[Any], name: str | None, period: Period) -> Trend:
    units = dict(zip(row.days, row.units, strict=True))
    now, before = (
        Consumption(tuple(DayUnits(day, units.get(day)) for day in span.days())) for span in (period, period.before())
    )
    return Trend(row.hotel_id, row.entity_type, row.entity_id, name, now, before)


def fetch_pace(
    connection: Connection, period: Period, hotel_id: int | None, ids: list[int] | None
) -> tuple[AttendantPace, ...]:
    """The pace of who worked in the window or in the one before; who slowed down most first."""
    weeks, months = weeks_until(period.until), months_until(period.until)
    starts = {"weeks_since": weeks[0].period.since, "months_since": months[0].period.since}
    earliest = min(*starts.values(), period.before().since)
    values = {**_binds(period, hotel_id), **starts, "earliest": earliest, "ids": ids}
    found: dict[tuple[int, int], dict[tuple[str, date], PaceFigures]] = defaultdict(dict)
    for row in connection.execute(query("trends.pace"), values):
        figures = PaceFigures(row.minutes, row.mean_minutes, row.shifts, row.visits, row.items)
        found[row.hotel_id, row.entity_id][row.kind, row.starts_on] = figures
    called = names.fetch(connection, "entities.attendants", ids=sorted({attendant for _, attendant in found}))
    paces = (
        AttendantPace(
            hotel,
            attendant,
            called.get(attendant),
            spans.get(("window", period.since), PaceFigures()),
            spans.get(("window", period.before().since), PaceFigures()),
            _by_span("week", weeks, spans),
            _by_span("month", months, spans),
        )
        for (hotel, attendant), spans in found.items()
    )
    return tuple(sorted(paces, key=_slowed))


def _by_span(
    kind: str, wanted: Sequence[CalendarSpan], found: dict[tuple[str, date], PaceFigures]
) -> tuple[tuple[CalendarSpan, PaceFigures], ...]:
    return tuple((span, found.get((kind, span.period.since), PaceFigures())) for span in wanted)


def _slowed(pace: AttendantPace) -> tuple[bool, float, int, int]:
    change = pace.change_percent
    return change is None, -(change or 0.0), pace.hotel_id, pace.attendant_id
