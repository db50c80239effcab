"""train: from metric points to sealed models, one statistics model and one forest for each metric and hotel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.domain.hotels.phases import History
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.domain.models import MODEL_TYPES, TrainingLog
from minibar_ml.jobs import candidates
from minibar_ml.jobs.candidates import Candidate, Trained, TrainingConfig
from minibar_ml.jobs.forecasts import forecasting, night_forecasts
from minibar_ml.jobs.plans import TrainingPlan
from minibar_ml.log import logger
from minibar_ml.ml import feedback, training
from minibar_ml.ml.detectors import shares
from minibar_ml.ml.evaluation import quality as evaluation
from minibar_ml.ml.evaluation.quality import Evaluation, Quality
from minibar_ml.ml.feedback import FalseShare
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames
from minibar_ml.ml.history import Records, window_days
from minibar_ml.store import models, retention
from minibar_ml.store.alerting import verdicts
from minibar_ml.store.jobs import runs, training_logs
from minibar_ml.store.points import frames as points
from minibar_ml.store.points.metrics import MergeResult
from minibar_ml.store.snapshots import snapshot
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import entities

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class DetectorQuality:
    """One detector of one hotel on held-out days, with its share of the budget."""

    hotel_id: int
    detector: str
    share: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class TrainResult:
    """Every model that was tried, how good its detectors are, and what operators decided on the alerts of each type:
    [false, confirmed], and the share of false ones before and with the new thresholds; by hotel, how much history it
    has; `partly`: which hotels were not trained, and why."""

    trained: tuple[Trained, ...]
    detectors: tuple[DetectorQuality, ...]
    verdicts: Mapping[str, tuple[int, int]]
    false_shares: Mapping[str, FalseShare]
    pruned: int
    forecasts: MergeResult
    phases: Mapping[int, History]
    budget_per_1000_rooms_day: float
    partly: str | None = None


@dataclass(frozen=True, slots=True)
class _Input:
    """What a run learns from: each hotel's rows, operators' verdicts, how it learns, the plan with the products' ids.

    `nights`: the hotels with what is known of the days ahead.
    """

    hotels: Mapping[int, Frames]
    verdicts: Sequence[LabelledAlert]
    config: TrainingConfig
    plan: TrainingPlan
    nights: Mapping[int, Frames]


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What the training of one hotel made, and when; `failure`: why it made nothing."""

    candidates: list[Candidate]
    detectors: list[DetectorQuality]
    thresholds: dict[tuple[int, str], float]
    logs: list[TrainingLog]
    failure: str | None = None


def run(connection: "Connection", plan: TrainingPlan, keys: Keys) -> TrainResult:
    """Read, fit and store, then the night's forecasts and what is forgotten.

    Reads one state of the store, computes while no transaction is open, and writes in another one. What collect writes
    in between is left to the next night: these are the models that a run would have made that ended before. A hotel
    whose training fails keeps the models that it has, and the others are trained all the same.
    """
    with runs.job_run(connection, "train", plan.as_of, is_live=plan.is_live) as job:
        given = _read(connection, plan)
        plan = given.plan
        over = forecasting.compute(given.hotels, plan)
        nights = night_forecasts.compute(given.nights, plan)
        fitted = {hotel_id: _fitted(frames, hotel_id, given, plan) for hotel_id, frames in given.hotels.items()}
        tried = [candidate for one in fitted.values() for candidate in one.candidates]
        with snapshot(connection):
            before = candidates.before(connection, tried)
        made = candidates.sealed(tried, given.config, plan.as_of, keys, before)
        # From here on it is written, in one transaction.
        forecasts = forecasting.store(connection, over, given.hotels, plan)
        night_forecasts.store(connection, nights, given.hotels, plan)
        stored = candidates.store(connection, made)
        training_logs.insert_logs(connection, [log for one in fitted.values() for log in one.logs])
        pruned = models.prune(connection)
        # Training comes once a night, and of the jobs that do it is the one that has time.
        forgotten = retention.prune(connection, plan.as_of)
        job.counts.update(night_forecasts=len(nights), models=len(stored), too_little=len(tried) - len(stored))
        job.counts.update(pruned=pruned, forecasts=forecasts.inserted + forecasts.updated)
        job.counts.update(forgotten_messages=forgotten.messages, forgotten_runs=forgotten.runs)
        job.partly = _failures(fitted)
    thresholds = {key: threshold for one in fitted.values() for key, threshold in one.thresholds.items()}
    return TrainResult(
        trained=tuple(candidates.outcome(candidate, stored.get(candidate.key), before) for candidate in tried),
        detectors=tuple(one for hotel in fitted.values() for one in hotel.detectors),
        verdicts=feedback.counts(given.verdicts),
        false_shares=feedback.false_shares(given.verdicts, thresholds),
        pruned=pruned,
        forecasts=forecasts,
        phases=_records(given, plan).of_hotels(plan.today()),
        budget_per_1000_rooms_day=plan.limits.budget,
        partly=job.partly,
    )


