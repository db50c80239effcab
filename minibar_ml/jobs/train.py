"""train: from metric points to sealed models, one statistics model and one forest for each metric and hotel."""

import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.domain.forecasts import StockForecast
from minibar_ml.domain.hotels.phases import History
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.domain.models import MODEL_TYPES, ModelHeader, ModelKey, NewModel, TrainingLog
from minibar_ml.jobs import by_hotel, candidates, side_by_side
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
from minibar_ml.store.points.forecasts import Point
from minibar_ml.store.points.metrics import MergeResult
from minibar_ml.store.snapshots import snapshot
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import entities
from minibar_ml.store.source.hotels import has_common_store

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

    def of_hotel(self, hotel_id: int) -> "_Input":
        """What is learned from in one hotel."""
        return replace(self, hotels={hotel_id: self.hotels[hotel_id]}, nights={hotel_id: self.nights[hotel_id]})


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What the training of one hotel made, and when.

    over, nights: forecasts of days that are over, and of the night.
    """

    candidates: list[Candidate]
    detectors: list[DetectorQuality]
    thresholds: dict[tuple[int, str], float]
    logs: list[TrainingLog]
    over: list[Point]
    nights: list[StockForecast]


@dataclass(frozen=True, slots=True)
class _Unfitted:
    """Why the training of one hotel failed, and where in the program."""

    why: str
    trace: str


def run(
    connection: "Connection", plan: TrainingPlan, keys: Keys, hotels: Collection[int] | None = None, jobs: int = 1
) -> TrainResult:
    """Read, fit and store, then the night's forecasts and what is forgotten.

    `hotels`: only these. `jobs`: how many processes fit hotels side by side.

    Reads one state of the store, computes while no transaction is open, and writes in another one. What collect writes
    in between is left to the next night: these are the models that a run would have made that ended before. A hotel
    whose training fails keeps the models that it has, and the others are trained all the same.
    """
    with runs.job_run(connection, "train", plan.as_of, hotels=hotels, is_live=plan.is_live) as job:
        return by_hotel.apart(connection, job, lambda units: _train(connection, plan, keys, units, jobs))


def _train(connection: "Connection", plan: TrainingPlan, keys: Keys, units: by_hotel.Units, jobs: int) -> TrainResult:
    job, started_at = units.job, datetime.now(plan.as_of.tzinfo)
    given = _merged(
        units.each(
            units.parts(),
            lambda part: _read(connection, plan, part),
            guard=lambda: by_hotel.rolled_back(connection),
        )
    )
    plan = given.plan
    done = _fit_all(given, units, jobs)
    tried = [candidate for one in done.values() for candidate in one.candidates]
    with snapshot(connection):
        before = candidates.before(connection, tried)
    made = candidates.sealed(tried, given.config, plan.as_of, keys, before)
    # From here on it is written, in one transaction.

    def store(part: by_hotel.Hotels) -> _Stored:
        own = {one: fitted for one, fitted in done.items() if part is None or one in part}
        return _store(connection, own, [one for one in made if one.header.hotel_id in own], plan)

    written = units.each(units.parts(), store)
    stored = {key: header for one in written for key, header in one.models.items()}
    forecasts = sum((one.forecasts for one in written), MergeResult(0, 0, 0))
    _log(connection, done, given, started_at, units)
    pruned = models.prune(connection)
    # Training comes once a night, and of the jobs that do it is the one that has time.
    forgotten = retention.prune(connection, plan.as_of)
    nights = sum(one.nights for one in written)
    job.counts.update(night_forecasts=nights, models=len(stored), too_little=len(tried) - len(made))
    job.counts.update(pruned=pruned, forecasts=forecasts.inserted + forecasts.updated)
    job.counts.update(forgotten_messages=forgotten.messages, forgotten_runs=forgotten.runs)
    thresholds = {key: threshold for one in done.values() for key, threshold in one.thresholds.items()}
    return TrainResult(
        trained=tuple(candidates.outcome(candidate, stored.get(candidate.key), before) for candidate in tried),
        detectors=tuple(one for hotel in done.values() for one in hotel.detectors),
        verdicts=feedback.counts(given.verdicts),
        false_shares=feedback.false_shares(given.verdicts, thresholds),
        pruned=pruned,
        forecasts=forecasts,
        phases=_records(given, plan).of_hotels(plan.today()),
        budget_per_1000_rooms_day=plan.limits.budget,
        partly=job.missing,
    )


@dataclass(frozen=True, slots=True)
class _Stored:
    """What was written of some hotels: their models, forecasts of days that are over, and how many of the night."""

    models: Mapping[ModelKey, ModelHeader]
    forecasts: MergeResult
    nights: int


def _store(
    connection: "Connection", done: Mapping[int, _Fitted], made: Sequence[NewModel], plan: TrainingPlan
) -> _Stored:
    """Write the forecasts and models of some hotels."""
    over = [point for one in done.values() for point in one.over]
    forecasts = forecasting.store(connection, over, done, plan)
    nights = night_forecasts.once([forecast for one in done.values() for forecast in one.nights])
    night_forecasts.store(connection, nights, done, plan)
    return _Stored(candidates.store(connection, made), forecasts, len(nights))


def _log(
    connection: "Connection",
    fitted: Mapping[int, _Fitted],
    given: _Input,
    started_at: datetime,
    units: by_hotel.Units,
) -> None:
    """Record every training, those too of hotels that could not be read or stored."""
    logs = [log for hotel_id, one in fitted.items() if hotel_id not in units.job.failed for log in one.logs]
    for hotel_id, failed in units.job.failed.items():
        logs += _failed_logs(hotel_id, given, started_at, failed.error)
    training_logs.insert_logs(connection, logs)


def _merged(parts: Sequence[_Input]) -> _Input:
    """What was read of all hotels, in their order."""
    hotels = {hotel_id: frames for part in parts for hotel_id, frames in part.hotels.items()}
    nights = {hotel_id: frames for part in parts for hotel_id, frames in part.nights.items()}
    return replace(parts[0], hotels=dict(sorted(hotels.items())), nights=dict(sorted(nights.items())))


def _read(connection: "Connection", plan: TrainingPlan, part: by_hotel.Hotels) -> _Input:
    """The points to learn and forecast from, in a transaction of their own.

    Learns from the `training_days` before the days that detect still looks at, so that no tested point is part of
    its own baseline.
    """
    days = max(plan.training_days + plan.lookback_days, forecasting.STORED_DAYS) + LOOK_BACK_DAYS + 1
    with snapshot(connection):
        usable = source.read(connection).usable
        retired = entities.fetch_retired(connection, usable)
        frames = points.fetch(connection, plan.oldest(days), plan.as_of, hotels=part).in_range(retired)
        given = verdicts.fetch(connection)
        plan = forecasting.with_names(connection, plan, usable)
        frames = replace(frames, calendar=plan.calendar)
        hotels = {one: frames.of_hotel(one) for one in frames.hotels() if part is None or one in part}
        nights = night_forecasts.read(connection, hotels, plan, usable)
        is_chain = COMMON_STORE in hotels or (part is not None and has_common_store(connection))
    since, until = training.training_days(plan.today().toordinal(), plan.training_days, plan.lookback_days)
    config = TrainingConfig(
        since=since,
        until=until,
        min_points=plan.min_points,
        limits=plan.limits,
        accuracy_threshold=plan.accuracy_threshold,
        threshold_multiplier=feedback.threshold_multiplier(given),
        is_chain=is_chain,
    )
    return _Input(hotels, given, config, plan, nights)


def _records(given: _Input, plan: TrainingPlan) -> Records:
    return Records(given.hotels, window_days(plan.training_days, plan.lookback_days))


def _fit_all(given: _Input, units: by_hotel.Units, jobs: int) -> dict[int, _Fitted]:
    """What the training of each hotel makes; those where it fails are noted, and no part of it."""
    tasks = [(hotel_id, given.of_hotel(hotel_id)) for hotel_id in given.hotels]
    done = {}
    for (hotel_id, _), made in zip(tasks, side_by_side.each(_attempt, tasks, jobs), strict=True):
        if isinstance(made, _Fitted):
            done[hotel_id] = made
        else:
            units.note(hotel_id, made.why, made.trace)
    return done


def _attempt(hotel_id: int, given: _Input) -> _Fitted | _Unfitted:
    """What the training of one hotel makes, or why it makes nothing: other hotels need their models."""
    try:
        return _fit(given.hotels[hotel_id], hotel_id, given)
    except Exception as error:  # noqa: BLE001 - it may be anything
        return _Unfitted(runs.describe(error), "".join(traceback.format_exception(error)))


def _failed_logs(hotel_id: int, given: _Input, started_at: datetime, why: str) -> list[TrainingLog]:
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


def _fit(frames: Frames, hotel_id: int, given: _Input) -> _Fitted:
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
    return _Fitted(tried, detectors, thresholds, logs, over, nights)


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
