"""The rows and counts that a report is made of.

A figure that is not known is None, never 0. Money carries no currency: the source names none.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from minibar_ml.domain.alert_kinds import AlertType
from minibar_ml.domain.alerts import Alert, Severity
from minibar_ml.domain.metrics import EntityType

Row = TypeVar("Row")
STOCK_OUT_DAYS = 14
"""Products that are to last no longer than this run out soon."""


def change_percent(now: float | None, before: float | None) -> float | None:
    """How far `now` is off `before`; None where either is unknown or there is nothing to compare with."""
    if now is None or not before:
        return None
    return 100.0 * (now - before) / before


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
    """Alerts of one kind in the period and in the one before."""

    key: str
    alerts: int | None
    previous: int | None

    @property
    def change_percent(self) -> float | None:
        """Against the previous period."""
        return change_percent(self.alerts, self.previous)


@dataclass(frozen=True, slots=True)
class Day:
    """Alerts of one business day and of its counterpart in the period before.

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
    handled_previous: Decimal | None = None

    @property
    def change_percent(self) -> float | None:
        """Against the previous period."""
        return _money_change(self.impact, self.previous)

    @property
    def handled_change_percent(self) -> float | None:
        """What was handled, against the previous period."""
        return _money_change(self.handled, self.handled_previous)

    @property
    def ended(self) -> Decimal | None:
        """Impact of alerts that ended by themselves."""
        return None if self.impact is None else self.impact - (self.live or 0) - (self.handled or 0)


def _money_change(now: Decimal | None, before: Decimal | None) -> float | None:
    return change_percent(None if now is None else float(now), None if before is None else float(before))


@dataclass(frozen=True, slots=True)
class Action:
    """A live alert with its sentences."""

    alert: Alert
    message: str
    suggested_action: str


@dataclass(frozen=True, slots=True)
class Live:
    """What needs action at the report's instant, of one severity."""

    severity: Severity
    alerts: int
    impact: Decimal | None


@dataclass(frozen=True, slots=True)
class Affected:
    """An entity with alerts in the period, false positives left out."""

    hotel_id: int
    entity_type: EntityType
    entity_id: int
    name: str
    alerts: int
    live: int
    worst: Severity
    impact: Decimal | None


@dataclass(frozen=True, slots=True)
class Pace:
    """An attendant's median minutes a room, weighted by visits.

    Of the last week of the period (`minutes`, and its `visits`), of each of the four before (`weeks`, oldest first)
    and of those pooled (`usual`); of the last 28 days (`month`) and of the 28 before (`month_before`). None where the
    attendant did not work.
    """

    hotel_id: int
    attendant_id: int
    name: str | None
    minutes: float | None
    visits: int
    weeks: tuple[float | None, ...]
    usual: float | None
    month: float | None = None
    month_visits: int = 0
    month_before: float | None = None

    @property
    def change_percent(self) -> float | None:
        """The last week against the four before."""
        return change_percent(self.minutes, self.usual)

    @property
    def month_change_percent(self) -> float | None:
        """The last 28 days against the 28 before."""
        return change_percent(self.month, self.month_before)


@dataclass(frozen=True, slots=True)
class ModelQuality:
    """The active model of a metric and hotel, or why there is none. `trained_at` is None where there is none."""

    metric: str
    hotel_id: int
    model: str
    version: int | None
    accuracy: float | None
    precision: float | None
    recall: float | None
    evaluated_on: str | None
    trained_at: datetime | None
    data_points: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class FalsePositives:
    """Alerts of a type that a person reviewed, and how many of them were false."""

    type: AlertType
    judged: int
    false_positives: int

    @property
    def rate(self) -> float | None:
        """False among the reviewed; None where nothing was reviewed."""
        return self.false_positives / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class JobRun:
    """How a job's last run ended, and as of when it last did its work; None where it never did.

    By its schedule it should have done its work since `wanted_since`; None where no schedule was given.
    """

    job: str
    outcome: str | None
    ran_at: datetime | None
    done_at: datetime | None
    wanted_since: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether it did its work once, but not since its schedule asked for it."""
        return self.done_at is not None and self.wanted_since is not None and self.done_at < self.wanted_since


@dataclass(frozen=True, slots=True)
class StockOut:
    """A product that runs out soon, by a live alert or by forecast.

    `level` units are left, expected to last until `empty_on`; `order_quantity` units are to be ordered by `order_by`
    (0 and None: nothing needs ordering yet). With an alert these are the alert's own figures, of when it was last
    found; without one those of the newest stored forecast, made on `forecast_on`.
    """

    hotel_id: int
    product_id: int
    name: str | None
    days_left: float | None
    has_alert: bool
    level: float | None = None
    empty_on: date | None = None
    order_quantity: int | None = None
    order_by: date | None = None
    forecast_on: date | None = None
