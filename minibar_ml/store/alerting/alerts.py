"""Alerts: findings become alerts, and both are read; what people decide on them is in decisions.py.

A live alert (open, acknowledged or snoozed) is unique for its fingerprint: type, hotel and entity.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from minibar_ml.domain.alerting.alerts import Alert, Finding, Transitions
from minibar_ml.domain.alerting.filters import AlertFilter
from minibar_ml.domain.alerting.kinds import KINDS, MOST_QUIET_DAYS, AlertType, types_where
from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import COMMON_STORE, EntityType
from minibar_ml.store.alerting.findings import (
    as_json,
    by_day,
    deduplicate,
    dumped,
    first_days,
    no_point_before,
    renamed,
)
from minibar_ml.store.queries import as_array, query

RESTS_ALSO = json.dumps({name: kind.rests_also for name, kind in KINDS.items() if kind.rests_also})
"""By alert type, the metrics besides its own that it rests on, as the queries take them."""
NAMED_BY = frozenset({"source_rooms", "source_users", "source_products", "source_hotels"})
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
    closed_hotels: Collection[int] = (),
) -> Transitions:
    """Apply one day's findings: three statements, however many findings there are; a repeat changes nothing.

    Where checks of the day shed light on checks before it, and only then, it is a statement more.

    `texts` gives message and suggested action of a finding and its entity's name. `evaluated` are the types whose
    present state `findings` holds in full: their live state alerts that were not found again are over. A caller that
    looks at an earlier day once more gives None: by that nothing is over, and it is one statement, or none where there
    are no findings. `judged_on`: the day that was checked, where a fault may be of an earlier one. `hotels`: those that
    were looked at; None: all. `closed_hotels`: those of which nobody expects data any longer.
    Whoever announces alerts must look after this is done: an alert may be muted in the statement after its opening's.
    """
    if evaluated is None and not findings:
        return Transitions()
    values = {"as_of": as_of, "judged_on": judged_on, "rests_also": RESTS_ALSO}
    moved, oldest = Counter[str](), date.max
    for one_each in by_day(findings):
        document = as_json(one_each, names, texts)
        of_day = values | {"findings": document, "not_before": no_point_before(first_days(one_each))}
        counts = connection.execute(query("alerts.apply"), of_day).one()._asdict()
        oldest = min(oldest, counts.pop("oldest") or oldest)
        moved.update(counts)
    if evaluated is None:
        return Transitions(**moved)
    document = as_json(deduplicate(findings), names, texts)
    resolved = connection.execute(
        query("alerts.resolve"),
        {
            "findings": document,
            "as_of": as_of,
            "oldest": oldest,
            "not_before": no_point_before([oldest]),
            "evaluated": sorted(evaluated),
            "hotels": as_array(hotels),
            "closed_hotels": list(closed_hotels),
            **_of_ending(),
        },
    ).all()
    _relate(connection)
    return Transitions(**moved, resolved=len(resolved))


def _of_ending() -> dict[str, Any]:
    """When alerts are over, by their kind."""
    return {
        "stale_types": list(types_where(lambda kind: kind.marks_stale_data)),
        "shown_by_limit": list(types_where(lambda kind: kind.is_shown_by_limit)),
        **states(),
        "normal_days": json.dumps({name: kind.normal_days for name, kind in KINDS.items()}),
        "most_quiet_days": MOST_QUIET_DAYS,
    }


def states() -> dict[str, list[str]]:
    """Which alerts last until their fault is over, as the queries ask for them: by type, or by reason."""
    reasons = [reason for kind in KINDS.values() for reason in kind.state_reasons]
    return {"state_types": list(types_where(lambda kind: kind.is_state)), "state_reasons": reasons}


def refresh(
    connection: Connection, as_of: datetime, usable: Collection[str], texts: Callable[[Finding, str], tuple[str, str]]
) -> str | None:
    """Let live alerts be as of today whatever was found of them; sent together.

    Those of events are high that were critical on days that have passed; where the source has all names (`usable` are
    its functions), they go by today's. Where something has another name, it is a statement more: sentences (`texts`,
    see `upsert`) name rooms and products besides what an alert is about. Returns a digest of the names, which the run
    notes as `names`: where the next one finds the same, nothing has another name. None: not all names are known.
    """
    steps = ("alerts.ease", "alerts.rename") if set(usable) >= NAMED_BY else ("alerts.ease",)
    made = connection.execute(text(";\n".join(query(step).text for step in steps)), {**states(), "as_of": as_of})
    if len(steps) == 1:
        return None
    days = made.all()
    document = [
        {"alert_id": one.alert_id, "occurred_on": one.occurred_on, "figures": renamed(one.figures, one.names, texts)}
        for one in days
        if one.alert_id is not None
    ]
    if document:
        connection.execute(query("alerts.reword"), {"days": dumped(document)})
    digest: str | None = days[0].digest
    return digest


def _relate(connection: Connection) -> None:
    """Let live alerts be muted by those that explain them, and put those of one cause into one incident; sent together.

    Of an incident one alert counts in sums.
    """
    of_incidents = list(types_where(lambda kind: kind.is_of_incident))
    steps = ("alerts.mute", "alerts.group_incidents", "alerts.count_incidents")
    values = {**_of_muting(), "of_products": of_incidents, "of_rooms": of_incidents}
    values["state_reasons"] = states()["state_reasons"]
    connection.execute(text(";\n".join(query(step).text for step in steps)), values)


def mute(connection: Connection) -> None:
    """Let live alerts be muted by those live ones that explain them, and by no others."""
    connection.execute(query("alerts.mute"), _of_muting())


def _of_muting() -> dict[str, Any]:
    return {
        "needs_fresh_data": list(types_where(lambda kind: kind.needs_fresh_data)),
        "shift_reasons": [reason for kind in KINDS.values() for reason in kind.shift_reasons],
        "common_store": COMMON_STORE,
    }


def fetch(connection: Connection, filters: AlertFilter) -> list[Alert]:
    """The alerts that match, in the filter's order."""
    values = {**conditions(filters), "limit": filters.limit}
    if filters.sort == "time":
        return of_rows(connection.execute(query("alerts.fetch_latest"), values).all())
    values["by_impact"] = filters.sort == "impact"
    return of_rows(connection.execute(query("alerts.fetch_ranked"), values).all())


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


