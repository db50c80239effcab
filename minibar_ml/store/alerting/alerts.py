"""Alerts: findings become alerts, people decide on them, and both are read.

A live alert (open, acknowledged or snoozed) is unique for its fingerprint: type, hotel and entity.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from minibar_ml.domain.alerting.alerts import Alert, Finding, Status, Transitions, Verdict
from minibar_ml.domain.alerting.filters import AlertFilter
from minibar_ml.domain.alerting.kinds import KINDS, MOST_QUIET_DAYS, AlertType, types_where
from minibar_ml.domain.errors import NotFound, PreconditionFailed
from minibar_ml.domain.metrics import COMMON_STORE, EntityType
from minibar_ml.store.alerting.findings import as_json, by_day, deduplicate
from minibar_ml.store.queries import as_array, query

FROM_STATUSES: Mapping[Verdict, tuple[Status, ...]] = {
    "acknowledged": ("open", "snoozed"),
    "resolved": ("open", "acknowledged", "snoozed"),
    "false_positive": ("open", "acknowledged", "snoozed", "resolved"),
}
"""The statuses that a verdict changes; any other is left as it is."""
RESTS_ALSO = json.dumps({name: kind.rests_also for name, kind in KINDS.items() if kind.rests_also})
"""By alert type, the metrics besides its own that it rests on, as the queries take them."""
_FIELDS = [field.name for field in fields(Alert)]


def upsert(
    connection: Connection,
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
    as_of: datetime,
    texts: Callable[[Finding, str], tuple[str, str]],
    evaluated: Collection[AlertType] | None,
    judged_on: date | None = None,
    hotels: Collection[int] | None = None,
) -> Transitions:
    """Apply one day's findings: three statements, however many findings there are; a repeat changes nothing.

    Where checks of the day shed light on checks before it, and only then, it is a statement more.

    `texts` gives message and suggested action of a finding and its entity's name. `evaluated` are the types whose
    present state `findings` holds in full: their live state alerts that were not found again are over. A caller that
    looks at an earlier day once more gives None: by that nothing is over, and it is one statement. `judged_on`: the day
    that was checked, where a fault may be of an earlier one. `hotels`: those that were looked at; None: all.
    Whoever announces alerts must look after this is done: an alert may be muted in the statement after its opening's.
    """
    values = {"as_of": as_of, "judged_on": judged_on, "rests_also": RESTS_ALSO}
    moved = Counter[str]()
    for one_each in by_day(findings):
        document = as_json(one_each, names, texts)
        moved.update(connection.execute(query("alerts.apply"), values | {"findings": document}).one()._asdict())
    if evaluated is None:
        return Transitions(**moved)
    document = as_json(deduplicate(findings), names, texts)
    resolved = connection.execute(
        query("alerts.resolve"),
        {
            "findings": document,
            "as_of": as_of,
            "evaluated": sorted(evaluated),
            "hotels": as_array(hotels),
            "stale_types": list(types_where(lambda kind: kind.marks_stale_data)),
            "shown_by_any": list(types_where(lambda kind: kind.is_shown_by_any_point)),
            **states(),
            "normal_days": json.dumps({name: kind.normal_days for name, kind in KINDS.items()}),
            "most_quiet_days": MOST_QUIET_DAYS,
        },
    ).all()
    _relate(connection)
    return Transitions(**moved, resolved=len(resolved))


def states() -> dict[str, list[str]]:
    """Which alerts last until their fault is over, as the queries ask for them: by type, or by reason."""
    reasons = [reason for kind in KINDS.values() for reason in kind.state_reasons]
    return {"state_types": list(types_where(lambda kind: kind.is_state)), "state_reasons": reasons}


def ease(connection: Connection, as_of: datetime) -> None:
    """Let live alerts of events be high that were critical on days that have passed; one statement."""
    connection.execute(query("alerts.ease"), {**states(), "as_of": as_of})


def _relate(connection: Connection) -> None:
    """Let live alerts be muted by those that explain them, and put those of one cause into one incident; sent together.

    Of an incident one alert counts in sums.
    """
    of_incidents = list(types_where(lambda kind: kind.is_of_incident))
    steps = ("alerts.mute", "alerts.group_incidents", "alerts.count_incidents")
    values = {**_of_muting(), "of_products": of_incidents, "of_rooms": of_incidents}
    connection.execute(text(";\n".join(query(step).text for step in steps)), values)


def _mute(connection: Connection) -> None:
    """Let live alerts be muted by those live ones that explain them, and by no others."""
    connection.execute(query("alerts.mute"), _of_muting())


def _of_muting() -> dict[str, Any]:
    return {
        "needs_fresh_data": list(types_where(lambda kind: kind.needs_fresh_data)),
        "shift_reasons": [reason for kind in KINDS.values() for reason in kind.shift_reasons],
        "common_store": COMMON_STORE,
    }


def _can_mute(alert: Alert) -> bool:
    kind = KINDS[alert.type]
    return kind.marks_stale_data or alert.reason in kind.shift_reasons


def _with_muted(connection: Connection, changed: list[Alert]) -> list[Alert]:
    """The same, after what they mute or muted was raised or released, as the next detect would do."""
    if any(_can_mute(alert) for alert in changed):
        _mute(connection)
    return changed


def fetch(connection: Connection, filters: AlertFilter) -> list[Alert]:
    """The alerts that match, in the filter's order."""
    values = {**conditions(filters), "limit": filters.limit}
    if filters.sort == "time":
        return _alerts(connection.execute(query("alerts.fetch_latest"), values).all())
    values["by_impact"] = filters.sort == "impact"
    return _alerts(connection.execute(query("alerts.fetch_ranked"), values).all())


