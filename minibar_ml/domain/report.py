"""The Report: one frozen value that every renderer shows, so that all formats show the same numbers.

A figure that is not known is None, never 0. Money carries no currency: the source names none.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from minibar_ml.domain.alerts import Alert, AlertType, Severity
from minibar_ml.domain.metrics import EntityType

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from `since` up to, not including, `until`."""

    since: date
    until: date

    @property
    def last_day(self) -> date:
        """The last business day inside."""
        return self.until - timedelta(days=1)

    def days(self) -> tuple[date, ...]:
        """Every business day, in order."""
        return tuple(self.since + timedelta(days=n) for n in range((self.until - self.since).days))

    def before(self) -> "Period":
        """The period of the same length that ends where this one starts."""
        return Period(self.since - (self.until - self.since), self.since)


def week_ending(last_day: date) -> Period:
    """The seven business days up to and including `last_day`."""
    return Period(last_day - timedelta(days=6), last_day + timedelta(days=1))


def change_percent(now: float | None, before: float | None) -> float | None:
    """How far `now` is off `before`; None where either is unknown or there is nothing to compare with."""
    if now is None or not before:
        return None
    return 100.0 * (now - before) / before


@dataclass(frozen=True, slots=True)
class Capped(Generic[Row]):
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
    """Alerts of one business day and of the day one period earlier."""

    on: date
    alerts: int | None
    previous_on: date
    previous: int | None


@dataclass(frozen=True, slots=True)
class Money:
    """Sum of the impact of a type's alerts, false positives left out; `unpriced` of them have no known impact."""

    key: str
    impact: Decimal | None
    previous: Decimal | None
    unpriced: int

    @property
    def change_percent(self) -> float | None:
        """Against the previous period."""
        before = None if self.previous is None else float(self.previous)
        return change_percent(None if self.impact is None else float(self.impact), before)


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
    """An attendant's median minutes a room, weighted by visits: this week, the four before (oldest first), pooled."""

    hotel_id: int
    attendant_id: int
    name: str | None
    minutes: float
    visits: int
    weeks: tuple[float | None, ...]
    usual: float | None

    @property
    def change_percent(self) -> float | None:
        """This week against the four before."""
        return change_percent(self.minutes, self.usual)


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
    """Alerts of a type that a person judged, and how many of them were false."""

    type: AlertType
    judged: int
    false_positives: int

    @property
    def rate(self) -> float | None:
        """False among the judged; None where nothing was judged."""
        return self.false_positives / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class JobRun:
    """How a job's last run ended, and as of when it last did its work; None where it never did."""

    job: str
    outcome: str | None
    ran_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class StockOut:
    """A product that runs out soon, by forecast or by a live alert."""

    hotel_id: int
    product_id: int
    name: str | None
    days_left: float | None
    has_alert: bool


@dataclass(frozen=True, slots=True)
class Report:
    """A period of one hotel, or of all (`hotel_id` None), as known at `generated_at`."""

    hotel_id: int | None
    hotels: dict[int, str]
    period: Period
    previous: Period
    verdicts_since: date
    generated_at: datetime
    timezone: str
    total: Count
    live: tuple[Live, ...]
    actions: Capped[Action]
    by_type: tuple[Count, ...]
    by_severity: tuple[Count, ...]
    by_status: tuple[Count, ...]
    trend: tuple[Day, ...]
    money: tuple[Money, ...]
    money_total: Money
    products: Capped[Affected]
    rooms: Capped[Affected]
    attendants: Capped[Affected]
    pace: Capped[Pace]
    models: Capped[ModelQuality]
    false_positives: tuple[FalsePositives, ...]
    days_without_data: tuple[date, ...]
    jobs: tuple[JobRun, ...]
    stock_outs: Capped[StockOut] | None

    @property
    def live_total(self) -> int | None:
        """Alerts that need action; None where nobody ever looked for any."""
        return sum(line.alerts for line in self.live) if self.live or self.has_detected else None

    @property
    def has_detected(self) -> bool:
        """Whether detection ever did its work."""
        return any(run.job == "detect" and run.done_at for run in self.jobs)

    @property
    def has_nothing_yet(self) -> bool:
        """Whether no job ever did its work here and the store holds nothing to report of."""
        seen = self.live or self.models.total or self.false_positives or self.pace.total
        return not seen and self.total.alerts is None and not any(run.done_at for run in self.jobs)
