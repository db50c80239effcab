"""Alerts: what a detector finds, what the store keeps, and the words both use."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from minibar_ml.domain.metrics import EntityType, MetricType

AlertType = Literal[
    "stock_anomaly",
    "shrinkage",
    "stock_depletion",
    "consumption_anomaly",
    "silent_room",
    "vacant_consumption",
    "refill_delay",
    "unanswered_request",
    "custody_loss",
    "model_fallback",
    "data_stale",
]
Severity = Literal["low", "medium", "high", "critical"]
Status = Literal["open", "acknowledged", "snoozed", "resolved", "false_positive"]
Verdict = Literal["acknowledged", "resolved", "false_positive"]

ALERT_TYPES: tuple[AlertType, ...] = get_args(AlertType)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
STATUSES: tuple[Status, ...] = get_args(Status)
LIVE_STATUSES: tuple[Status, ...] = ("open", "acknowledged", "snoozed")
WAITING_STATUSES: tuple[Status, ...] = ("open", "acknowledged")
"""What a list shows unless told otherwise: a snoozed alert was put off."""
EVENTS = (
    "opened", "escalated", "acknowledged", "snoozed", "unsnoozed", "resolved", "false_positive", "reopened", "muted",
    "unmuted", "commented",
)  # fmt: skip
"""What can happen to an alert."""

STATE_TYPES: frozenset[AlertType] = frozenset({"unanswered_request", "stock_depletion", "data_stale", "model_fallback"})
"""Faults that last and then are over: their alerts go when they do. The others are events of one day."""
CONTINUING_TYPES: frozenset[AlertType] = frozenset(
    {"silent_room", "stock_depletion", "stock_anomaly", "shrinkage", "data_stale", "model_fallback"}
)
"""Faults that one cause makes again every day, so that a day on its own is no new fault."""
CONTINUING_REASONS = frozenset({"product_high", "product_low"})
"""Reasons of which the same is true: a product's demand shifts for days, a room's has another guest each time."""
STATE_REASON = "stock_negative"
"""A stock_anomaly for this reason is a state too: it lasts until the books are corrected."""
NORMAL_DAYS: Mapping[AlertType, int | None] = {
    "stock_anomaly": 14,
    "shrinkage": 14,
    "stock_depletion": 1,
    "consumption_anomaly": 7,
    "silent_room": 3,
    "vacant_consumption": None,
    "refill_delay": 5,
    "unanswered_request": 0,
    "custody_loss": 7,
    "model_fallback": 0,
    "data_stale": 0,
}
"""After how many normal business days an alert is over by itself; None: too grave for that, it waits for a person.

A state is normal on a day when it is not found: 0 is at once, 1 on the next day, so that stock at the limit does not
come and go by the hour. An event needs whole days without the like: of a room those on which it was checked, of an
attendant those worked, of a product all of them.
"""
MOST_QUIET_DAYS = 60
"""A room that nobody checks, an attendant who has left: no day will be normal, and the alert ends all the same."""

NEEDS_FRESH_DATA: frozenset[AlertType] = frozenset(
    {"consumption_anomaly", "silent_room", "shrinkage", "refill_delay", "custody_loss"}
)
"""What is muted where it was found while a hotel's data are stale. A guest who waits is not, nor empty shelves."""
SHIFT_REASON = "product_high"
"""A consumption_anomaly of a product for this reason mutes those of rooms that took mostly that product."""

Sort = Literal["severity", "impact", "time"]
SORTS: tuple[Sort, ...] = get_args(Sort)


def severity_of(deviation_percent: float) -> Severity:
    """Severity from the absolute deviation in percent: < 30 low, < 50 medium, < 80 high, else critical."""
    size = abs(deviation_percent)
    if size < 30:
        return "low"
    if size < 50:
        return "medium"
    return "high" if size < 80 else "critical"


