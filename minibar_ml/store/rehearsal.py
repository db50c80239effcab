"""What findings would do to alerts, in memory, by the rules of `alerts.apply` and `alerts.resolve` (sql/queries).

Not the queries themselves in a transaction that is rolled back: their rows would stand in the way of a detect that
runs meanwhile, for a live alert is unique, and ids would be used up; and not on a temporary copy of the table, for a
query's identifiers are never substituted, and a read-only server has no temporary tables. No person gives a verdict in
a rehearsal, so an alert is open until the system resolves it, and none is muted, for it counts what is raised.
tests/db/test_rehearsal.py holds the two side by side.
"""

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from minibar_ml.domain.alert_kinds import KINDS, MOST_QUIET_DAYS, AlertType, is_state
from minibar_ml.domain.alerts import SEVERITIES, Alert, Finding, Transitions
from minibar_ml.domain.metrics import EntityType
from minibar_ml.store.findings import as_json, deduplicate

Fingerprint = tuple[str, int, str, int]
Observed = Mapping[tuple[str, int, str, int], Sequence[int]]
"""By metric, hotel, entity type and id, the days (ordinals, in order) on which there was something to see."""
FIGURES = (
    "entity_name", "metric", "value", "expected", "lower", "upper", "deviation_percent", "score", "detector", "impact",
    "reason", "facts",
)  # fmt: skip
"""What an alert tells; message and suggested action follow from it."""


class Rehearsal:
    """The alerts of one walk, numbered as they were opened."""

    def __init__(self, zone: ZoneInfo, observed: Observed) -> None:
        """No alert yet; `zone` tells which business day an instant is of, `observed` when rooms were checked."""
        self._zone, self._observed = zone, observed
        self._live: dict[Fingerprint, Alert] = {}
        self._closed: dict[Fingerprint, list[Alert]] = {}
        self._opened = 0

    @property
    def alerts(self) -> list[Alert]:
        """Every alert, live or resolved, in the order of opening."""
        closed = [alert for alerts in self._closed.values() for alert in alerts]
        return sorted([*self._live.values(), *closed], key=lambda alert: alert.id)

    def upsert(
        self,
        findings: Sequence[Finding],
        names: Mapping[tuple[EntityType, int], str],
        as_of: datetime,
        evaluated: Collection[AlertType],
    ) -> Transitions:
        """Apply one day's findings; as `store.alerts.upsert`, but for texts, which follow from the figures."""
        document = json.loads(as_json(deduplicate(findings), names, lambda _finding, _name: ("", "")))
        found = {_fingerprint(row): _typed(row, self._zone) for row in document}
        as_of = as_of.astimezone(self._zone)
        updated = suppressed = 0
        before = self._opened
        for fingerprint, row in found.items():
            if live := self._live.get(fingerprint):
                self._live[fingerprint], is_changed = _updated(live, row, as_of)
                updated += is_changed
            elif any(_covers(alert, row) for alert in self._closed.get(fingerprint, ())):
                suppressed += 1
            else:
                self._opened += 1
                earlier = self._closed.get(fingerprint, ())
                previous_id = max((alert.id for alert in earlier), default=None)
                self._live[fingerprint] = _opened(self._opened, row, as_of, previous_id)
        return Transitions(self._opened - before, updated, suppressed, self._resolve(found, as_of, evaluated))

    def _resolve(
        self, found: Mapping[Fingerprint, dict[str, Any]], as_of: datetime, evaluated: Collection[AlertType]
    ) -> int:
        over = 0
        stale = {alert.hotel_id for alert in self._live.values() if KINDS[alert.type].marks_stale_data}
        for fingerprint, alert in list(self._live.items()):
            row = found.get(fingerprint)
            if self._is_over(alert, row, as_of, evaluated, alert.hotel_id in stale):
                settled_at = row["settled_at"] if row else None
                ended_at = max(settled_at, alert.raised_at) if settled_at else as_of
                closed = replace(alert, status="resolved", resolved_at=ended_at, resolved_by="system")
                self._closed.setdefault(fingerprint, []).append(closed)
                del self._live[fingerprint]
                over += 1
        return over

    def _is_over(
        self,
        alert: Alert,
        row: Mapping[str, Any] | None,
        as_of: datetime,
        evaluated: Collection[AlertType],
        is_stale: bool,
    ) -> bool:
        if row is not None:
            return row["settled_at"] is not None and alert.last_occurred_on <= row["occurred_on"]
        kind = KINDS[alert.type]
        normal_days = 0 if alert.reason in kind.state_reasons else kind.normal_days
        days = (as_of.date() - _known_on(alert)).days
        if normal_days is None:
            return False
        if is_state(alert.type, alert.reason):
            return alert.type in evaluated and alert.last_seen <= as_of and days >= normal_days
        if days <= normal_days or is_stale:
            return False
        if days > MOST_QUIET_DAYS or alert.entity_type not in ("room", "attendant"):
            return True
        return self._observed_days(alert, as_of.date()) >= normal_days

    def _observed_days(self, alert: Alert, today: date) -> int:
        """Whole days since the alert was known on which its room was checked, its attendant worked."""
        days = self._observed.get((alert.metric, alert.hotel_id, alert.entity_type, alert.entity_id), ())
        return bisect_left(days, today.toordinal()) - bisect_right(days, _known_on(alert).toordinal())


