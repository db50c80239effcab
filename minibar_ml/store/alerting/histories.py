"""What happened to alerts: their events and comments, what a list leaves out, and their days."""

from datetime import date

from sqlalchemy import Connection

from minibar_ml.domain.alerting.alerts import AlertEvent, DayValue
from minibar_ml.domain.alerting.filters import AlertFilter, Hidden, Totals
from minibar_ml.domain.alerting.kinds import SERVER_TYPES
from minibar_ml.store.alerting.alerts import conditions
from minibar_ml.store.queries import query


def fetch_history(connection: Connection, alert_id: int) -> list[AlertEvent]:
    """An alert's events and comments, in order."""
    rows = connection.execute(query("alerts.history"), {"id": alert_id})
    return [AlertEvent(**row._mapping) for row in rows]


def fetch_hidden(connection: Connection, filters: AlertFilter) -> list[Hidden]:
    """What a list of what waits leaves out: muted alerts by the one that mutes them, and snoozed ones.

    Of those that match the filter, whatever it asks for by status or muting.
    """
    rows = connection.execute(query("alerts.fetch_hidden"), conditions(filters))
    return [Hidden(row.alerts, row.muted_by, row.type, row.entity_name) for row in rows]


def count_matching(connection: Connection, filters: AlertFilter) -> Totals:
    """How many alerts match, whatever the filter's limit, and their possible loss."""
    values = {**conditions(filters), "of_server": list(SERVER_TYPES)}
    rows = connection.execute(query("alerts.count_matching"), values).all()
    priced = [float(row.impact) for row in rows if row.impact is not None]
    ids = frozenset(number for row in rows for number in row.hotel_ids)
    return Totals({row.severity: row.alerts for row in rows}, sum(priced) if priced else None, ids)


def fetch_series(connection: Connection, alert_id: int, today: date) -> list[DayValue]:
    """The alert's metric on 30 days that have the alert's day among them, up to `today` where possible."""
    rows = connection.execute(query("alerts.series"), {"id": alert_id, "today": today})
    return [DayValue(row.day, row.value, row.is_marked) for row in rows]
