"""Which alerts a walk's findings would have become: the store's rules (sql/queries/alerts.sql) without a database.

Nobody gives a verdict here, so an alert closes only by itself: settled, gone (states), or long unseen (events).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from minibar_ml.domain.alerts import PERSISTENT_TYPES, QUIET_DAYS, STATE_REASON, STATE_TYPES, AlertType, Finding
from minibar_ml.domain.metrics import EntityType
from minibar_ml.store.findings import merged

Fingerprint = tuple[AlertType, int, EntityType, int]


@dataclass(slots=True)
class Raised:
    """One alert: as it was opened (`first`), and every day on which something was found that went into it."""

    first: Finding
    days: list[date]
    is_live: bool = True
    told: Finding = field(init=False)

    def __post_init__(self) -> None:
        """What the alert says is what it was opened with, until there is news."""
        self.told = self.first

    @property
    def last_on(self) -> date:
        """The last day on which something was found."""
        return max(self.days)


class Alerts:
    """All alerts of a walk, day by day."""

    def __init__(self) -> None:
        """None yet."""
        self.raised: list[Raised] = []
        self._of: dict[Fingerprint, list[Raised]] = {}

    def apply(self, findings: Sequence[Finding], day: date) -> None:
        """One day's findings, as the run at that day's end stores them."""
        found = {_fingerprint(finding): finding for finding in merged(findings)}
        for fingerprint, finding in found.items():
            self._store(fingerprint, finding)
        for fingerprint, mine in self._of.items():
            for alert in mine:
                if alert.is_live and _is_over(alert, found.get(fingerprint), day):
                    alert.is_live = False

    def _store(self, fingerprint: Fingerprint, finding: Finding) -> None:
        mine = self._of.setdefault(fingerprint, [])
        live = next((alert for alert in mine if alert.is_live), None)
        if live:
            if finding.occurred_on >= live.last_on and _has_news(live.told, finding):
                live.told = finding
            live.days.append(finding.occurred_on)
        elif not any(_is_covering(alert, finding) for alert in mine):
            mine.append(Raised(finding, [finding.occurred_on]))
            self.raised.append(mine[-1])


def _fingerprint(finding: Finding) -> Fingerprint:
    return finding.type, finding.hotel_id, finding.entity_type, finding.entity_id


def _has_news(told: Finding, finding: Finding) -> bool:
    if finding.is_state or finding.occurred_on == told.occurred_on:
        return True
    if finding.score is None and told.score is None:
        return finding.value > told.value
    return _score(finding) > _score(told)


def _score(finding: Finding) -> float:
    return float("-inf") if finding.score is None else finding.score


def _is_covering(closed: Raised, finding: Finding) -> bool:
    """A closed alert covers its days, but for another request and for an event that has clearly grown."""
    if closed.last_on < finding.occurred_on:
        return False
    asked, told = (dict(one.facts or {}).get("requested_at") for one in (finding, closed.told))
    if asked != told and asked is not None and told is not None:
        return False
    grown = finding.value >= closed.told.value + max(1.0, abs(closed.told.value) / 4)
    return not (closed.last_on == finding.occurred_on and not finding.is_state and grown)


def _is_over(alert: Raised, found: Finding | None, day: date) -> bool:
    if found is not None:
        return found.settled_at is not None and alert.last_on <= found.occurred_on
    if alert.first.type in STATE_TYPES or alert.told.reason == STATE_REASON:
        return True
    asleep = (day + timedelta(days=1) - alert.last_on).days > QUIET_DAYS
    return alert.first.type not in PERSISTENT_TYPES and asleep
