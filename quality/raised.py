"""Which alerts a walk's findings would have become, by the store's own rules, and which days went into each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from minibar_ml.domain.alert_kinds import ALERT_TYPES
from minibar_ml.domain.alerts import Alert, Finding
from minibar_ml.store.findings import deduplicate
from minibar_ml.store.rehearsal import Observed, Rehearsal


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert: the finding it was opened with, and every day on which something was found that went into it."""

    first: Finding
    days: list[date]


class Alerts:
    """All alerts of a walk, day by day; nobody gives a verdict."""

    def __init__(self, zone: ZoneInfo, observed: Observed) -> None:
        """None yet; arguments as a rehearsal's."""
        self._rehearsal = Rehearsal(zone, observed)
        self._raised: dict[int, Raised] = {}

    @property
    def raised(self) -> tuple[Raised, ...]:
        """In the order of opening."""
        return tuple(self._raised[number] for number in sorted(self._raised))

    def apply(self, findings: Sequence[Finding], seen_at: datetime) -> None:
        """One day's findings, as the run at that day's end stores them."""
        self._rehearsal.upsert(findings, {}, seen_at, ALERT_TYPES)
        found = {_fingerprint(finding): finding for finding in deduplicate(findings)}
        for alert in self._rehearsal.alerts:
            if alert.last_seen >= seen_at:
                finding = found[_fingerprint(alert)]
                self._raised.setdefault(alert.id, Raised(finding, [])).days.append(finding.occurred_on)


def _fingerprint(one: Finding | Alert) -> tuple[str, int, str, int]:
    return one.type, one.hotel_id, one.entity_type, one.entity_id
