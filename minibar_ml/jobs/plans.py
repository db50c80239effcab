"""What a run of a job looks at and how: one plan for detection, one for training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from minibar_ml.domain.health import Schedule, ScheduledJob
from minibar_ml.domain.hotels.calendar import ORDINARY, Calendar
from minibar_ml.i18n import Lang
from minibar_ml.ml import history
from minibar_ml.ml.contract import Limits, Moment
from minibar_ml.ml.detectors import LOOK_BACK
from minibar_ml.ml.frames import LOOK_BACK_DAYS
from minibar_ml.store.jobs import marks

LONGEST_PAUSE_DAYS = 31
"""Days that a run makes up for after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionPlan:
    """What detect and backtest look at and how; days are business days in `zone`."""

    as_of: datetime
    zone: ZoneInfo
    limits: Limits
    own_limits: Mapping[int, Limits] = field(default_factory=dict)
    least_values: Mapping[int, float] = field(default_factory=dict)
    """See `outbox.enqueue`."""
    lang: Lang
    lookback_days: int
    training_days: int
    min_points: int
    calendar: Calendar = ORDINARY
    since: date | None = None
    until: date | None = None
    is_live: bool = False
    """Whether as-of is now: what reservations say of the days ahead is then no look-ahead."""
    schedules: Mapping[ScheduledJob, Schedule] = field(default_factory=dict)
    """By job, since when a run of now wants it to have succeeded; empty where jobs are paused."""
    outside: marks.Outside | None = None
    """None: this run leaves nothing for the next one to compare with."""

    def limits_of(self, hotel_id: int) -> Limits:
        """The limits of a hotel: its own, where it has facts of its own."""
        return self.own_limits.get(hotel_id, self.limits)

    @property
    def walks(self) -> bool:
        """Whether history is walked day by day, with the nightly training that each day would have had."""
        return self.since is not None

    def today(self) -> date:
        """The as-of instant's business day."""
        return self.as_of.astimezone(self.zone).date()

    def days(self, last_run: datetime | None, collected_as_of: datetime | None = None) -> list[date]:
        """The days to check as a whole, in order.

        Without `since`: today and the days that have ended since the last run, or since `collected_as_of`, when the
        earliest run of collect was that the last run may not have seen.
        """
        today = self.today()
        if self.since is not None:
            last = min(self.until - timedelta(days=1) if self.until else today, today)
            return _every_day(self.since, last)
        if last_run is None or last_run > self.as_of:
            return _every_day(today - timedelta(days=self.lookback_days), today)
        seen = min(last_run, collected_as_of or last_run).astimezone(self.zone).date()
        return _every_day(max(seen, self.oldest_changed()), today)

    def oldest_changed(self) -> date:
        """The earliest day that is checked because its records changed, unless an alert rests on them."""
        return self.today() - timedelta(days=LONGEST_PAUSE_DAYS)

    def moment(self, hotel_id: int, day: date) -> Moment:
        """A day as the run sees it: over, or still running at as-of."""
        start, end = (_midnight(one, self.zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
        return Moment(hotel_id, day.toordinal(), start, min(end, self.as_of), end <= self.as_of)

    def seen_at(self, day: date) -> datetime:
        """The instant at which a day's findings are seen: now, or in a walk that day's end."""
        return self.moment(0, day).as_of if self.walks else self.as_of

    def oldest(self, first: date) -> datetime:
        """The start of the first day that checking `first` or learning for it may look at."""
        return _midnight(first - timedelta(days=self.history_days), self.zone)

    def oldest_scored(self, first: date) -> dict[str, datetime]:
        """The same by frame, where nothing is learned and a frame is looked at less far back."""
        shorter = {name: days for name, days in LOOK_BACK.items() if days < LOOK_BACK_DAYS}
        return {name: _midnight(first - timedelta(days=days), self.zone) for name, days in shorter.items()}

    @property
    def history_days(self) -> int:
        """How many days before a checked one any of its scoring or learning may look at."""
        return history.window_days(self.training_days, self.lookback_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """What train and optimize learn from and measure by; days are business days in `zone`."""

    as_of: datetime
    zone: ZoneInfo
    limits: Limits
    own_limits: Mapping[int, Limits] = field(default_factory=dict)
    lookback_days: int
    training_days: int
    min_points: int
    accuracy_threshold: float
    calendar: Calendar = ORDINARY
    is_live: bool = False
    """Whether as-of is now: the forecasts of the night then know the stays ahead, and none of a later night stays."""

    def limits_of(self, hotel_id: int) -> Limits:
        """The limits of a hotel: its own, where it has facts of its own."""
        return self.own_limits.get(hotel_id, self.limits)

    def today(self) -> date:
        """The as-of instant's business day."""
        return self.as_of.astimezone(self.zone).date()

    def oldest(self, days: int) -> datetime:
        """The start of the first day that is read, `days` before today."""
        return _midnight(self.today() - timedelta(days=days), self.zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
