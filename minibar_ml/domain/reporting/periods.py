"""Periods of business days that a report covers."""

from dataclasses import dataclass
from datetime import date, timedelta


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

    def before(self) -> "Period":
        """The period that ends where this one starts: a month for a month, else one of the same length."""
        if self.is_month:
            return month_of(self.since - timedelta(days=1))
        return Period(self.since - (self.until - self.since), self.since)


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
