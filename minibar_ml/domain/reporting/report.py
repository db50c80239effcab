"""The Report: one frozen value that every renderer shows, so that all formats show the same numbers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from minibar_ml.domain.idle import Idle
from minibar_ml.domain.reporting.operations import FalsePositives, JobRun, ModelQuality, Pace, StockOut
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Action, Affected, Count, Day, Live, Money, Page

ReportKind = Literal["weekly", "monthly", "dashboard"]


@dataclass(frozen=True, slots=True)
class Report:
    """A period of one hotel, or of all (`hotel_id` None), as known at `generated_at`."""

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
    currency: str = ""
