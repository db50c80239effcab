"""Every alert of a period, a row each."""

from collections.abc import Mapping

from sqlalchemy import Connection

from minibar_ml.domain.reporting.listed import LISTED, ListedAlert
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.store.reporting.scope import Scope


def fetch(connection: Connection, scope: Scope, period: Period, floors: Mapping[int, str | None]) -> Page[ListedAlert]:
    """The alerts raised or closed in the period, and those that wait; the newest first."""
    rows = scope.fetch(connection, "listed", since=period.since, until=period.until, limit=LISTED)
    found = tuple(
        ListedAlert(
            id=r.id,
            hotel_id=r.hotel_id,
            floor=floors.get(r.entity_id) if r.entity_type == "room" else None,
            entity_type=r.entity_type,
            entity_id=r.entity_id,
            entity_name=r.entity_name,
            type=r.type,
            severity=r.severity,
            status=r.status,
            occurred_on=r.occurred_on,
            last_occurred_on=r.last_occurred_on,
            raised_at=r.raised_at,
            impact=r.impact,
            verdict=r.verdict,
            closed_at=r.closed_at,
            closed_by=r.closed_by,
            incident_id=r.incident_id,
            counted_in=r.counted_in,
        )
        for r in rows
    )
    return Page(found, rows[0].total if rows else 0)