def conditions(filters: AlertFilter) -> dict[str, Any]:
    """What a filter asks for, as the queries take it."""
    return {
        "statuses": _array(filters.statuses),
        "severities": _array(filters.severities),
        "types": _array(filters.types),
        "hotel_ids": _array(filters.hotel_ids),
        "since": filters.since,
        "until": filters.until,
        "entity_type": filters.entity_type,
        "entity_id": filters.entity_id,
        "entity_name": filters.entity_name,
        "rooms": _array(filters.rooms),
        "words": filters.words,
        "is_muted": filters.is_muted,
    }


def fetch_incidents(connection: Connection, found: Collection[Alert]) -> dict[int, list[Alert]]:
    """By incident, its live alerts, of the incidents that any of these belong to."""
    ids = sorted({alert.incident_id for alert in found if alert.incident_id is not None})
    incidents: dict[int, list[Alert]] = {}
    for alert in _alerts(connection.execute(query("alerts.fetch_incidents"), {"ids": ids}).all()) if ids else []:
        incidents.setdefault(alert.incident_id or alert.id, []).append(alert)
    return incidents


def fetch_by_id(connection: Connection, ids: Collection[int]) -> list[Alert]:
    """The alerts of these ids, by id; raises NotFound naming every unknown id."""
    found = _alerts(connection.execute(query("alerts.fetch_by_id"), {"ids": list(ids)}).all())
    if unknown := sorted(set(ids) - {alert.id for alert in found}):
        raise NotFound(f"There is no alert {', '.join(map(str, unknown))}; see `minibar-ml alerts list --status all`.")
    return found


def get(connection: Connection, alert_id: int) -> Alert:
    """One alert; raises NotFound naming the id."""
    return fetch_by_id(connection, [alert_id])[0]


def _require_right(connection: Connection, ids: Collection[int]) -> None:
    """Lock these alerts; raises NotFound for unknown ids, PreconditionFailed for those that the role may only see."""
    seen = [alert.id for alert in fetch_by_id(connection, ids)]
    may = set(connection.execute(query("alerts.fetch_changeable"), {"ids": list(ids)}).scalars())
    if only_seen := sorted(set(seen) - may):
        raise PreconditionFailed(
            f"The database role sees alert {', '.join(map(str, only_seen))} but may not change it: "
            "administrators of the hotel do, see `minibar-ml docs security`."
        )


def set_verdict(
    connection: Connection,
    ids: Collection[int],
    verdict: Verdict,
    operator: str,
    at: datetime,
    comment: str | None = None,
) -> list[Alert]:
    """Give a verdict on alerts, all or none, and return those that it changed, each with its audit entry and comment.

    One that has the verdict already, or a later one, is left as it is. Raises NotFound naming all unknown ids.
    """
    _require_right(connection, ids)
    values = {
        "ids": list(ids),
        "verdict": verdict,
        "from_statuses": list(FROM_STATUSES[verdict]),
        "operator": operator,
        "at": at,
        "comment": comment,
    }
    return _with_muted(connection, _alerts(connection.execute(query("alerts.set_verdict"), values).all()))


def snooze(
    connection: Connection, ids: Collection[int], until: datetime, operator: str, reason: str | None = None
) -> list[Alert]:
    """Snooze live alerts until an instant, all or none, and return those that this changed; `reason`: a comment.

    The detect run after that instant opens them again, unless they are over by then. Raises NotFound for unknown ids.
    """
    _require_right(connection, ids)
    values = {"ids": list(ids), "until": until, "operator": operator, "reason": reason}
    return _alerts(connection.execute(query("alerts.snooze"), values).all())


def reopen(connection: Connection, ids: Collection[int], operator: str) -> list[Alert]:
    """Take verdicts back and return the alerts that are open again; training ignores those verdicts.

    What the system resolved stays, and what has a later episode. Raises NotFound for unknown ids.
    """
    _require_right(connection, ids)
    values = {"ids": list(ids), "operator": operator}
    return _with_muted(connection, _alerts(connection.execute(query("alerts.reopen"), values).all()))


def comment(connection: Connection, alert_id: int, operator: str, body: str) -> None:
    """Add a comment to an alert, whatever its status; raises NotFound naming the id."""
    get(connection, alert_id)
    values = {"id": alert_id, "operator": operator, "body": body}
    connection.execute(query("alerts.comment"), values)


def fetch_waiting(connection: Connection) -> dict[int, dict[int, str]]:
    """Requests of live alerts: by hotel and room, when the request was made (ISO 8601)."""
    found: dict[int, dict[int, str]] = {}
    for row in connection.execute(query("alerts.fetch_waiting")):
        found.setdefault(row.hotel_id, {})[row.entity_id] = row.requested_at
    return found


def _array(values: Collection[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)


def _alerts(rows: Sequence[Row[Any]]) -> list[Alert]:
    found = []
    for row in rows:
        values = {name: getattr(row, name) for name in _FIELDS}
        values["impact"] = None if row.impact is None else float(row.impact)
        found.append(Alert(**values))
    return found
