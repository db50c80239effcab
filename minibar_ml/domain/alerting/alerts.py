"""Alerts: what a detector finds, what the store keeps, and the words both use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from minibar_ml.domain.alerting import kinds as alert_kinds
from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.alerting.severities import SEVERITIES as SEVERITIES
from minibar_ml.domain.alerting.severities import Severity as Severity
from minibar_ml.domain.metrics import EntityType, MetricType

Status = Literal["open", "acknowledged", "snoozed", "resolved", "false_positive"]
Verdict = Literal["acknowledged", "resolved", "false_positive"]

STATUSES: tuple[Status, ...] = get_args(Status)
LIVE_STATUSES: tuple[Status, ...] = ("open", "acknowledged", "snoozed")
SYSTEM = "system"
"""Who closed an alert that ended by itself; no person may be called so."""
WAITING_STATUSES: tuple[Status, ...] = ("open", "acknowledged")
"""What a list shows by default: a snoozed alert waits."""
EVENTS = (
    "opened", "escalated", "eased", "recurred", "corrected", "updated", "next_request", "acknowledged", "snoozed",
    "unsnoozed", "resolved", "false_positive", "reopened", "muted", "unmuted", "renamed", "commented",
)  # fmt: skip
"""What can happen to an alert."""

EndReason = Literal["records_changed", "subject_gone"]
"""Why the system ended an alert, where not because all is normal again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector says of one entity on one business day; the store turns it into an alert or an update.

    `reason` names its sentence (i18n/wordings.py) and `facts` holds that sentence's figures.
    `score` is -ln of the tail probability (nats): high is unusual, whatever the detector. `impact` is money,
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
    def since_on(self) -> date:
        """The first day whose points it was found by, as far as its facts name it, or that its sentence may name."""
        since = (self.facts or {}).get("since")
        named = self.occurred_on - timedelta(days=alert_kinds.KINDS[self.type].names_days)
        return named if since is None else min(named, date.fromisoformat(str(since)))

    @property
    def is_state(self) -> bool:
        """Whether the fault lasts until it is over, and is not an event of one day."""
        return alert_kinds.is_state(self.type, self.reason)

    @property
    def is_continuing(self) -> bool:
        """Whether one cause makes the same fault again every day."""
        return alert_kinds.is_continuing(self.type, self.reason)

    @property
    def is_repeatable(self) -> bool:
        """Whether each of its days is a fault of its own."""
        return alert_kinds.KINDS[self.type].is_repeatable


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
    end_reason: EndReason | None = None
    corrected_at: datetime | None = None
    """As of when its figures were last corrected, because the records had changed."""
    incident_id: int | None = None
    """The alert by which the incident is known that this one is a part of; None: it is alone."""
    is_counted: bool = True
    """Whether its possible loss counts in sums: of an incident one alert's does."""
    mute_id: int | None = None
    """The mute that ended it."""

    @property
    def counted_impact(self) -> float | None:
        """What it adds to a sum of money; None where that is unknown. What was a false alert was no loss."""
        counts = self.is_counted and self.status != "false_positive"
        return self.impact if counts or self.impact is None else 0.0


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One step of an alert's history; `by` None: the system; `body` is a comment's text.

    `value` and `impact`: what the alert said was measured then, and the possible loss; where a step changed them also
    those before it. `reason`: of an end by the system. `at`: when it was recorded; `as_of`: of what a run did, the
    instant that it went by, which is another where history is walked.
    """

    at: datetime
    event: str
    by: str | None
    severity: Severity | None
    body: str | None
    value: float | None = None
    reason: EndReason | None = None
    value_before: float | None = None
    impact: float | None = None
    impact_before: float | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertDay:
    """A day on which an alert's fault was found: what was measured, and what the records say now (None: nothing).

    `is_read`: whether the records of that day are still read, so that `on_record` is what they say. `reason`: what was
    found on that day, which may not be what the alert says now. `put_back`: of a loss, what counts had put back by the
    alert, and `put_back_now` by the records of now; None where there is no loss, or neither says so.
    """

    day: date
    value: float
    on_record: float | None
    is_read: bool
    reason: str
    put_back: float | None = None
    put_back_now: float | None = None


@dataclass(frozen=True, slots=True)
class MovedGround:
    """A day of a live alert, or of a muted finding (`alert_id` None), whose points are no longer as they were when its
    fault was found.

    `judged_on`: the day that was checked then; the fault may be of an earlier one. `is_own` false: the entity's own
    points are as they were, but not those of others that it was compared with. `value`, `reason`: what an alert says it
    measured, and why that is a fault.
    """

    alert_id: int | None
    type: AlertType
    hotel_id: int
    entity_type: EntityType
    entity_id: int
    metric: MetricType
    occurred_on: date
    judged_on: date
    is_own: bool = True
    value: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Transitions:
    """What a run did to the alerts; `updated` leaves out those that were merely seen again.

    `corrected` and `withdrawn`: those whose records had changed, and of these those that the records no longer show.
    """

    opened: int = 0
    updated: int = 0
    suppressed: int = 0
    resolved: int = 0
    corrected: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class DayValue:
    """A metric of an alert's entity on one day; `is_marked` where the alert's fault was first or last found."""

    day: date
    value: float | None
    is_marked: bool


def is_put_back(facts: Mapping[str, Any] | None) -> bool:
    """Whether these facts of a loss of stock say that counts have put back all that was missing."""
    return (facts or {}).get("still_missing") == 0
