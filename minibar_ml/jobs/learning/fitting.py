"""What the training of one hotel makes; where it fails, why."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from minibar_ml.domain.forecasts import StockForecast
from minibar_ml.domain.models import MODEL_TYPES, TrainingLog
from minibar_ml.jobs.forecasts import forecasting, night_forecasts
from minibar_ml.jobs.learning import candidates
from minibar_ml.jobs.learning.candidates import Candidate
from minibar_ml.jobs.learning.reading import Given, TrainingConfig
from minibar_ml.log import logger
from minibar_ml.ml import feedback, training
from minibar_ml.ml.detectors import shares
from minibar_ml.ml.evaluation import people
from minibar_ml.ml.evaluation import quality as evaluation
from minibar_ml.ml.evaluation.people import PeopleQuality
from minibar_ml.ml.evaluation.quality import Evaluation, Quality
from minibar_ml.ml.frames import Frames
from minibar_ml.store.jobs import runs
from minibar_ml.store.points.forecasts import Point


@dataclass(frozen=True, slots=True)
class DetectorQuality:
    """One detector of one hotel on held-out days, with its share of the budget."""

    hotel_id: int
    detector: str
    share: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class Fitted:
    """What the training of one hotel made, and when.

    over, nights: forecasts of days that are over, and of the night. people: what would be found of an attendant's
    faults; None where it isn't known.
    """

    candidates: list[Candidate]
    detectors: list[DetectorQuality]
    thresholds: dict[tuple[int, str], float]
    logs: list[TrainingLog]
    over: list[Point]
    nights: list[StockForecast]
    people: PeopleQuality | None


@dataclass(frozen=True, slots=True)
class Unfitted:
    """Why the training of one hotel failed, and where in the program."""

    why: str
    trace: str


def attempt(hotel_id: int, given: Given) -> Fitted | Unfitted:
    """What the training of one hotel makes, or why it makes nothing: other hotels need their models."""
    try:
        return _fit(given.hotels[hotel_id], hotel_id, given)
    except Exception as error:  # noqa: BLE001 - it may be anything
        return Unfitted(runs.describe(error), "".join(traceback.format_exception(error)))


def _fit(frames: Frames, hotel_id: int, given: Given) -> Fitted:
    """Learn one hotel's models, measure them on held-out days, and forecast its stock."""
    plan = given.plan
    over = forecasting.compute(hotel_id, frames, plan)
    nights = night_forecasts.compute(hotel_id, given.nights[hotel_id], plan)
    config = replace(given.config, limits=plan.limits_of(hotel_id))
    started_at = datetime.now(plan.as_of.tzinfo)
    frames = feedback.without_confirmed(frames, given.verdicts, hotel_id)
    past = frames.between(config.since, config.until)
    fitted = replace(training.learn(past, config.min_points), threshold_multiplier=config.threshold_multiplier)
    limits = replace(config.limits, threshold_multiplier=config.threshold_multiplier)
    found = evaluation.evaluate(frames, config.until, config.until - config.since, config.min_points, limits)
    detectors = _measured(hotel_id, found, config)
    tried = _candidates(hotel_id, fitted, found, detectors, config, past)
    logger.debug("hotel %d: tried %d models", hotel_id, len(tried))
    thresholds = {(hotel_id, name): least for name, least in training.thresholds_of(fitted, limits).items()}
    logs = [candidates.log(candidate, started_at, datetime.now(plan.as_of.tzinfo)) for candidate in tried]
    of_people = people.measure(frames.rooms, config.until)
    return Fitted(tried, detectors, thresholds, logs, over, nights, of_people)


def _measured(hotel_id: int, found: Evaluation, config: TrainingConfig) -> list[DetectorQuality]:
    usual, budget, wanted = shares(), config.limits.budget, config.accuracy_threshold
    return [
        DetectorQuality(hotel_id, name, usual[name], evaluation.quality(scores, usual[name], budget, wanted))
        for name, scores in found.detectors.items()
    ]


def _candidates(
    hotel_id: int,
    fitted: training.FittedModels,
    found: Evaluation,
    detectors: Sequence[DetectorQuality],
    config: TrainingConfig,
    past: Frames,
) -> list[Candidate]:
    """Both models of every metric that is learned for the hotel."""
    quality = {one.detector: one.quality for one in detectors}
    made = []
    for metric in training.metrics_of(hotel_id, is_chain=config.is_chain):
        made.append(candidates.statistics(metric, hotel_id, fitted, quality, past))
        made.append(candidates.forest(metric, hotel_id, fitted, found, past))
    return made


def failed_logs(hotel_id: int, given: Given, started_at: datetime, why: str) -> list[TrainingLog]:
    """The log rows of a hotel that could not be trained: one for each model that it would have tried."""
    ended_at = datetime.now(started_at.tzinfo)
    frames = given.hotels.get(hotel_id)
    past = frames.between(given.config.since, given.config.until) if frames else None
    return [
        TrainingLog(
            model=model,
            metric_type=metric,
            hotel_id=hotel_id,
            started_at=started_at,
            ended_at=ended_at,
            data_points=training.points_of(metric, past) if past else 0,
            success=False,
            error=why,
        )
        for metric in training.metrics_of(hotel_id, is_chain=given.config.is_chain)
        for model in MODEL_TYPES
    ]
