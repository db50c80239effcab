"""Trends of the collected metrics: a window of complete business days compared with the window before it.

What was not measured is None, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from minibar_ml.domain.metrics import COLLECTED, COMMON_STORE, EntityType, MetricType
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import LEAST_COMPARED, change_percent

WINDOW_DAYS: Mapping[str, int] = {"24h": 1, "7d": 7, "30d": 30}
"""Business days of each window; `24h` is the last one that is over."""
WEEKS, MONTHS = 8, 6
"""Calendar weeks and months of an attendant's pace, the ones that the window ends in included."""
TREND_METRICS: Mapping[EntityType, MetricType] = {"room": "room_consumption", "product": "product_consumption"}
GOES_ON = frozenset[MetricType](
    {"occupancy", "product_consumption", "room_consumption", "refill_duration", "stock_days_left"}
)
"""Metrics with a point on every day of an open hotel; the others only record that something happened."""
ADDS_UP = frozenset[MetricType](
    {"stock_outflow", "product_consumption", "room_consumption", "vacant_consumption", "custody_loss"}
)
"""Metrics in units, of which a total makes sense; levels, minutes, shares and forecasts don't add up."""
Unknown = Literal["no_points", "source_unreadable"]
OF_STORE = frozenset[MetricType](
    {collected.type for collected in COLLECTED if collected.of_ledger} | {"stock_days_left"}
)
"""Metrics of the warehouse."""


def window_ending(until: date, days: int) -> Period:
    """The business days before `until`, which itself is left out because it still runs."""
    return Period(until - timedelta(days=days), until)


@dataclass(frozen=True, slots=True)
class DayUnits:
    """Units of one business day; None where nothing was checked."""

    day: date
    units: float | None


@dataclass(frozen=True, slots=True)
class Consumption:
    """Units found consumed on each day of a window."""

    days: tuple[DayUnits, ...]

    @property
    def checked_days(self) -> int:
        """Days on which the room, or for a product any room of its hotel, was checked."""
        return sum(one.units is not None for one in self.days)

    @property
    def units(self) -> float | None:
        """In sum; None without a check."""
        return sum(one.units for one in self.days if one.units is not None) if self.checked_days else None

    @property
    def daily_mean(self) -> float | None:
        """Units a checked day; None without a check."""
        return None if self.units is None else self.units / self.checked_days


@dataclass(frozen=True, slots=True)
class Trend:
    """What was consumed of a product, or in a room, and in the window before; `name` is None where it can't be read."""

    hotel_id: int
    entity_type: EntityType
    entity_id: int
    name: str | None
    now: Consumption
    before: Consumption

    @property
    def change_percent(self) -> float | None:
        """Of the units a checked day, so that windows with more and with fewer checks can be compared.

        None where there were too few units before.
        """
        is_comparable = (self.before.units or 0) >= LEAST_COMPARED
        return change_percent(self.now.daily_mean, self.before.daily_mean) if is_comparable else None


@dataclass(frozen=True, slots=True)
class CalendarSpan:
    """A calendar week (`2025-W46`, Monday to Sunday) or month (`2025-11`), as far as its days are over."""

    name: str
    period: Period
    is_complete: bool


def weeks_until(until: date) -> tuple[CalendarSpan, ...]:
    """The last calendar weeks that have a day before `until`, oldest first."""
    last = until - timedelta(days=1)
    monday = last - timedelta(days=last.weekday())
    starts = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    return tuple(_span(f"{start:%G-W%V}", start, start + timedelta(weeks=1), until) for start in starts)


def months_until(until: date) -> tuple[CalendarSpan, ...]:
    """The last calendar months that have a day before `until`, oldest first."""
    last = until - timedelta(days=1)
    numbers = [12 * last.year + last.month - 1 - n for n in reversed(range(MONTHS))]
    return tuple(_span(f"{_first(n):%Y-%m}", _first(n), _first(n + 1), until) for n in numbers)


def _first(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _span(name: str, start: date, end: date, until: date) -> CalendarSpan:
    return CalendarSpan(name, Period(start, min(end, until)), end <= until)


@dataclass(frozen=True, slots=True)
class PaceFigures:
    """Minutes a room over some shifts: median and mean of the shifts' medians, both weighted by visits.

    All but `shifts` are None where no shift was measured. A shift is measured where it has a gap between two rooms.
    """

    minutes: float | None = None
    mean_minutes: float | None = None
    shifts: int = 0
    visits: int | None = None
    items: int | None = None


@dataclass(frozen=True, slots=True)
class AttendantPace:
    """One attendant's pace in the window, in the window before, and by calendar week and month."""

    hotel_id: int
    attendant_id: int
    name: str | None
    now: PaceFigures
    before: PaceFigures
    weeks: tuple[tuple[CalendarSpan, PaceFigures], ...]
    months: tuple[tuple[CalendarSpan, PaceFigures], ...]

    @property
    def change_percent(self) -> float | None:
        """Against the attendant's own window before; more is slower. None where either has too few visits."""
        is_comparable = min(self.now.visits or 0, self.before.visits or 0) >= LEAST_COMPARED
        return change_percent(self.now.minutes, self.before.minutes) if is_comparable else None


@dataclass(frozen=True, slots=True)
class HotelName:
    """A hotel that the source knows."""

    hotel_id: int
    name: str | None
    is_active: bool


def store_of(hotels: tuple[HotelName, ...]) -> int | None:
    """The hotel that warehouse metrics are filed under: the only active one, else the common store; None if unknown."""
    active = [hotel.hotel_id for hotel in hotels if hotel.is_active]
    if not hotels:
        return None
    return active[0] if len(active) == 1 else COMMON_STORE


@dataclass(frozen=True, slots=True)
class Spread:
    """Points of one metric in a window: how many, of how many entities, on which days, and how their values lie.

    `total` is None where values don't add up.
    """

    points: int
    entities: int
    minimum: float
    median: float
    mean: float
    maximum: float
    total: float | None
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What the store knows of one metric of one hotel in a window; `spread` is None without a point.

    `latest_at` is the newest point's instant, also where that is older than the window. `is_readable` is False where
    the source lacks what the metric is made of.
    """

    hotel_id: int
    hotel_name: str | None
    metric: MetricType
    period: Period
    spread: Spread | None
    latest_at: datetime | None
    is_readable: bool

    @property
    def days_missing(self) -> tuple[date, ...] | None:
        """Days without a point; None for a metric that only records that something happened."""
        if self.metric not in GOES_ON:
            return None
        known = self.spread.days if self.spread else ()
        return tuple(day for day in self.period.days() if day not in known)

    @property
    def unknown(self) -> Unknown | None:
        """Why there is no figure; None where there is one."""
        if self.spread:
            return None
        return "no_points" if self.is_readable else "source_unreadable"
