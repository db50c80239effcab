"""Periods of business days that a report covers."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DASHBOARD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from `since` up to, not including, `until`; `is_month`: all of a calendar month."""

    since: date
    until: date
    is_month: bool = False

    @property
    def last_day(self) -> date:
        """The last business day inside."""
        return self.until - timedelta(days=1)

    def days(self) -> tuple[date, ...]:
        """Every business day, in order."""
        return tuple(self.since + timedelta(days=n) for n in range((self.until - self.since).days))

    def is_running(self, today: date) -> bool:
        """Whether its last day is not over on `today`."""
        return today < self.until

    def over(self, today: date) -> "Period":
        """Its days that are over on `today`."""
        return Period(self.since, max(self.since, min(self.until, today)))

    def before(self) -> "Period":
        """The period that ends where this one starts: a month for a month, else one of the same length."""
        if self.is_month:
            return month_of(self.since - timedelta(days=1))
        return Period(self.since - (self.until - self.since), self.since)

    def compared_until(self, now: datetime) -> datetime:
        """The end of the period before, or of one that still runs the hour of it that is like `now`.

        Both are instants in the zone of `now`; by the clock, so that a night of 25 hours moves nothing.
        """
        end = datetime.combine(self.until, time())
        left = max(end - now.replace(tzinfo=None), timedelta(0))
        return (datetime.combine(self.before().until, time()) - left).replace(tzinfo=now.tzinfo)

    def first_days_of(self, other: "Period") -> "Period":
        """As many of the first days of another period as this one has, as far as that has so many."""
        return Period(other.since, min(other.until, other.since + (self.until - self.since)))


def week_ending(last_day: date) -> Period:
    """The seven business days up to and including `last_day`."""
    return days_ending(last_day, 7)


def days_ending(last_day: date, days: int) -> Period:
    """So many business days up to and including `last_day`."""
    return Period(last_day - timedelta(days=days - 1), last_day + timedelta(days=1))


def month_of(day: date) -> Period:
    """The calendar month that `day` lies in."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1), is_month=True)


def month_ended(last_day: date) -> Period:
    """The newest calendar month that is over when `last_day` is."""
    month = month_of(last_day)
    return month if month.last_day == last_day else month.before()
