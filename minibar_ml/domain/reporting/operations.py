"""The rows that a report has of operations and of the program itself: pace, stock-outs, models, verdicts, jobs.

A figure that is not known is None, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.alerting.mutes import Mute
from minibar_ml.domain.reporting.rows import LEAST_COMPARED, change_percent

STOCK_OUT_DAYS = 14
"""Products that are to last no longer than this run out soon."""


@dataclass(frozen=True, slots=True)
class Pace:
    """An attendant's median minutes a room, weighted by visits.

    Of the last week of the period (`minutes`, and its `visits`), of each of the four before (`weeks`, oldest first)
    and of those pooled (`usual`); of the last 28 days (`month`) and of the 28 before (`month_before`), each with its
    visits. None where the attendant did not work.
    """

    hotel_id: int
    attendant_id: int
    name: str | None
    minutes: float | None
    visits: int
    weeks: tuple[float | None, ...]
    usual: float | None
    month: float | None = None
    month_visits: int = 0
    month_before: float | None = None
    usual_visits: int = 0
    month_before_visits: int = 0

    @property
    def change_percent(self) -> float | None:
        """The last week against the four before; None where either has too few visits."""
        is_comparable = min(self.visits, self.usual_visits) >= LEAST_COMPARED
        return change_percent(self.minutes, self.usual) if is_comparable else None

    @property
    def month_change_percent(self) -> float | None:
        """The last 28 days against the 28 before; None where either has too few visits."""
        is_comparable = min(self.month_visits, self.month_before_visits) >= LEAST_COMPARED
        return change_percent(self.month, self.month_before) if is_comparable else None


@dataclass(frozen=True, slots=True)
class ModelQuality:
    """The active model of a metric and hotel, or why there is none. `trained_at` is None where there is none."""

    metric: str
    hotel_id: int
    model: str
    version: int | None
    accuracy: float | None
    precision: float | None
    recall: float | None
    evaluated_on: str | None
    trained_at: datetime | None
    data_points: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class FalsePositives:
    """Alerts of a type that a person reviewed, and how many of them were false."""

    type: AlertType
    judged: int
    false_positives: int

    @property
    def rate(self) -> float | None:
        """False among the reviewed; None below five: that proves nothing."""
        return self.false_positives / self.judged if self.judged >= LEAST_COMPARED else None


@dataclass(frozen=True, slots=True)
class JobRun:
    """How a job's last run ended, and as of when it last did its work; None where it never did.

    By its schedule it should have done its work since `wanted_since`; None where no schedule was given.
    """

    job: str
    outcome: str | None
    ran_at: datetime | None
    done_at: datetime | None
    wanted_since: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether it did its work once, but not since its schedule asked for it."""
        return self.done_at is not None and self.wanted_since is not None and self.done_at < self.wanted_since

    @property
    def is_well(self) -> bool:
        """Whether it did its work when it should have."""
        return self.done_at is not None and self.outcome != "failed" and not self.is_late


@dataclass(frozen=True, slots=True)
class StockOut:
    """A product that runs out soon, by a live alert or by forecast.

    `level` units are left, expected to last until `empty_on`; `order_quantity` units are to be ordered by `order_by`
    (0 and None: nothing needs ordering yet). With an alert these are the alert's own figures, of when it was last
    found; without one those of the newest stored forecast, made on `forecast_on`. With a chance of 80% it lasts between
    `p10` and `p90` days.
    """

    hotel_id: int
    product_id: int
    name: str | None
    days_left: float | None
    has_alert: bool
    level: float | None = None
    empty_on: date | None = None
    order_quantity: int | None = None
    order_by: date | None = None
    forecast_on: date | None = None
    p10: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class MutedScope:
    """A mute that touches the period; its `findings` and `impact` are those of the period.

    `names`: of the rooms or products that it names, by id, as far as they are known.
    """

    mute: Mute
    names: Mapping[int, str]