def fetch_incidents(
    connection: Connection, found: Collection[Alert], until: datetime | None = None
) -> dict[int, list[Alert]]:
    """By incident, its live alerts raised before `until` (None: all), of the incidents that any of these belong to."""
    ids = sorted({alert.incident_id for alert in found if alert.incident_id is not None})
    incidents: dict[int, list[Alert]] = {}
    values = {"ids": ids, "until": until}
    for alert in of_rows(connection.execute(query("alerts.fetch_incidents"), values).all()) if ids else []:
        incidents.setdefault(alert.incident_id or alert.id, []).append(alert)
    return incidents


def fetch_by_id(connection: Connection, ids: Collection[int]) -> list[Alert]:
    """The alerts of these ids, by id; raises NotFound naming every unknown id."""
    found = of_rows(connection.execute(query("alerts.fetch_by_id"), {"ids": list(ids)}).all())
    if unknown := sorted(set(ids) - {alert.id for alert in found}):
        raise NotFound(f"There is no alert {', '.join(map(str, unknown))}; see `minibar-ml alerts list --status all`.")
    return found


def get(connection: Connection, alert_id: int) -> Alert:
    """One alert; raises NotFound naming the id."""
    return fetch_by_id(connection, [alert_id])[0]


def _array(values: Collection[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)


def of_rows(rows: Sequence[Row[Any]]) -> list[Alert]:
    """Alerts from rows of their table."""
    found = []
    for row in rows:
        values = {name: getattr(row, name) for name in _FIELDS}
        values["impact"] = None if row.impact is None else float(row.impact)
        found.append(Alert(**values))
    return found