def _failures(fitted: Mapping[int, _Fitted]) -> str | None:
    failed = [f"hotel {hotel_id} was not trained: {one.failure}" for hotel_id, one in fitted.items() if one.failure]
    return "; ".join(failed) or None


def _read(connection: "Connection", plan: TrainingPlan) -> _Input:
    """The points to learn and forecast from, in a transaction of their own.

    Learns from the `training_days` before the days that detect still looks at, so that no tested point is part of
    its own baseline.
    """
    days = max(plan.training_days + plan.lookback_days, forecasting.STORED_DAYS) + LOOK_BACK_DAYS + 1
    with snapshot(connection):
        usable = source.read(connection).usable
        retired = entities.fetch_retired(connection, usable)
        frames = points.fetch(connection, plan.oldest(days), plan.as_of).in_range(retired)
        given = verdicts.fetch(connection)
        plan = forecasting.with_names(connection, plan, usable)
        frames = replace(frames, calendar=plan.calendar)
        hotels = {hotel_id: frames.of_hotel(hotel_id) for hotel_id in frames.hotels()}
        nights = night_forecasts.read(connection, hotels, plan, usable)
    since, until = training.training_days(plan.today().toordinal(), plan.training_days, plan.lookback_days)
    config = TrainingConfig(
        since=since,
        until=until,
        min_points=plan.min_points,
        limits=plan.limits,
        accuracy_threshold=plan.accuracy_threshold,
        threshold_multiplier=feedback.threshold_multiplier(given),
        is_chain=COMMON_STORE in hotels,
    )
    return _Input(hotels, given, config, plan, nights)


def _records(given: _Input, plan: TrainingPlan) -> Records:
    return Records(given.hotels, window_days(plan.training_days, plan.lookback_days))


def _fitted(frames: Frames, hotel_id: int, given: _Input, plan: TrainingPlan) -> _Fitted:
    """What the training of one hotel makes, or why it fails."""
    started_at = datetime.now(plan.as_of.tzinfo)
    try:
        return _fit(frames, hotel_id, given, plan)
    except Exception as error:  # noqa: BLE001 - whatever it is, other hotels need their models
        logger.error("hotel %d was not trained", hotel_id, exc_info=error)
        why = " ".join(f"{type(error).__name__}: {error}".split())
        return _Fitted([], [], {}, _failed_logs(frames, hotel_id, given, started_at, why), why)


def _failed_logs(frames: Frames, hotel_id: int, given: _Input, started_at: datetime, why: str) -> list[TrainingLog]:
    ended_at = datetime.now(started_at.tzinfo)
    past = frames.between(given.config.since, given.config.until)
    return [
        TrainingLog(
            model=model,
            metric_type=metric,
            hotel_id=hotel_id,
            started_at=started_at,
            ended_at=ended_at,
            data_points=training.points_of(metric, past),
            success=False,
            error=why,
        )
        for metric in training.metrics_of(hotel_id, is_chain=given.config.is_chain)
        for model in MODEL_TYPES
    ]


def _fit(frames: Frames, hotel_id: int, given: _Input, plan: TrainingPlan) -> _Fitted:
    """Learn one hotel's models and measure them on held-out days."""
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
    return _Fitted(tried, detectors, thresholds, logs)


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
