"""The contract of every detector: learn from the past, score a day, decide what is worth an alert.

Scoring is apart from deciding. A score is -ln of the probability that an ordinary day looks at least as odd (nats):
high is unusual, whatever the detector, so thresholds can be compared, calibrated and changed without scoring again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.hotels.supplies import Supplies
from minibar_ml.domain.metrics import MetricType
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import thresholds

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame, Series

    from minibar_ml.ml.evaluation.holdout import Fold
    from minibar_ml.ml.faults.injected import InjectedFaults
    from minibar_ml.ml.faults.untouched import Untouched

KEPT_BUDGET, KEPT_SIZE = 10.0, 0.8
"""An alert stays while ten times the budget of false alerts (2.3 nats less) would raise it, at 4/5 of the size."""
Parameters = Mapping[str, Any]
"""What a detector has learned of one hotel: JSON values and numpy arrays."""


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Why nothing could be learned: how many points or days there are, and how many it takes."""

    have: int
    need: int
    unit: str

    def __str__(self) -> str:
        return f"too little data: {self.have} {self.unit}, needs {self.need}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What deciding needs besides a score; shares and units as in the settings of the same names.

    `budget` is expected false alerts per 1,000 rooms and day over all detectors; `threshold_multiplier`, by
    detector, multiplies the threshold probability (below 1: stricter) and is learned from operators' verdicts;
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

    def lenient(self) -> "Limits":
        """What is enough for an alert to stay where only others' records have changed; see decision 0054."""
        return replace(
            self,
            budget=KEPT_BUDGET * self.budget,
            stock_deviation=KEPT_SIZE * self.stock_deviation,
            consumption_deviation=KEPT_SIZE * self.consumption_deviation,
            refill_deviation=KEPT_SIZE * self.refill_deviation,
            consumption_floor=KEPT_SIZE * self.consumption_floor,
            product_floor=KEPT_SIZE * self.product_floor,
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """The hotel and day that are scored: the day's ordinal, its start, the as-of instant, and whether it is over."""

    hotel_id: int
    day: int
    starts_at: datetime
    as_of: datetime
    is_complete: bool

    @property
    def date(self) -> date:
        """The scored business day."""
        return date.fromordinal(self.day)


Worth = Literal["found", "sales", "goods", "missing"]
"""How a finding's possible loss is computed; see `impact`."""
Sizeable = Callable[["DataFrame", "Limits"], "Series[bool]"]
InjectFaults = Callable[["Detector", "Fold", "Generator"], "InjectedFaults"]
ScoreUntouched = Callable[["Detector", "Fold"], "Untouched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSpec:
    """What is known of a detector besides its algorithm.

    reasons: every reason its findings may give, with how the possible loss is computed; None: not in money.
    reads: the frames that `score` reads, with how many days before the scored one it looks back.
    learns_from: the frame whose rows count as its training points; None: a rule, which learns nothing.
    share: of the budget of false alerts; a rule has one only for what it finds by probability.
    is_state: it says what holds at an instant, so a past day can only be asked as of that day's end.
    explained_by: by its own reason, the reasons of another finding on the same entity that make it superfluous.
    sizeable: which scored rows are large enough for an alert; None: only `decide` says so, a finding for each.
    inject: puts faults of known sizes into held-out days; every detector that learns has one.
    score_untouched: scores held-out days as they were; by default day by day, as `score` does.
    """

    name: str
    metric: MetricType
    types: tuple[AlertType, ...]
    reasons: Mapping[str, Worth | None]
    reads: Mapping[str, int]
    learns_from: str | None = None
    share: float = 0.0
    is_state: bool = False
    explained_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sizeable: Sizeable | None = None
    inject: InjectFaults | None = None
    score_untouched: ScoreUntouched | None = None

    @property
    def is_rule(self) -> bool:
        """Whether the detector learns nothing."""
        return self.learns_from is None

    def threshold(self, parameters: Parameters, limits: Limits) -> float:
        """The score (nats) from which on an alert is due, by what a detector that learns knows of its past."""
        multiplier = limits.threshold_multiplier.get(self.name, 1.0)
        n_tests = parameters.get("n_tests", 1.0)
        return thresholds.threshold(self.share, limits.budget, parameters["past"], n_tests, multiplier)


class Detector(Protocol):
    """One algorithm for one metric."""

    spec: ClassVar[DetectorSpec]

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn from one hotel's rows, all of them before the day that will be scored."""

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row for each entity that has something to score on the day.

        `frames` holds one hotel's rows up to and with the day; later rows must not exist. Columns: entity_id, value,
        expected, lower, upper, score, and what `decide` needs besides.
        """

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """The rows that have both statistical evidence and practical size."""
