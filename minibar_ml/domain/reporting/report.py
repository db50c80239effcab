"""The Report: one frozen value that every renderer shows, so that all formats show the same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from minibar_ml.domain.alerting.kinds import AlertType, types_where
from minibar_ml.domain.idle import Idle
from minibar_ml.domain.problems import SourceProblem
from minibar_ml.domain.reporting.alert_counts import Happened, Snoozed, Waiting, Week
from minibar_ml.domain.reporting.coverage import Coverage
from minibar_ml.domain.reporting.details import Detail
from minibar_ml.domain.reporting.hotel_lines import HotelLine
from minibar_ml.domain.reporting.listed import ListedAlert
from minibar_ml.domain.reporting.minibar import Minibar
from minibar_ml.domain.reporting.operations import FalsePositives, JobRun, ModelQuality, MutedScope, Pace, StockOut
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.places import Place
from minibar_ml.domain.reporting.rows import Action, Affected, Count, Day, Live, Money, Page
from minibar_ml.domain.reporting.today import Task

ReportKind = Literal["weekly", "monthly", "dashboard"]


@dataclass(frozen=True, slots=True)
class Report:
    """A period of one hotel, or of all (`hotel_id` None), as known at `generated_at`.

    `unanswered`: refill requests of the period that nobody ever answered. `snoozed`: what waits but was put off; it is
    not in `waiting`. `newest_on`: the last day with data, of the weeks before, too. `is_job_late`: an alert says so of
    a job of any kind, for all hotels.
    `chapters`: where it is about several hotels, the report of each, in the order of `lines`, whose alerts and their
    details only the whole report lists.
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
    waiting: tuple[Waiting, ...]
    today: tuple[Task, ...]
    actions: Page[Action]
    alerts: Page[ListedAlert]
    details: Mapping[int, Detail]
    by_type: tuple[Count, ...]
    by_severity: tuple[Count, ...]
    happened: tuple[Happened, ...]
    weeks: tuple[Week, ...]
    places: tuple[Place, ...]
    lines: tuple[HotelLine, ...]
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
    minibar: Minibar | None
    stock_outs: Page[StockOut] | None
    mutes: Page[MutedScope]
    problems: tuple[SourceProblem, ...]
    idle: tuple[Idle, ...]
    unanswered: int = 0
    days_watched_before: int = 0
    snoozed: Snoozed | None = None
    is_job_late: bool = False
    newest_on: date | None = None
    currency: str = ""
    chapters: tuple["Report", ...] = ()

    @property
    def coverage(self) -> Coverage:
        """How much of the period its data cover; of a past one not what is missing since."""
        missing = len(self.days_without_data)
        of_days = Coverage(len(self.period.days()), missing, self.days_watched, newest=self.newest_on)
        if self.is_past:
            return of_days
        is_stale = any(map(self.has_live, types_where(lambda kind: kind.marks_stale_data)))
        return replace(of_days, is_stale=is_stale, has_refused=self.has_live("rows_refused"))

    def has_live(self, alert_type: AlertType) -> bool:
        """Whether an alert of the type needs action."""
        return any(one.alert.type == alert_type for one in self.actions.rows)

    @property
    def is_running(self) -> bool:
        """Whether its last day is not over yet: the period before then counts up to the same hour."""
        return self.period.is_running(self._today)

    @property
    def is_past(self) -> bool:
        """Whether it ended before yesterday: what waits is of a later day, and what is due has another report."""
        return (self._today - self.period.last_day).days > 1

    @property
    def _today(self) -> date:
        return self.generated_at.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def live_total(self) -> int | None:
        """Alerts that need action; None where nobody ever looked for any."""
        return sum(line.alerts for line in self.live) if self.live or self.has_detected else None

    @property
    def days_watched(self) -> int:
        """Days of the period of which it is known how many alerts there were."""
        return sum(day.alerts is not None for day in self.trend)

    @property
    def waiting_impact(self) -> Decimal | None:
        """Possible loss of all that waits; None where none of it has a price."""
        known = [line.impact for line in self.live if line.impact is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def orders_due(self) -> tuple[StockOut, ...] | None:
        """Products to be ordered, the earliest last day first; None where nothing forecasts."""
        if self.stock_outs is None:
            return None
        due = [out for out in self.stock_outs.rows if out.order_quantity and out.order_by]
        return tuple(sorted(due, key=lambda out: (out.order_by or date.max, out.days_left or 0.0)))

    @property
    def is_comparable(self) -> bool:
        """Whether the period before was watched enough to be compared with."""
        return self.total.is_comparable

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
