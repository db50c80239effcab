"""Learning everything of one hotel: each detector's parameters, and an Isolation Forest over its scores."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from minibar_ml.domain.hotels.phases import LEARNING_DAYS
from minibar_ml.domain.metrics import COMMON_STORE, LEDGER_METRICS, MetricType
from minibar_ml.ml import isolation_forest
from minibar_ml.ml.believed import believed
from minibar_ml.ml.contract import Detector, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.detectors import ALL, LEARNING
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import days_on_record

FOREST_DAYS = 14
PARAMETERS_FORMAT = 5
"""Goes up whenever a detector's parameters change in name or meaning, so that no stored model is misread."""


@dataclass(frozen=True, slots=True)
class FittedModels:
    """What is known of one hotel, by detector name: parameters and forests, or why there are none."""

    parameters: Mapping[str, Parameters | TooLittle]
    forests: Mapping[str, Parameters | TooLittle] = field(default_factory=dict)
    threshold_multiplier: Mapping[str, float] = field(default_factory=dict)


def training_days(day: int, window: int, gap: int) -> tuple[int, int]:
    """First and last (exclusive) day to learn from, for scoring `day` and the `gap` days before it.

    The gap keeps the days that detect may look at again out of their own baseline.
    """
    return day - gap - window, day - gap


def learn(past: Frames, min_points: int, *, with_forests: bool = True, known: Collection[str] = ()) -> FittedModels:
    """Fit every detector to one hotel's past, and a forest wherever there are enough scores.

    Detectors named in `known` are left out. From less than a week nothing is learned, whatever `min_points`.
    """
    days = len(days_on_record(past))
    past = believed(past)
    short = TooLittle(days, LEARNING_DAYS, "days of history") if days < LEARNING_DAYS else None
    parameters = {
        detector.spec.name: short if short and not detector.spec.is_rule else detector.fit(past, min_points)
        for detector in ALL
        if detector.spec.name not in known
    }
    return FittedModels(parameters, LazyForests(past, parameters, min_points) if with_forests else {})


def thresholds_of(fitted: FittedModels, limits: Limits) -> dict[str, float]:
    """By detector name, the score from which on what was learned alerts; rules have none."""
    limits = replace(limits, threshold_multiplier=fitted.threshold_multiplier)
    specs = [detector.spec for detector in LEARNING]
    known = [(spec, fitted.parameters[spec.name]) for spec in specs]
    return {spec.name: spec.threshold(found, limits) for spec, found in known if not isinstance(found, TooLittle)}


def metrics_of(hotel_id: int, *, is_chain: bool) -> list[MetricType]:
    """The metrics that are learned for a hotel: in a chain the ledger's belong to the common store alone."""
    learned = list(FOREST_DETECTORS)
    return [metric for metric in learned if not is_chain or (metric in LEDGER_METRICS) == (hotel_id == COMMON_STORE)]


def points_of(metric: MetricType, past: Frames) -> int:
    """How many rows of the past a metric's models are learned from."""
    return len(getattr(past, str(FOREST_DETECTORS[metric].spec.learns_from)))


class LazyForests(Mapping[str, Parameters | TooLittle]):
    """The forests of one hotel by detector name, each fitted when it is first asked for.

    A walk through history learns again for every day, and on most days nothing is found that a forest could rank.
    """

    def __init__(self, past: Frames, parameters: Mapping[str, Parameters | TooLittle], min_points: int) -> None:
        """Nothing is fitted yet."""
        self._past, self._parameters, self._min_points = past, parameters, min_points
        self._detectors = {one.spec.name: one for one in FOREST_DETECTORS.values() if one.spec.name in parameters}
        self._fitted: dict[str, Parameters | TooLittle] = {}

    def __getitem__(self, name: str) -> Parameters | TooLittle:
        if name not in self._fitted:
            parameters = self._parameters[name]
            self._fitted[name] = (
                parameters
                if isinstance(parameters, TooLittle)
                else _fit_forest(self._detectors[name], self._past, parameters, self._min_points)
            )
        return self._fitted[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._detectors)

    def __len__(self) -> int:
        return len(self._detectors)


def _first_of_metric() -> dict[MetricType, Detector]:
    found: dict[MetricType, Detector] = {}
    for detector in LEARNING:
        found.setdefault(detector.spec.metric, detector)
    return found


FOREST_DETECTORS: Mapping[MetricType, Detector] = _first_of_metric()
"""By learned metric, the detector whose scores the metric's forest sees."""


def _fit_forest(detector: Detector, past: Frames, parameters: Parameters, min_points: int) -> Parameters | TooLittle:
    import pandas as pd

    last = max((int(frame["day"].max()) for frame in (past.rooms, past.outflow, past.gaps) if len(frame)), default=0)
    if not last:
        return TooLittle(0, min_points, "scored rows")
    reads = detector.spec.reads
    past = past.only(reads)
    scored = [
        detector.score(past.seen_on(day, reads), parameters, past_day(day))
        for day in range(last - FOREST_DAYS + 1, last + 1)
    ]
    filled = [scores for scores in scored if len(scores)]
    if not filled:
        return TooLittle(0, min_points, "scored rows")
    return isolation_forest.fit(pd.concat(filled, ignore_index=True), min_points)


def past_day(day: int) -> Moment:
    """The moment of a past day; its hours don't matter to a score."""
    end = datetime.fromordinal(day + 1).replace(tzinfo=UTC)
    return Moment(hotel_id=0, day=day, starts_at=end, as_of=end, is_complete=True)
