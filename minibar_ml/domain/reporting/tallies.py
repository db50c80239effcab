"""From tallies of alerts to the report's counts; what no data covers stays unknown."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from minibar_ml.domain.alerting.alerts import SEVERITIES
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import COMPARABLE, LEAST_COMPARED, Count, Day, Money


@dataclass(frozen=True, slots=True)
class Tally:
    """Alerts raised on one day, of one type, severity and status; `priced` of them have an impact, `impact` in sum.

    `by_person`: a person resolved them, and not the system. `unpriced`: those whose loss would be money, but
    of which no price is known; parts of an incident, for which another alert counts, and alerts about no loss are
    neither.
    """

    day: date
    type: str
    severity: str
    status: str
    alerts: int
    priced: int
    impact: Decimal | None
    by_person: bool = False
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Tallies:
    """The tallies of two periods and the days that were watched; of one that still runs, the one before to its hour.

    A day without alerts counts as 0 only if it was watched, that is, if it has metric points and detection checked it;
    otherwise nobody knows what it would have had.
    """

    rows: tuple[Tally, ...]
    watched: Set[date]
    period: Period

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the period."""
        return self._is_known(self.period)

    @property
    def is_known_before(self) -> bool:
        """Whether anything is known of the period before."""
        return self._is_known(self.period.before())

    def days_watched(self, period: Period) -> int:
        """Days of which it is known how many alerts were raised."""
        return sum(self._on(day) is not None for day in period.days())

    @property
    def is_comparable(self) -> bool:
        """Whether both periods were watched on nearly all of their days."""
        return all(
            self.days_watched(one) >= COMPARABLE * len(one.days()) for one in (self.period, self.period.before())
        )

    def total(self) -> Count:
        """All alerts."""
        return self._count("all", self.rows)

    def by_type(self) -> tuple[Count, ...]:
        """The types that occurred, the most frequent first."""
        seen = [kind for kind in ALERT_TYPES if any(row.type == kind for row in self.rows)]
        counts = [self._count(kind, [row for row in self.rows if row.type == kind]) for kind in seen]
        return tuple(sorted(counts, key=lambda count: (-(count.alerts or 0), -(count.previous or 0))))

    def by_severity(self) -> tuple[Count, ...]:
        """All severities, the most severe first."""
        return tuple(
            self._count(severity, [row for row in self.rows if row.severity == severity])
            for severity in reversed(SEVERITIES)
        )

    def trend(self) -> tuple[Day, ...]:
        """Day by day, compared with the previous period."""
        days, before = self.period.days(), self.period.before().days()
        pairs = zip(days, (*before, *[None] * len(days)), strict=False)
        return tuple(Day(on, self._on(on), other, self._on(other) if other else None) for on, other in pairs)

    def money(self) -> tuple[Money, ...]:
        """The types whose alerts have an impact, the highest sum first."""
        sums = [self._money(kind, [row for row in self._true() if row.type == kind]) for kind in ALERT_TYPES]
        known = [line for line in sums if line.impact is not None or line.previous is not None]
        return tuple(sorted(known, key=lambda line: (-(line.impact or 0), -(line.previous or 0))))

    def money_total(self) -> Money:
        """All types together."""
        return self._money("all", self._true())

    def _true(self) -> list[Tally]:
        return [row for row in self.rows if row.status != "false_positive"]

    def _in(self, period: Period, rows: Iterable[Tally]) -> list[Tally]:
        return [row for row in rows if period.since <= row.day < period.until]

    def _count(self, key: str, rows: Iterable[Tally]) -> Count:
        rows = tuple(rows)
        before = self._alerts(self.period.before(), rows)
        return Count(key, self._alerts(self.period, rows), before, self.is_comparable)

    def _is_known(self, period: Period) -> bool:
        return bool(self._in(period, self.rows)) or not self.watched.isdisjoint(period.days())

    def _alerts(self, period: Period, rows: Iterable[Tally]) -> int | None:
        return sum(row.alerts for row in self._in(period, rows)) if self._is_known(period) else None

    def _on(self, day: date) -> int | None:
        alerts = sum(row.alerts for row in self.rows if row.day == day)
        return alerts if alerts or day in self.watched else None

    def _money(self, key: str, rows: Iterable[Tally]) -> Money:
        now, before = self._in(self.period, rows), self._in(self.period.before(), rows)
        return money_of(key, now, before, is_comparable=self.is_comparable)


def money_of(key: str, now: Collection[Tally], before: Collection[Tally], *, is_comparable: bool = True) -> Money:
    """The money of some alerts, of which none is a false positive, and what became of it."""
    return Money(
        key=key,
        impact=_sum(now),
        previous=_sum(before),
        unpriced=sum(row.unpriced for row in now),
        live=_part(now, [row for row in now if row.status != "resolved"]),
        handled=_part(now, [row for row in now if row.by_person]),
        is_comparable=is_comparable and sum(row.priced for row in before) >= LEAST_COMPARED,
    )


def _part(whole: Iterable[Tally], rows: Iterable[Tally]) -> Decimal | None:
    """The impact of some of the alerts: 0 where none of them has one, unknown where none of all has."""
    return None if _sum(whole) is None else _sum(rows) or Decimal(0)


def _sum(rows: Iterable[Tally]) -> Decimal | None:
    known = [row.impact for row in rows if row.impact is not None]
    return sum(known, Decimal(0)) if known else None
