"""The rows and counts that a report has of alerts, and what all of its lists share.

A figure that is not known is None, never 0. Money carries no currency: the source names none.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from minibar_ml.domain.alerting.alerts import Alert, Severity
from minibar_ml.domain.metrics import EntityType

Row = TypeVar("Row")


def change_percent(now: float | None, before: float | None) -> float | None:
    """How far `now` is off `before`; None where either is unknown or there is nothing to compare with."""
    if now is None or not before:
        return None
    return 100.0 * (now - before) / before


COMPARABLE = 0.8
"""Share of a period's days that must have been watched for it to be compared with another."""
LEAST_COMPARED = 5
"""Of fewer alerts, units or visits no change in percent is shown: one more or less would be 20% and more."""


def comparable_percent(now: float | None, before: float | None) -> float | None:
    """The change of a number of alerts or units; None where there were too few before."""
    return change_percent(now, before) if before is not None and before >= LEAST_COMPARED else None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The head of a list and how long the whole list is."""

    rows: tuple[Row, ...] = ()
    total: int = 0

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown."""
        return len(self.rows) < self.total


@dataclass(frozen=True, slots=True)
class Count:
    """Alerts of one kind raised in the period and in the one before."""

    key: str
    alerts: int | None
    previous: int | None
    is_comparable: bool = True

    @property
    def change_percent(self) -> float | None:
        """Against the previous period; None where that had too few, or was not watched enough to be compared."""
        return comparable_percent(self.alerts, self.previous) if self.is_comparable else None


@dataclass(frozen=True, slots=True)
class Day:
    """Alerts raised on a day and on its counterpart in the period before.

    The first day is compared with the first. A month longer than the one before has days without a counterpart, whose
    `previous_on` is None.
    """

    on: date
    alerts: int | None
    previous_on: date | None
    previous: int | None


@dataclass(frozen=True, slots=True)
class Money:
    """Sum of the impact of a type's alerts, false positives left out; `unpriced` of them have no known impact.

    It is split by what became of them: `live` is that of alerts that still need action, snoozed ones included, and
    `handled` that of alerts that a person resolved. The rest ended by itself. The source does not say what was really
    got back, so `handled` is an upper bound of what was recovered. None where no alert of the kind has an impact.
    """

    key: str
    impact: Decimal | None
    previous: Decimal | None
    unpriced: int
    live: Decimal | None = None
    handled: Decimal | None = None
    is_comparable: bool = True

    @property
    def change_percent(self) -> float | None:
        """Against the previous period; None where that cannot be compared."""
        return _money_change(self.impact, self.previous) if self.is_comparable else None

    @property
    def ended(self) -> Decimal | None:
        """Impact of alerts that ended by themselves."""
        return None if self.impact is None else self.impact - (self.live or 0) - (self.handled or 0)


def _money_change(now: Decimal | None, before: Decimal | None) -> float | None:
    return change_percent(None if now is None else float(now), None if before is None else float(before))


@dataclass(frozen=True, slots=True)
class Action:
    """A live alert with its sentences, and the day of the report: what to do depends on an alert's age."""

    alert: Alert
    message: str
    suggested_action: str
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """What needs action at the report's instant, of one severity."""

    severity: Severity
    alerts: int
    impact: Decimal | None


@dataclass(frozen=True, slots=True)
class Affected:
    """An entity with alerts in the period, false positives left out; `unpriced` of them lack a price for their loss."""

    hotel_id: int
    entity_type: EntityType
    entity_id: int
    name: str
    alerts: int
    live: int
    worst: Severity
    impact: Decimal | None
    unpriced: int = 0
