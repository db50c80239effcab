"""Alerts: findings become alerts, persons judge them, and both are read.

A live alert (open or acknowledged) is unique for its fingerprint: type, hotel and entity.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.alerts import (
    PERSISTENT_TYPES,
    QUIET_DAYS,
    STATE_REASON,
    STATE_TYPES,
    Alert,
    AlertFilter,
    AlertStats,
    AlertType,
    DayValue,
    Finding,
    Status,
    Transitions,
    TypeStats,
    Verdict,
)
from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import EntityType
from minibar_ml.store import audit
from minibar_ml.store.findings import as_json, merged
from minibar_ml.store.queries import query

FROM_STATUSES: Mapping[Verdict, tuple[Status, ...]] = {
    "acknowledged": ("open",),
    "resolved": ("open", "acknowledged"),
    "false_positive": ("open", "acknowledged", "resolved"),
}
"""The statuses that a verdict changes; any other is left as it is."""
ACTIONS: Mapping[Verdict, str] = {
    "acknowledged": "alert.read",
    "resolved": "alert.resolve",
    "false_positive": "alert.false_positive",
}
_FIELDS = [field.name for field in fields(Alert)]


def upsert(
    connection: Connection,
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
    as_of: datetime,
    texts: Callable[[Finding, str], tuple[str, str]],
    evaluated: Collection[AlertType] | None,
) -> Transitions:
    """Apply one day's findings: two statements, however many findings there are; a repeat changes nothing.

    `texts` gives message and suggested action of a finding and its entity's name. `evaluated` are the types whose
    present state `findings` holds in full: their live state alerts that were not found again are over. A caller that
    looks at an earlier day once more gives None: by that nothing is over, and it is one statement.
    """
    document = as_json(merged(findings), names, texts)
    moved = connection.execute(query("alerts.apply"), {"findings": document, "as_of": as_of}).one()
    if evaluated is None:
        return Transitions(moved.opened, moved.updated, moved.suppressed)
    resolved = connection.execute(
        query("alerts.resolve"),
        {
            "findings": document,
            "as_of": as_of,
            "evaluated": sorted(evaluated),
            "state_types": sorted(STATE_TYPES),
            "state_reason": STATE_REASON,
            "persistent_types": sorted(PERSISTENT_TYPES),
            "quiet_days": QUIET_DAYS,
        },
    ).all()
    return Transitions(moved.opened, moved.updated, moved.suppressed, len(resolved))


def fetch(connection: Connection, filters: AlertFilter) -> list[Alert]:
    """The alerts that match, in the filter's order."""
    values: dict[str, Any] = {
        "statuses": _array(filters.statuses),
        "severities": _array(filters.severities),
        "types": _array(filters.types),
        "hotel_id": filters.hotel_id,
        "since": filters.since,
        "until": filters.until,
        "limit": filters.limit,
    }
    if filters.sort == "time":
        return _alerts(connection.execute(query("alerts.fetch_latest"), values).all())
    values["by_impact"] = filters.sort == "impact"
    return _alerts(connection.execute(query("alerts.fetch_ranked"), values).all())


def fetch_by_id(connection: Connection, ids: Collection[int]) -> list[Alert]:
    """The alerts of these ids, by id; raises NotFound naming every id that there is none of."""
    found = _alerts(connection.execute(query("alerts.fetch_by_id"), {"ids": list(ids)}).all())
    if unknown := sorted(set(ids) - {alert.id for alert in found}):
        raise NotFound(f"There is no alert {', '.join(map(str, unknown))}; see `minibar-ml alerts list --status all`.")
    return found


def get(connection: Connection, alert_id: int) -> Alert:
    """One alert; raises NotFound naming the id."""
    return fetch_by_id(connection, [alert_id])[0]


def judge(connection: Connection, ids: Collection[int], verdict: Verdict, operator: str, at: datetime) -> list[Alert]:
    """Give a verdict on alerts, all or none, and return those that it changed, each with its audit entry.

    One that has the verdict already, or a later one, is left as it is. Raises NotFound naming all unknown ids.
    """
    fetch_by_id(connection, ids)
    values = {
        "ids": list(ids),
        "verdict": verdict,
        "from_statuses": list(FROM_STATUSES[verdict]),
        "operator": operator,
        "at": at,
        "os_user": audit.os_user(),
        "action": ACTIONS[verdict],
    }
    return _alerts(connection.execute(query("alerts.judge"), values).all())


def fetch_series(connection: Connection, alert_id: int, today: date) -> list[DayValue]:
    """The alert's metric on 30 days that have the alert's day among them, up to `today` where possible."""
    rows = connection.execute(query("alerts.series"), {"id": alert_id, "today": today})
    return [DayValue(row.day, row.value, row.is_marked) for row in rows]


def stats(connection: Connection, since: datetime, until: datetime) -> AlertStats:
    """Alerts raised from `since` to before `until`, counted by type, severity, status and day."""
    span = {"since": since, "until": until}
    rows = connection.execute(query("alerts.counts"), span).all()
    days = connection.execute(query("alerts.counts_by_day"), span).all()
    return AlertStats(
        alerts=sum(row.alerts for row in days),
        by_type={row.type: TypeStats(row.alerts, row.judged, row.false_positives) for row in rows if row.type},
        by_severity={row.severity: row.alerts for row in rows if row.severity},
        by_status={row.status: row.alerts for row in rows if row.status},
        by_day={row.day: row.alerts for row in days},
    )


def _array(values: Collection[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def _alerts(rows: Sequence[Row[Any]]) -> list[Alert]:
    found = []
    for row in rows:
        values = {name: getattr(row, name) for name in _FIELDS}
        values["impact"] = None if row.impact is None else float(row.impact)
        found.append(Alert(**values))
    return found
