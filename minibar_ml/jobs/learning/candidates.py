"""Models that a training made or could not make: what goes into each, storing them sealed, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import sqrt
from typing import TYPE_CHECKING, Any

from minibar_ml.artifacts.envelope import seal
from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.metrics import MetricType
from minibar_ml.domain.models import ModelHeader, ModelKey, ModelType, NewModel, TrainingLog
from minibar_ml.jobs.learning.reading import TrainingConfig
from minibar_ml.ml import training
from minibar_ml.ml.contract import TooLittle
from minibar_ml.ml.detectors import LEARNING
from minibar_ml.ml.evaluation.forest import ForestQuality
from minibar_ml.ml.evaluation.quality import TRUTH, Evaluation, Quality
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.training import FittedModels
from minibar_ml.store import models

if TYPE_CHECKING:
    from sqlalchemy import Connection

HARMLESS = ("faults", "judged", "recall", "precision", "accuracy", "margin")
"""What the log of trainings says of a model's quality in the clear; thresholds and recall by size are sealed."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of one model: its version and quality, or why there is none.

    A statistics model's quality is that of its metric's first detector. `fell_from` is the balanced accuracy of the
    version before, where the new one's is lower by more than chance explains.
    """

    model: ModelType
    metric: MetricType
    hotel_id: int
    data_points: int
    version: int | None
    quality: Quality | ForestQuality | None
    reason: str | None
    fell_from: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model that was tried: what to store (None: nothing was learned, `reason` says why) and how good it is."""

    key: ModelKey
    points: int
    payload: Mapping[str, Any] | None
    quality: Quality | ForestQuality | None
    reason: str | None


def statistics(
    metric: MetricType,
    hotel_id: int,
    fitted: FittedModels,
    quality: Mapping[str, Quality],
    past: Frames,
) -> Candidate:
    """All detectors of a metric in one model; those with too little data are left out."""
    key = ModelKey("statistics", metric, hotel_id)
    names = [detector.spec.name for detector in LEARNING if detector.spec.metric == metric]
    parameters = {name: value for name in names if not isinstance(value := fitted.parameters[name], TooLittle)}
    points_seen = training.points_of(metric, past)
    if not parameters:
        return Candidate(key, points_seen, None, None, str(fitted.parameters[names[0]]))
    multiplier = {name: factor for name, factor in fitted.threshold_multiplier.items() if name in parameters}
    measured = next((quality[name] for name in names if name in quality), None)
    return Candidate(
        key,
        points_seen,
        {"format": training.PARAMETERS_FORMAT, "detectors": parameters, "threshold_multiplier": multiplier},
        measured,
        None,
    )


def forest(
    metric: MetricType,
    hotel_id: int,
    fitted: FittedModels,
    found: Evaluation,
    past: Frames,
) -> Candidate:
    """The Isolation Forest over the scores of a metric's first detector."""
    key = ModelKey("isolation_forest", metric, hotel_id)
    points_seen = training.points_of(metric, past)
    name = training.FOREST_DETECTORS[metric].spec.name
    made = fitted.forests[name]
    if isinstance(made, TooLittle):
        return Candidate(key, points_seen, None, None, str(made))
    return Candidate(key, points_seen, {"format": training.PARAMETERS_FORMAT, **made}, found.forests.get(name), None)


@dataclass(frozen=True, slots=True)
class Before:
    """What there was before: the version that a new model of each key gets, and how good the active ones are."""

    versions: Mapping[ModelKey, int]
    accuracies: Mapping[ModelKey, float]


def before(connection: "Connection", candidates: Sequence[Candidate]) -> Before:
    """What these candidates come after; under the lock of train it stays so."""
    learned = [candidate.key for candidate in candidates if candidate.payload is not None]
    versions = models.next_versions(connection, learned) if learned else {}
    return Before(versions, _active_accuracies(connection))


def sealed(
    candidates: Sequence[Candidate], config: TrainingConfig, as_of: datetime, keys: Keys, known: Before
) -> list[NewModel]:
    """The models of what was learned, sealed: no transaction waits for that."""
    return [
        _model(candidate, ModelHeader(*_parts(candidate.key), known.versions[candidate.key]), config, as_of, keys)
        for candidate in candidates
        if candidate.payload is not None
    ]


def _parts(key: ModelKey) -> tuple[ModelType, MetricType, int]:
    return key.model_type, key.metric_type, key.hotel_id


def _model(candidate: Candidate, header: ModelHeader, config: TrainingConfig, as_of: datetime, keys: Keys) -> NewModel:
    quality = candidate.quality
    measured = quality is not None and quality.recall is not None
    return NewModel(
        header=header,
        model_data=seal(_sealed(candidate, config), header, keys),
        data_points=candidate.points,
        trained_at=as_of,
        parameters=config.to_json(),
        accuracy=quality.accuracy if quality else None,
        precision=quality.precision if quality else None,
        recall=quality.recall if quality else None,
        evaluated_on=TRUTH if measured else None,
    )


def store(connection: "Connection", made: Sequence[NewModel]) -> dict[ModelKey, ModelHeader]:
    """Store sealed models and make them active; two statements."""
    if not made:
        return {}
    stored = models.insert(connection, made)
    models.promote(connection, [model.id for model in stored])
    return {model.header.key: model.header for model in stored}


def _sealed(candidate: Candidate, config: TrainingConfig) -> dict[str, Any]:
    """A model, with what was measured of it and what it was made by: thresholds and sizes must stay secret."""
    measured = asdict(candidate.quality) if candidate.quality else {}
    if "curve" in measured:  # a payload's keys are text
        measured["curve"] = [[size, found] for size, found in measured["curve"].items()]
    return {**(candidate.payload or {}), "training": config.sealed(), "quality": measured}


def log(candidate: Candidate, started_at: datetime, ended_at: datetime) -> TrainingLog:
    """What is logged of one model's training, in the clear."""
    measured = asdict(candidate.quality) if candidate.quality else {}
    return TrainingLog(
        model=candidate.key.model_type,
        metric_type=candidate.key.metric_type,
        hotel_id=candidate.key.hotel_id,
        started_at=started_at,
        ended_at=ended_at,
        data_points=candidate.points,
        success=candidate.payload is not None,
        error=candidate.reason,
        metrics={name: value for name, value in measured.items() if name in HARMLESS},
    )


def _active_accuracies(connection: "Connection") -> dict[ModelKey, float]:
    """Balanced accuracy of the active models that were measured as the new ones are."""
    return {
        model.header.key: model.accuracy
        for model in models.fetch_summaries(connection)
        if model.is_active and model.accuracy is not None and model.evaluated_on == TRUTH
    }


def _fell_from(candidate: Candidate, before: float | None) -> float | None:
    """The accuracy before, if what is lost is more than the 95 % interval of a difference of two such figures."""
    quality = candidate.quality
    if before is None or not isinstance(quality, Quality) or quality.accuracy is None or quality.margin is None:
        return None
    return before if before - quality.accuracy > sqrt(2) * quality.margin else None


def outcome(candidate: Candidate, header: ModelHeader | None, known: Before) -> Trained:
    """What became of a candidate; `header` is that of the stored model."""
    key = candidate.key
    return Trained(
        model=key.model_type,
        metric=key.metric_type,
        hotel_id=key.hotel_id,
        data_points=candidate.points,
        version=header.version if header else None,
        quality=candidate.quality,
        reason=candidate.reason,
        fell_from=_fell_from(candidate, known.accuracies.get(key)),
    )
