"""Learning everything of one hotel: each detector's parameters and the forest's second opinion."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd

from minibar_ml.domain.metrics import COMMON_STORE, MetricType
from minibar_ml.domain.phases import LEARNING_DAYS
from minibar_ml.ml import isolation_forest
from minibar_ml.ml.contract import Detector, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import days_on_record
from minibar_ml.ml.stats import thresholds

OPINION_DAYS = 14
PARAMETERS_FORMAT = 3
"""Counts up whenever a detector's parameters change their meaning, so that no stored model is misread."""


@dataclass(frozen=True, slots=True)
class FittedModels:
    """What is known of one hotel: by detector name, parameters or why there are none."""

    parameters: Mapping[str, Parameters | TooLittle]
    opinions: Mapping[str, Parameters | TooLittle] = field(default_factory=dict)
    threshold_multiplier: Mapping[str, float] = field(default_factory=dict)


def training_days(day: int, window: int, gap: int) -> tuple[int, int]:
    """First and last (exclusive) day to learn from, for judging `day` and the `gap` days before it.

    The gap keeps the days that detect may look at again out of their own baseline.
    """
    return day - gap - window, day - gap


def learn(past: Frames, min_points: int, *, with_opinions: bool = True, known: Collection[str] = ()) -> FittedModels:
    """Fit every detector to one hotel's past, and a forest wherever there is enough to look at.

    Detectors named in `known` are left out. From less than a week nothing is learnt, whatever `min_points`.
    """
    days = len(days_on_record(past))
    short = TooLittle(days, LEARNING_DAYS, "days of history") if days < LEARNING_DAYS else None
    parameters = {
        detector.name: short if short and learns(detector) else detector.fit(past, min_points)
        for detector in ALL
        if detector.name not in known
    }
    return FittedModels(parameters, Opinions(past, parameters, min_points) if with_opinions else {})


def thresholds_of(learnt: FittedModels, limits: Limits) -> dict[str, float]:
    """By detector name, the score from which on what was learnt alerts; rules have none."""
    found = {}
    for detector in ALL:
        parameters = learnt.parameters[detector.name]
        if learns(detector) and not isinstance(parameters, TooLittle):
            threshold_multiplier = learnt.threshold_multiplier.get(detector.name, 1.0)
            tests = parameters.get("tests", 1.0)
            found[detector.name] = thresholds.threshold(
                thresholds.SHARES[detector.name], limits.budget, parameters["past"], tests, threshold_multiplier
            )
    return found


def metrics_of(hotel_id: int, *, is_chain: bool) -> list[MetricType]:
    """The metrics that are learnt for a hotel: in a chain the ledger's belong to the common store alone."""
    learnt = list(dict.fromkeys(detector.metric for detector in ALL if learns(detector)))
    return [metric for metric in learnt if not is_chain or (metric == "stock_outflow") == (hotel_id == COMMON_STORE)]


_FRAME_OF = {
    "room_consumption": "rooms",
    "product_consumption": "products",
    "stock_outflow": "outflow",
    "refill_duration": "gaps",
    "custody_loss": "custody",
}


def points_of(metric: str, past: Frames) -> int:
    """How many rows of the past a metric's models are learnt from."""
    return len(getattr(past, _FRAME_OF[metric]))


RULES = frozenset({"vacant_room", "below_zero", "unanswered", "depletion", "stale"})
"""Detectors that judge by a rule and learn nothing."""


def learns(detector: Detector) -> bool:
    """Whether a detector learns at all; rules don't."""
    return detector.name not in RULES


class Opinions(Mapping[str, Parameters | TooLittle]):
    """The forests of one hotel by detector name, each grown when it is first asked for.

    A walk through history learns anew for every day, and on most days nothing is found that a forest could judge.
    """

    def __init__(self, past: Frames, parameters: Mapping[str, Parameters | TooLittle], min_points: int) -> None:
        """Nothing is grown yet."""
        self._past, self._parameters, self._min_points = past, parameters, min_points
        self._grown: dict[str, Parameters | TooLittle] = {}

    def __getitem__(self, name: str) -> Parameters | TooLittle:
        if name not in self._grown:
            detector = {one.name: one for one in _first_of_metric().values()}[name]
            fitted = self._parameters[name]
            self._grown[name] = (
                fitted if isinstance(fitted, TooLittle) else _opinion(detector, self._past, fitted, self._min_points)
            )
        return self._grown[name]

    def __iter__(self) -> Iterator[str]:
        return (one.name for one in _first_of_metric().values() if one.name in self._parameters)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _first_of_metric() -> dict[str, Detector]:
    found: dict[str, Detector] = {}
    for detector in ALL:
        if learns(detector):
            found.setdefault(detector.metric, detector)
    return found


FOREST_OF = {metric: detector.name for metric, detector in _first_of_metric().items()}
"""The detector whose scores a metric's forest looks at."""


def _opinion(detector: Detector, past: Frames, parameters: Parameters, min_points: int) -> Parameters | TooLittle:
    last = max((int(frame["day"].max()) for frame in (past.rooms, past.outflow, past.gaps) if len(frame)), default=0)
    scored = [
        detector.score(past.seen_on(day), parameters, _over(day)) for day in range(last - OPINION_DAYS + 1, last + 1)
    ]
    filled = [scores for scores in scored if len(scores)]
    if not filled:
        return TooLittle(0, min_points, "scored rows")
    return isolation_forest.fit(pd.concat(filled, ignore_index=True), min_points)


def _over(day: int) -> Moment:
    """A past day; its hours don't matter to a score."""
    end = datetime.fromordinal(day + 1).replace(tzinfo=UTC)
    return Moment(hotel_id=0, day=day, starts_at=end, as_of=end, is_complete=True)
