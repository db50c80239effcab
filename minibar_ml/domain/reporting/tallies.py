"""From tallies of alerts to the report's counts; what no data covers stays unknown."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from minibar_ml.domain.alerting.alerts import SEVERITIES, STATUSES
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Count, Day, Money


@dataclass(frozen=True, slots=True)
class Tally:
    """Alerts of one business day, type, severity and status; `priced` of them have an impact, `impact` in sum.

    `by_person`: a person resolved them, and not the system.
    """

    day: date
    type: str
    severity: str
    status: str
    alerts: int
    priced: int
    impact: Decimal | None
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Tallies:
    """The tallies of two periods and the days that were watched.

    A day without alerts counts as 0 only if it was watched, that is, if it has metric points and detection checked it;
    otherwise nobody knows what it would have had.
    """

    rows: tuple[Tally, ...]
    watched: Set[date]
    period: Period

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

    def by_status(self) -> tuple[Count, ...]:
        """All statuses."""
        seen = dict.fromkeys((*STATUSES, *(row.status for row in self.rows)))
        return tuple(self._count(status, [row for row in self.rows if row.status == status]) for status in seen)

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
        return Count(key, self._alerts(self.period, rows), self._alerts(self.period.before(), rows))

    def _alerts(self, period: Period, rows: Iterable[Tally]) -> int | None:
        known = self._in(period, self.rows) or not self.watched.isdisjoint(period.days())
        return sum(row.alerts for row in self._in(period, rows)) if known else None

    def _on(self, day: date) -> int | None:
        alerts = sum(row.alerts for row in self.rows if row.day == day)
        return alerts if alerts or day in self.watched else None

    def _money(self, key: str, rows: Iterable[Tally]) -> Money:
        now, before = self._in(self.period, rows), self._in(self.period.before(), rows)
        return money_of(key, now, before)


def money_of(key: str, now: Collection[Tally], before: Collection[Tally]) -> Money:
    """The money of some alerts, of which none is a false positive, and what became of it."""
    return Money(
        key=key,
        impact=_sum(now),
        previous=_sum(before),
        unpriced=sum(row.alerts - row.priced for row in now),
        live=_part(now, [row for row in now if row.status != "resolved"]),
        handled=_part(now, [row for row in now if row.by_person]),
        handled_previous=_part(before, [row for row in before if row.by_person]),
    )


def _part(whole: Iterable[Tally], rows: Iterable[Tally]) -> Decimal | None:
    """The impact of some of the alerts: 0 where none of them has one, unknown where none of all has."""
    return None if _sum(whole) is None else _sum(rows) or Decimal(0)


def _sum(rows: Iterable[Tally]) -> Decimal | None:
    known = [row.impact for row in rows if row.impact is not None]
    return sum(known, Decimal(0)) if known else None
