"""From tallies of alerts to the report's counts; what no data covers stays unknown."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from minibar_ml.domain.alerts import ALERT_TYPES, SEVERITIES, STATUSES
from minibar_ml.domain.report import Count, Day, Money, Period


@dataclass(frozen=True, slots=True)
class Tally:
    """Alerts of one business day, type, severity and status; `priced` of them have an impact, `impact` in sum."""

    day: date
    type: str
    severity: str
    status: str
    alerts: int
    priced: int
    impact: Decimal | None


@dataclass(frozen=True, slots=True)
class Tallies:
    """The tallies of two periods and the days that were watched.

    A day without alerts counts as 0 only if it was watched, that is, if it has metric points and detection has run;
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
        """All severities, the gravest first."""
        return tuple(
            self._count(severity, [row for row in self.rows if row.severity == severity])
            for severity in reversed(SEVERITIES)
        )

    def by_status(self) -> tuple[Count, ...]:
        """All statuses."""
        return tuple(self._count(status, [row for row in self.rows if row.status == status]) for status in STATUSES)

    def trend(self) -> tuple[Day, ...]:
        """Day by day, beside the previous period."""
        pairs = zip(self.period.days(), self.period.before().days(), strict=True)
        return tuple(Day(on, self._on(on), before, self._on(before)) for on, before in pairs)

    def money(self) -> tuple[Money, ...]:
        """The types whose alerts have an impact, the dearest first."""
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
        return Money(key, _sum(now), _sum(before), sum(row.alerts - row.priced for row in now))


def _sum(rows: Iterable[Tally]) -> Decimal | None:
    known = [row.impact for row in rows if row.impact is not None]
    return sum(known, Decimal(0)) if known else None
