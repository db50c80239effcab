"""train: from metric points to sealed models, one statistics model and one forest for each metric and hotel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.calendar import ORDINARY, Calendar
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.domain.models import TrainingLog
from minibar_ml.domain.phases import History
from minibar_ml.jobs import candidates, forecasting
from minibar_ml.jobs.candidates import Candidate, Trained, TrainingConfig
from minibar_ml.log import logger
from minibar_ml.ml import feedback, history, training
from minibar_ml.ml.contract import Limits
from minibar_ml.ml.evaluation import quality as evaluation
from minibar_ml.ml.evaluation.quality import Quality
from minibar_ml.ml.feedback import FalseShare
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames
from minibar_ml.ml.stats.thresholds import SHARES
from minibar_ml.store import models, retention, runs, training_logs, verdicts
from minibar_ml.store.points import forecasts
from minibar_ml.store.points import frames as points
from minibar_ml.store.points.metrics import MergeResult
from minibar_ml.store.source import contract as source

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
    """Every model that was tried, how good its detectors are, and how operators judged the alerts of each type:
    [false, confirmed], and the share of false ones before and with the new thresholds; by hotel, how much history it
    has."""

    trained: tuple[Trained, ...]
    detectors: tuple[DetectorQuality, ...]
    verdicts: Mapping[str, tuple[int, int]]
    false_shares: Mapping[str, FalseShare]
    pruned: int
    forecasts: MergeResult
    phases: Mapping[int, History]
    budget_per_1000_rooms_day: float


@dataclass(frozen=True, slots=True)
class _Hotel:
    """What one hotel's training came to."""

    candidates: list[Candidate]
    detectors: list[DetectorQuality]
    thresholds: dict[tuple[int, str], float]
    history: History


def run(
    connection: "Connection",
    as_of: datetime,
    zone: ZoneInfo,
    keys: Keys,
    limits: Limits,
    *,
    training_days: int,
    lookback_days: int,
    min_points: int,
    accuracy_threshold: float,
    calendar: Calendar = ORDINARY,
) -> TrainResult:
    """Learn, evaluate, seal, store and promote, and store the forecasts of days left, in one transaction.

    Learns from the `training_days` before the days that detect still looks at, so that no tested point is part of
    its own baseline.
    """
    with runs.job_run(connection, "train", as_of) as job:
        today = as_of.astimezone(zone).date()
        since, until = training.training_days(today.toordinal(), training_days, lookback_days)
        days = max(training_days + lookback_days, forecasting.STORED_DAYS) + LOOK_BACK_DAYS + 1
        oldest = datetime.combine(today - timedelta(days=days), time.min, tzinfo=zone)
        frames = replace(points.fetch(connection, oldest, as_of), calendar=calendar)
        judged = verdicts.fetch(connection)
        hotels = frames.hotels()
        supplies = limits.supplies
        if supplies.by_name:
            supplies = supplies.named(forecasts.fetch_names(connection, source.read(connection).usable))
        foretold = forecasting.store(connection, {one: frames.of_hotel(one) for one in hotels}, today, supplies)
        threshold_multiplier = feedback.threshold_multiplier(judged)
        course = TrainingConfig(
            since, until, min_points, limits, accuracy_threshold, threshold_multiplier, is_chain=COMMON_STORE in hotels
        )
        window = history.window_days(training_days, lookback_days)
        done: list[_Hotel] = []
        logs: list[TrainingLog] = []
        for hotel_id in hotels:
            started_at = datetime.now(as_of.tzinfo)
            own = frames.of_hotel(hotel_id)
            known = history.before(history.days_on_record(own), today.toordinal(), window)
            tried = _try(feedback.without_confirmed(own, judged, hotel_id), hotel_id, course, known)
            done.append(tried)
            logs += [
                candidates.log(candidate, started_at, datetime.now(as_of.tzinfo)) for candidate in tried.candidates
            ]
        tries = [candidate for hotel in done for candidate in hotel.candidates]
        before = candidates.active_accuracies(connection)
        stored = candidates.store(connection, tries, course, as_of, keys)
        training_logs.insert_logs(connection, logs)
        pruned = models.prune(connection)
        job.counts.update(models=len(stored), too_little=len(tries) - len(stored), pruned=pruned)
        job.counts.update(forecasts=foretold.inserted + foretold.updated)
        # It comes once a night, and of the jobs that do it is the one that has time.
        forgotten = retention.prune(connection, as_of)
        job.counts.update(forgotten_messages=forgotten.messages, forgotten_runs=forgotten.runs)
    return TrainResult(
        trained=tuple(candidates.told(candidate, stored.get(candidate.key), before) for candidate in tries),
        detectors=tuple(one for hotel in done for one in hotel.detectors),
        verdicts=feedback.counts(judged),
        false_shares=feedback.false_shares(
            judged,
            {key: least for hotel in done for key, least in hotel.thresholds.items()},
        ),
        pruned=pruned,
        forecasts=foretold,
        phases=dict(zip(hotels, (hotel.history for hotel in done), strict=True)),
        budget_per_1000_rooms_day=limits.budget,
    )


def _try(frames: Frames, hotel_id: int, course: TrainingConfig, known: History) -> _Hotel:
    past = frames.between(course.since, course.until)
    learnt = replace(training.learn(past, course.min_points), threshold_multiplier=course.threshold_multiplier)
    limits = replace(course.limits, threshold_multiplier=course.threshold_multiplier)
    found = evaluation.evaluate(frames, course.until, course.until - course.since, course.min_points, limits)
    measured = [
        DetectorQuality(
            hotel_id,
            name,
            SHARES[name],
            evaluation.quality(one, SHARES[name], limits.budget, course.accuracy_threshold),
        )
        for name, one in found.detectors.items()
    ]
    quality = {one.detector: one.quality for one in measured}
    tries = []
    for metric in training.metrics_of(hotel_id, is_chain=course.is_chain):
        tries.append(candidates.statistics(metric, hotel_id, learnt, quality, course.threshold_multiplier, past))
        tries.append(candidates.forest(metric, hotel_id, learnt, found, past))
    logger.debug("hotel %d: tried %d models", hotel_id, len(tries))
    thresholds = {(hotel_id, name): least for name, least in training.thresholds_of(learnt, limits).items()}
    return _Hotel(tries, measured, thresholds, known)
