"""The Report: one frozen value that every renderer shows, so that all formats show the same numbers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from minibar_ml.domain.idle import Idle
from minibar_ml.domain.problems import SourceProblem
from minibar_ml.domain.reporting.operations import FalsePositives, JobRun, ModelQuality, MutedScope, Pace, StockOut
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Action, Affected, Count, Day, Live, Money, Page

ReportKind = Literal["weekly", "monthly", "dashboard"]


@dataclass(frozen=True, slots=True)
class Report:
    """A period of one hotel, or of all (`hotel_id` None), as known at `generated_at`.

    `withdrawn`: alerts of the period that the records no longer show; they count nowhere else. `unanswered`: refill
    requests of the period that nobody ever answered.
    """

    kind: ReportKind
    hotel_id: int | None
    hotels: dict[int, str]
    period: Period
    previous: Period
    verdicts_since: date
    generated_at: datetime
    timezone: str
    total: Count
    live: tuple[Live, ...]
    actions: Page[Action]
    by_type: tuple[Count, ...]
    by_severity: tuple[Count, ...]
    by_status: tuple[Count, ...]
    trend: tuple[Day, ...]
    money: tuple[Money, ...]
    money_total: Money
    products: Page[Affected]
    rooms: Page[Affected]
    attendants: Page[Affected]
    pace: Page[Pace]
    models: Page[ModelQuality] | None
    false_positives: tuple[FalsePositives, ...]
    days_without_data: tuple[date, ...]
    hotels_without_data: tuple[str, ...]
    jobs: tuple[JobRun, ...]
    stock_outs: Page[StockOut] | None
    mutes: Page[MutedScope]
    problems: tuple[SourceProblem, ...]
    idle: tuple[Idle, ...]
    withdrawn: int = 0
    unanswered: int = 0
    currency: str = ""

    @property
    def live_total(self) -> int | None:
        """Alerts that need action; None where nobody ever looked for any."""
        return sum(line.alerts for line in self.live) if self.live or self.has_detected else None

    @property
    def days_watched(self) -> int:
        """Days of the period of which it is known how many alerts there were."""
        return sum(day.alerts is not None for day in self.trend)

    @property
    def has_detected(self) -> bool:
        """Whether detection ever did its work."""
        return any(run.job == "detect" and run.done_at for run in self.jobs)

    @property
    def has_nothing_yet(self) -> bool:
        """Whether no job ever did its work here and the store holds nothing to report of."""
        seen = self.live or (self.models and self.models.total) or self.false_positives or self.pace.total
        return not seen and self.total.alerts is None and not any(run.done_at for run in self.jobs)


@dataclass(frozen=True, slots=True)
class Window:
    """Alerts raised in the last so many hours, compared with as many hours before those."""

    hours: int
    total: Count
    by_severity: tuple[Count, ...]
    money: Money


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The last 24 hours, 7 days and 30 days at a glance; `report` is that of the 30 business days up to today."""

    windows: tuple[Window, ...]
    report: Report
