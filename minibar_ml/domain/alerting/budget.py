"""Alerts counted over a span of time, and held against the budget of false alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from minibar_ml.domain.alerting.alerts import Severity, Status
from minibar_ml.domain.alerting.kinds import AlertType

LEAST_JUDGED = 5
"""Below so many reviewed alerts there is no rate of false ones: it would prove nothing."""


@dataclass(frozen=True, slots=True)
class TypeStats:
    """Alerts of one type; judged: false positives and those that a person resolved."""

    alerts: int
    judged: int
    false_positives: int

    @property
    def false_positive_rate(self) -> float | None:
        """Share of false positives among the reviewed; None below five."""
        return self.false_positives / self.judged if self.judged >= LEAST_JUDGED else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUsage:
    """What was raised in some days compared with the budget, expected false alerts per 1,000 rooms and day.

    The budget is None where this role may not see it. `room_days` is rooms times days, None where no room is known;
    `confirmed` and `false_positives` are what persons said of the alerts.
    """

    budget_per_1000_rooms_day: float | None
    days: int
    room_days: int | None
    alerts: int
    confirmed: int = 0
    false_positives: int = 0

    @property
    def budget_alerts(self) -> float | None:
        """How many false alerts the budget allows in all."""
        if self.budget_per_1000_rooms_day is None or not self.room_days:
            return None
        return self.budget_per_1000_rooms_day * self.room_days / 1000

    @property
    def alerts_per_day(self) -> float | None:
        """Alerts raised a day; None for no days."""
        return self.alerts / self.days if self.days else None

    @property
    def raised_per_1000_rooms_day(self) -> float | None:
        """Alerts raised per 1,000 rooms and day, true or false."""
        return 1000 * self.alerts / self.room_days if self.room_days else None

    @property
    def precision(self) -> float | None:
        """Share of true ones among the reviewed; None where nobody reviewed any."""
        reviewed = self.confirmed + self.false_positives
        return self.confirmed / reviewed if reviewed else None


@dataclass(frozen=True, slots=True)
class AlertStats:
    """Alerts raised in a span of time, counted in several ways; `by_day` has every day of the span."""

    alerts: int
    by_type: Mapping[AlertType, TypeStats]
    by_severity: Mapping[Severity, int]
    by_status: Mapping[Status, int]
    by_day: Mapping[date, int]
    by_detector: Mapping[str, TypeStats]

    def usage(self, budget: float | None, rooms: int | None, days: int) -> BudgetUsage:
        """These alerts and a budget per 1,000 rooms and day, of a span of so many days; `rooms` None: unknown."""
        false = sum(one.false_positives for one in self.by_type.values())
        return BudgetUsage(
            budget_per_1000_rooms_day=budget,
            days=days,
            room_days=rooms * days if rooms else None,
            alerts=self.alerts,
            confirmed=sum(one.judged for one in self.by_type.values()) - false,
            false_positives=false,
        )