def is_state(type_: AlertType, reason: str) -> bool:
    """Whether a fault lasts until it is over, and is not an event of one day."""
    return type_ in STATE_TYPES or reason == STATE_REASON


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector says of one entity on one business day; the store turns it into an alert or an update.

    `reason` names the sentence that tells it (i18n/messages.py) and `facts` holds that sentence's figures.
    `score` is -ln of the tail probability (nats): high is strange, whatever the detector. `impact` is money,
    units x price, in the hotel's currency. `settled_at` is set when the fault was over before the run's as-of.
    """

    type: AlertType
    hotel_id: int
    entity_type: EntityType
    entity_id: int
    metric: MetricType
    occurred_on: date
    reason: str
    severity: Severity
    detector: str
    value: float
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None
    score: float | None = None
    impact: float | None = None
    facts: Mapping[str, Any] | None = None
    raised_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def deviation_percent(self) -> float | None:
        """How far the value is off what was expected, in percent; None where nothing was expected."""
        if not self.expected:
            return None
        return 100.0 * (self.value - self.expected) / abs(self.expected)

    @property
    def measured_on(self) -> date:
        """The day of the figures."""
        return self.occurred_on

    @property
    def is_state(self) -> bool:
        """Whether the fault lasts until it is over, and is not an event of one day."""
        return is_state(self.type, self.reason)

    @property
    def is_continuing(self) -> bool:
        """Whether one cause makes the same fault again every day."""
        return self.type in CONTINUING_TYPES or self.reason in CONTINUING_REASONS


@dataclass(frozen=True, slots=True)
class Alert:
    """A stored alert, as `alerts list --json` prints it; `facts` and `reason` feed the sentences."""

    id: int
    type: AlertType
    severity: Severity
    status: Status
    hotel_id: int
    entity_type: EntityType
    entity_id: int
    entity_name: str
    metric: MetricType
    value: float
    expected: float | None
    lower: float | None
    upper: float | None
    deviation_percent: float | None
    score: float | None
    detector: str
    impact: float | None
    reason: str
    facts: Mapping[str, Any]
    occurred_on: date
    last_occurred_on: date
    measured_on: date
    """The day of the figures: of all days on which the fault was found the worst, or of what lasts the last."""
    raised_at: datetime
    last_seen: datetime
    occurrences: int
    read_at: datetime | None
    read_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    previous_id: int | None = None
    """The alert of the same fault before this one."""
    muted_by: int | None = None
    """The live alert that explains this one."""


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One step of an alert's history; `by` None: the system; `body` is a comment's text."""

    at: datetime
    event: str
    by: str | None
    severity: Severity | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many live alerts a list leaves out, and the alert that mutes them; None: they are snoozed."""

    alerts: int
    muted_by: int | None
    type: AlertType | None
    entity_name: str | None


@dataclass(frozen=True, slots=True)
class Transitions:
    """What one day's findings did to the alerts; `updated` leaves out those that were merely seen again."""

    opened: int = 0
    updated: int = 0
    suppressed: int = 0
    resolved: int = 0


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are wanted, and in which order; None stands for any. `since` and `until` bound `raised_at`.

    `entity_name` is a part of a name and `words` of name, message or comment, in small or capital letters; `rooms` are
    ids of the only rooms wanted.
    """

    statuses: Collection[Status] | None = LIVE_STATUSES
    severities: Collection[Severity] | None = None
    types: Collection[AlertType] | None = None
    hotel_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    entity_type: EntityType | None = None
    entity_id: int | None = None
    entity_name: str | None = None
    rooms: Collection[int] | None = None
    words: str | None = None
    is_muted: bool | None = None
    limit: int | None = None
    sort: Sort = "severity"


@dataclass(frozen=True, slots=True)
class DayValue:
    """A metric of an alert's entity on one day; `is_marked` where the alert's fault was first or last found."""

    day: date
    value: float | None
    is_marked: bool


@dataclass(frozen=True, slots=True)
class TypeStats:
    """Alerts of one type; judged are false positives and those that a person resolved."""

    alerts: int
    judged: int
    false_positives: int

    @property
    def false_positive_rate(self) -> float | None:
        """Share of false positives among the judged; None where nobody judged."""
        return self.false_positives / self.judged if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUsage:
    """What was raised in some days beside the budget, expected false alerts per 1,000 rooms and day.

    `room_days` is rooms times days, None where no room is known; `confirmed` and `false_positives` are what persons
    said of the alerts.
    """

    budget_per_1000_rooms_day: float
    days: int
    room_days: int | None
    alerts: int
    confirmed: int = 0
    false_positives: int = 0

    @property
    def budget_alerts(self) -> float | None:
        """How many false alerts the budget allows in all."""
        return self.budget_per_1000_rooms_day * self.room_days / 1000 if self.room_days else None

    @property
    def alerts_per_day(self) -> float | None:
        """Alerts raised a day; None for no days."""
        return self.alerts / self.days if self.days else None

    @property
    def raised_per_1000_rooms_day(self) -> float | None:
        """Alerts raised per 1,000 rooms and day, true or false."""
        return 1000 * self.alerts / self.room_days if self.room_days else None

    @property
    def precision(self) -> float | None:
        """Share of true ones among the judged; None where nobody judged."""
        judged = self.confirmed + self.false_positives
        return self.confirmed / judged if judged else None


@dataclass(frozen=True, slots=True)
class AlertStats:
    """Alerts raised in a span of time, counted in several ways; `by_day` has every day of the span."""

    alerts: int
    by_type: Mapping[AlertType, TypeStats]
    by_severity: Mapping[Severity, int]
    by_status: Mapping[Status, int]
    by_day: Mapping[date, int]
    by_detector: Mapping[str, TypeStats]

    def spending(self, budget: float, rooms: int | None, days: int) -> BudgetUsage:
        """These alerts beside a budget per 1,000 rooms and day, of a span of so many days; `rooms` None: unknown."""
        false = sum(one.false_positives for one in self.by_type.values())
        return BudgetUsage(
            budget_per_1000_rooms_day=budget,
            days=days,
            room_days=rooms * days if rooms else None,
            alerts=self.alerts,
            confirmed=sum(one.judged for one in self.by_type.values()) - false,
            false_positives=false,
        )
