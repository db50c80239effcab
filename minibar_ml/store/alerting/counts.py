"""How many alerts were raised in a time, by type, severity, status, day and detector."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from minibar_ml.domain.alerting.budget import AlertStats, TypeStats
from minibar_ml.store.queries import query


def fetch(
    connection: Connection, since: datetime, until: datetime, hotel_ids: Collection[int] | None = None
) -> AlertStats:
    """Alerts of these hotels (None: all) raised after `since` and up to `until`, by type, severity, status and day."""
    span = {"since": since, "until": until, "hotel_ids": None if hotel_ids is None else list(hotel_ids)}
    rows = connection.execute(query("alerts.counts"), span).all()
    days = connection.execute(query("alerts.counts_by_day"), span).all()
    return AlertStats(
        alerts=sum(row.alerts for row in days),
        by_type={row.type: TypeStats(row.alerts, row.judged, row.false_positives) for row in rows if row.type},
        by_severity={row.severity: row.alerts for row in rows if row.severity},
        by_status={row.status: row.alerts for row in rows if row.status},
        by_day={row.day: row.alerts for row in days},
        by_detector={
            row.detector: TypeStats(row.alerts, row.judged, row.false_positives) for row in rows if row.detector
        },
    )
