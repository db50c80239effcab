"""Which days a judging run looks at, and how it judges them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from minibar_ml.domain.calendar import ORDINARY, Calendar
from minibar_ml.i18n import Lang
from minibar_ml.ml import history
from minibar_ml.ml.contract import Limits, Moment
from minibar_ml.ml.frames import LOOK_BACK

LONGEST_PAUSE_DAYS = 31
"""Days that a run makes up for after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run looks at and how; days are business days in `zone`."""

    as_of: datetime
    zone: ZoneInfo
    limits: Limits
    lang: Lang
    lookback_days: int
    training_days: int
    min_points: int
    calendar: Calendar = ORDINARY
    since: date | None = None
    until: date | None = None
    is_live: bool = False
    """Whether as-of is now: what the books say of stays ahead is then no look-ahead."""

    @property
    def walks(self) -> bool:
        """Whether history is walked day by day, with the nightly training that each day would have had."""
        return self.since is not None

    def today(self) -> date:
        """The as-of instant's business day."""
        return self.as_of.astimezone(self.zone).date()

    def days(self, last_run: datetime | None, changed: Collection[date] = ()) -> list[date]:
        """The days to judge, in order.

        Without `since`: today, the days that have ended since the last run, and those whose points have changed
        since. A day that was judged when it ended and is still the same is left alone: judging it again with
        another night's model would only give chance more tries.
        """
        today = self.today()
        if self.since is not None:
            last = min(self.until - timedelta(days=1) if self.until else today, today)
            return _every_day(self.since, last)
        if last_run is None or last_run > self.as_of:
            return _every_day(today - timedelta(days=self.lookback_days), today)
        oldest = today - timedelta(days=LONGEST_PAUSE_DAYS)
        pause = _every_day(max(last_run.astimezone(self.zone).date(), oldest), today)
        return sorted({*pause, *(day for day in changed if oldest <= day <= today)})

    def moment(self, hotel_id: int, day: date) -> Moment:
        """A day as the run sees it: over, or still running at as-of."""
        start = datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)
        end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone).astimezone(UTC)
        return Moment(hotel_id, day.toordinal(), start, min(end, self.as_of), end <= self.as_of)

    def seen_at(self, day: date) -> datetime:
        """The instant at which a day's findings are seen: now, or in a walk that day's end."""
        return self.moment(0, day).as_of if self.walks else self.as_of

    def oldest(self, first: date) -> datetime:
        """The start of the first day that judging `first` or learning for it may look at."""
        return self._midnight(first - timedelta(days=self.history_days))

    def oldest_judged(self, first: date) -> dict[str, datetime]:
        """The same by frame, where nothing is learnt and a frame is looked at less far back."""
        return {name: self._midnight(first - timedelta(days=days)) for name, days in LOOK_BACK.items()}

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)

    @property
    def history_days(self) -> int:
        """How many days before a judged one any of its judging or learning may look at."""
        return history.window_days(self.training_days, self.lookback_days)


def _every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