def _known_on(alert: Alert) -> date:
    """The alert's last day, or where that came in late the day on which somebody could first know of it."""
    return max(alert.last_occurred_on, (alert.raised_at - timedelta(days=1)).date())


def _fingerprint(row: Mapping[str, Any]) -> Fingerprint:
    return row["type"], row["hotel_id"], row["entity_type"], row["entity_id"]


def _typed(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """A row of the document with its columns' types."""
    instants = {
        name: datetime.fromisoformat(row[name]).astimezone(zone) if row[name] else None
        for name in ("raised_at", "settled_at")
    }
    impact = row["impact"]
    cents = None if impact is None else float(Decimal(str(impact)).quantize(Decimal("0.01"), ROUND_HALF_UP))
    return {**row, **instants, "occurred_on": date.fromisoformat(row["occurred_on"]), "impact": cents}


def _opened(number: int, row: Mapping[str, Any], as_of: datetime, previous_id: int | None) -> Alert:
    known = {name: row[name] for name in ("type", "severity", "hotel_id", "entity_type", "entity_id", *FIGURES)}
    return Alert(
        **known,
        id=number,
        status="open",
        occurred_on=row["occurred_on"],
        last_occurred_on=row["occurred_on"],
        measured_on=row["occurred_on"],
        raised_at=row["raised_at"] or as_of,
        last_seen=max(row["raised_at"] or as_of, as_of),
        occurrences=1,
        read_at=None,
        read_by=None,
        resolved_at=None,
        resolved_by=None,
        previous_id=previous_id,
    )


def _updated(alert: Alert, row: Mapping[str, Any], as_of: datetime) -> tuple[Alert, bool]:
    """A live alert after one more finding, and whether that changed more than when it was last seen."""
    is_repeat = row["occurred_on"] > alert.last_occurred_on
    is_worse = row["occurred_on"] >= alert.last_occurred_on and (
        SEVERITIES.index(row["severity"]) > SEVERITIES.index(alert.severity)
    )
    has_news = _has_news(alert, row)
    changes: dict[str, Any] = {name: row[name] for name in FIGURES} if has_news else {}
    if has_news:
        changes["measured_on"] = row["occurred_on"]
    if is_worse:
        changes["severity"] = row["severity"]
    seen = replace(
        alert,
        occurrences=alert.occurrences + is_repeat,
        last_occurred_on=max(alert.last_occurred_on, row["occurred_on"]),
        last_seen=max(alert.last_seen, as_of),
        **changes,
    )
    return seen, is_repeat or is_worse or has_news


def _has_news(alert: Alert, row: Mapping[str, Any]) -> bool:
    if row["occurred_on"] < alert.last_occurred_on or all(getattr(alert, name) == row[name] for name in FIGURES):
        return False
    is_stronger = _evidence(row["score"]) > _evidence(alert.score)
    is_more = row["score"] is None and alert.score is None and row["value"] > alert.value
    is_corrected = row["occurred_on"] == alert.last_occurred_on and alert.occurrences == 1
    return bool(row["is_state"] or is_stronger or is_more or is_corrected)


def _evidence(score: float | None) -> float:
    return -math.inf if score is None else score


def _covers(closed: Alert, row: Mapping[str, Any]) -> bool:
    """Whether a closed alert has told of the finding already: not of another request, nor of what has clearly grown."""
    requests = closed.facts.get("requested_at"), row["facts"].get("requested_at")
    is_another = None not in requests and requests[0] != requests[1]
    has_grown = (
        closed.last_occurred_on == row["occurred_on"]
        and not row["is_state"]
        and row["value"] >= closed.value + max(1.0, abs(closed.value) / 4)
    )
    return closed.last_occurred_on >= row["occurred_on"] and not is_another and not has_grown
