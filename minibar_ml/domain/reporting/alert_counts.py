"""Alerts in figures: how many wait, what happened to them in a period, how many were raised in the weeks before.

A figure that is not known is None, never 0.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args

from minibar_ml.domain.alerting.severities import SEVERITIES, Severity
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import COMPARABLE, Live, comparable_percent

What = Literal["raised", "read", "confirmed", "false_positive", "ended", "withdrawn"]
WHATS: tuple[What, ...] = get_args(What)
WEEKS = 8
"""Weeks of new alerts that a report shows, the last of them the one that the period ends with."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Alerts of a hotel and severity that wait for somebody; the oldest of them was raised at `oldest_at`."""

    hotel_id: int
    severity: Severity
    alerts: int
    impact: Decimal | None
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Alerts that somebody put off, their possible loss, and when the first of them comes back."""

    alerts: int
    impact: Decimal | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Alerts of a hotel and severity of which something happened in a span of days, counted by the store."""

    span: int
    what: What
    hotel_id: int
    severity: Severity
    alerts: int
    impact: Decimal | None


@dataclass(frozen=True, slots=True)
class Happened:
    """How many alerts something happened to in the period and in the one before, whenever they were raised.

    `impact`: their possible loss. Only comparable periods have a change.
    """

    key: What
    alerts: int | None
    previous: int | None
    impact: Decimal | None
    is_comparable: bool = True

    @property
    def change_percent(self) -> float | None:
        """Against the previous period; None where that is too small or not comparable."""
        return comparable_percent(self.alerts, self.previous) if self.is_comparable else None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven business days, and the alerts raised in them by severity, the most severe first; None: nobody looked.

    `days_watched`: on how many of them somebody did. `is_running`: the last of them is not over.
    """

    since: date
    by_severity: tuple[int, ...] | None
    days_watched: int = 7
    is_running: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether it must not be read as a whole week: it is not over, or was watched on too few days."""
        return self.alerts is not None and (self.is_running or self.days_watched < COMPARABLE * 7)

    @property
    def alerts(self) -> int | None:
        """All of them."""
        return None if self.by_severity is None else sum(self.by_severity)

    @property
    def last_day(self) -> date:
        """The last day of the week."""
        return self.since + timedelta(days=6)


def weeks_before(until: date) -> tuple[Period, ...]:
    """The weeks that end with the day before `until`, oldest first."""
    starts = (until - timedelta(weeks=ago) for ago in range(WEEKS, 0, -1))
    return tuple(Period(start, start + timedelta(weeks=1)) for start in starts)


def spans(period: Period) -> tuple[Period, ...]:
    """What steps are counted over: the period, the one before, and the weeks; a step's `span` is its place, from 1."""
    return (period, period.before(), *weeks_before(period.until))


def happened(steps: Iterable[Step], now_known: bool, before_known: bool, is_comparable: bool) -> tuple[Happened, ...]:
    """Each of what can happen, in the period and in the one before."""
    steps = tuple(steps)

    def alerts(what: What, span: int, is_known: bool) -> int | None:
        counted = sum(step.alerts for step in steps if (step.what, step.span) == (what, span))
        return counted if counted or is_known else None

    return tuple(
        Happened(
            what,
            alerts(what, 1, now_known),
            alerts(what, 2, before_known),
            _sum(step for step in steps if (step.what, step.span) == (what, 1)),
            is_comparable,
        )
        for what in WHATS
    )


def weeks(steps: Iterable[Step], period: Period, watched: Set[date], today: date) -> tuple[Week, ...]:
    """New alerts of each of the last weeks; a week of which no day was watched is not known."""
    raised = [step for step in steps if step.what == "raised"]
    found = []
    for place, week in enumerate(weeks_before(period.until), 3):
        own = [step for step in raised if step.span == place]
        looked = sum(day in watched for day in week.days())
        alerts = by_severity(own) if own or looked else None
        found.append(Week(week.since, alerts, looked, week.is_running(today)))
    return tuple(found)


def live(waiting: Sequence[Waiting]) -> tuple[Live, ...]:
    """What waits, by severity, the most severe first."""
    rows_of = {one: [row for row in waiting if row.severity == one] for one in reversed(SEVERITIES)}
    return tuple(
        Live(severity, sum(row.alerts for row in rows), _sum(rows)) for severity, rows in rows_of.items() if rows
    )


def snoozed(rows: Sequence[Snoozed]) -> Snoozed | None:
    """All that is put off; None where nothing is."""
    if not rows:
        return None
    return Snoozed(sum(row.alerts for row in rows), _sum(rows), min(row.until for row in rows))


def by_severity(steps: Iterable[Step]) -> tuple[int, ...]:
    """How many alerts of each severity, the most severe first."""
    steps = tuple(steps)
    return tuple(sum(step.alerts for step in steps if step.severity == one) for one in reversed(SEVERITIES))


def _sum(rows: Iterable[Step | Waiting | Snoozed]) -> Decimal | None:
    known = [row.impact for row in rows if row.impact is not None]
    return sum(known, Decimal(0)) if known else None
