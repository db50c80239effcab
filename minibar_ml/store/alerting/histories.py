"""What happened to alerts: their events and comments, what a list leaves out, and their days."""

from datetime import date

from sqlalchemy import Connection

from minibar_ml.domain.alerting.alerts import AlertEvent, DayValue
from minibar_ml.domain.alerting.filters import Hidden
from minibar_ml.store.queries import query


def fetch_history(connection: Connection, alert_id: int) -> list[AlertEvent]:
    """An alert's events and comments, in order."""
    rows = connection.execute(query("alerts.history"), {"id": alert_id})
    return [AlertEvent(row.at, row.event, row.by, row.severity, row.body, row.value, row.reason) for row in rows]


def fetch_hidden(connection: Connection, hotel_id: int | None) -> list[Hidden]:
    """What a list of what waits leaves out: muted alerts by the one that mutes them, and snoozed ones."""
    rows = connection.execute(query("alerts.fetch_hidden"), {"hotel_id": hotel_id})
    return [Hidden(row.alerts, row.muted_by, row.type, row.entity_name) for row in rows]


def fetch_series(connection: Connection, alert_id: int, today: date) -> list[DayValue]:
    """The alert's metric on 30 days that have the alert's day among them, up to `today` where possible."""
    rows = connection.execute(query("alerts.series"), {"id": alert_id, "today": today})
    return [DayValue(row.day, row.value, row.is_marked) for row in rows]
