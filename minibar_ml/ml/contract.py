"""The contract of every detector: learn from the past, score a day, decide what is worth an alert.

Scoring is apart from deciding. A score is -ln of the probability that an ordinary day looks at least as odd (nats):
high is strange, whatever the detector, so thresholds can be compared, calibrated and changed without scoring again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from minibar_ml.domain.alerts import AlertType, Finding
from minibar_ml.domain.metrics import MetricType
from minibar_ml.domain.supplies import Supplies
from minibar_ml.ml.frames import Frames

if TYPE_CHECKING:
    from pandas import DataFrame

Parameters = Mapping[str, Any]
"""What a detector has learnt of one hotel: JSON values and numpy arrays."""


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Why nothing could be learnt: how many points or days there are, and how many it takes."""

    have: int
    need: int
    unit: str

    def __str__(self) -> str:
        return f"too little data: {self.have} {self.unit}, needs {self.need}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What deciding needs beside a score; shares and units as in the settings of the same names.

    `budget` is expected false alerts per 1,000 rooms and day over all detectors; `tightness` multiplies the
    threshold probability of an alert type (below 1: stricter), learnt from operators' verdicts;
    `supplies` is how products are ordered.
    """

    budget: float = 1.0
    stock_deviation: float = 0.30
    consumption_deviation: float = 0.40
    refill_deviation: float = 0.50
    consumption_floor: float = 3.0
    product_floor: float = 5.0
    threshold_multiplier: Mapping[str, float] = field(default_factory=dict)
    supplies: Supplies = field(default_factory=Supplies)


@dataclass(frozen=True, slots=True)
class Moment:
    """The hotel and day that are judged: the day's ordinal, its start, the as-of instant, and whether it is over."""

    hotel_id: int
    day: int
    starts_at: datetime
    as_of: datetime
    is_complete: bool

    @property
    def date(self) -> date:
        """The judged business day."""
        return date.fromordinal(self.day)


class Detector(Protocol):
    """One algorithm for one metric."""

    name: ClassVar[str]
    metric: ClassVar[MetricType]
    types: ClassVar[tuple[AlertType, ...]]

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn from one hotel's rows, all of them before the day that will be judged."""

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row for each entity that has something to judge on the day.

        `frames` holds one hotel's rows up to and with the day; later rows must not exist. Columns: entity_id, value,
        expected, lower, upper, score, and what `decide` needs besides.
        """

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """The rows that have both statistical evidence and practical size."""
