"""train: from metric points to sealed models, one statistics model and one forest for each metric and hotel."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.artifacts.envelope import seal
from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.calendar import ORDINARY, Calendar
from minibar_ml.domain.metrics import COMMON_STORE, MetricType
from minibar_ml.domain.models import ModelHeader, ModelKey, ModelType, NewModel, TrainingLog
from minibar_ml.domain.phases import History
from minibar_ml.jobs import forecasting
from minibar_ml.log import logger
from minibar_ml.ml import budgets, evaluation, feedback, history, training
from minibar_ml.ml.budgets import Budgeted
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.detectors.base import Limits, TooLittle
from minibar_ml.ml.evaluation import TRUTH, Quality
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames
from minibar_ml.ml.training import Learnt
from minibar_ml.store import forecasts, models, runs, source, training_logs, verdicts
from minibar_ml.store import frames as points
from minibar_ml.store.hotels import fetch_rooms
from minibar_ml.store.metrics import Merged

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of one model: its version and quality, or why there is none."""

    model: ModelType
    metric: MetricType
    hotel_id: int
    data_points: int
    version: int | None
    quality: Quality | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class TrainResult:
    """Every model that was tried, and how operators judged the alerts of each type: [false, confirmed].

    `phases`: by hotel, how much history it has. `budget`: how the alert budget is split over each hotel's detectors.
    """

    trained: tuple[Trained, ...]
    verdicts: Mapping[str, tuple[int, int]]
    pruned: int
    forecasts: Merged
    phases: Mapping[int, History]
    budget_per_1000_rooms_day: float
    budget: tuple[Budgeted, ...]


@dataclass(frozen=True, slots=True)
class _Course:
    """What all models of a run are learnt from: days (ordinals, `until` exclusive), and what counts as enough."""

    since: int
    until: int
    min_points: int
    limits: Limits
    tightness: Mapping[str, float]
    is_chain: bool

    def told(self) -> dict[str, Any]:
        """What `ml_models.parameters` says of it."""
        days = {name: date.fromordinal(getattr(self, name)).isoformat() for name in ("since", "until")}
        return {**days, "min_data_points": self.min_points, "alert_budget": self.limits.budget}


@dataclass(frozen=True, slots=True)
class _Candidate:
    key: ModelKey
    points: int
    payload: Mapping[str, Any] | None
    quality: Quality | None
    reason: str | None


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
        tightness = feedback.tightness(judged.counts)
        course = _Course(since, until, min_points, limits, tightness, is_chain=COMMON_STORE in hotels)
        rooms = fetch_rooms(connection, as_of - timedelta(days=training_days), as_of)
        window = history.window_days(training_days, lookback_days)
        candidates: list[_Candidate] = []
        budget: list[Budgeted] = []
        phases: dict[int, History] = {}
        logs: list[TrainingLog] = []
        for hotel_id in hotels:
            started_at = datetime.now(as_of.tzinfo)
            own = frames.of_hotel(hotel_id)
            phases[hotel_id] = history.before(history.days_on_record(own), today.toordinal(), window)
            tried, split = _try(feedback.without_confirmed(own, judged.confirmed), hotel_id, course, rooms)
            candidates += tried
            budget += split
            logs += [_log(candidate, started_at, datetime.now(as_of.tzinfo)) for candidate in tried]
        stored = _store(connection, candidates, course, as_of, keys)
        training_logs.insert_logs(connection, logs)
        pruned = models.prune(connection)
        job.counts.update(models=len(stored), too_little=len(candidates) - len(stored), pruned=pruned)
        job.counts.update(forecasts=foretold.inserted + foretold.updated)
    trained = tuple(_told(candidate, stored.get(candidate.key)) for candidate in candidates)
    return TrainResult(trained, judged.counts, pruned, foretold, phases, limits.budget, tuple(budget))


def _try(
    frames: Frames, hotel_id: int, course: _Course, rooms: Mapping[int, int]
) -> tuple[list[_Candidate], list[Budgeted]]:
    """The hotel's models, and how the budget is split over their detectors."""
    past = frames.between(course.since, course.until)
    learnt = training.learn(past, course.min_points)
    held_out = frames.between(course.since - evaluation.HELD_OUT_DAYS, course.until)
    quality = evaluation.evaluate(held_out, course.until - 1, course.min_points, course.limits)
    found = []
    metrics = training.metrics_of(hotel_id, is_chain=course.is_chain)
    for metric in metrics:
        found.append(_statistics(metric, hotel_id, learnt, quality, course.tightness, past))
        found.append(_forest(metric, hotel_id, learnt, quality, past))
    logger.debug("hotel %d: tried %d models", hotel_id, len(found))
    limits = replace(course.limits, tightness=course.tightness)
    own = [detector for detector in ALL if detector.metric in metrics]
    measured = {name: of_alerts for name, (of_alerts, _) in quality.items()}
    return found, budgets.split(hotel_id, own, learnt.parameters, limits, measured, rooms.get(hotel_id))


def _statistics(
    metric: MetricType,
    hotel_id: int,
    learnt: Learnt,
    quality: Mapping[str, tuple[Quality, Quality | None]],
    tightness: Mapping[str, float],
    past: Frames,
) -> _Candidate:
    """All detectors of a metric in one model; those with too little data are left out."""
    key = ModelKey("statistics", metric, hotel_id)
    names = [detector.name for detector in ALL if detector.metric == metric and training.learns(detector)]
    parameters = {name: value for name in names if not isinstance(value := learnt.parameters[name], TooLittle)}
    points_seen = training.points_of(metric, past)
    if not parameters:
        return _Candidate(key, points_seen, None, None, str(learnt.parameters[names[0]]))
    types = {kind for detector in ALL if detector.name in parameters for kind in detector.types}
    tight = {kind: factor for kind, factor in tightness.items() if kind in types}
    measured = next((quality[name][0] for name in names if name in quality), None)
    return _Candidate(
        key,
        points_seen,
        {"format": training.PARAMETERS_FORMAT, "detectors": parameters, "tightness": tight},
        measured,
        None,
    )


def _forest(
    metric: MetricType,
    hotel_id: int,
    learnt: Learnt,
    quality: Mapping[str, tuple[Quality, Quality | None]],
    past: Frames,
) -> _Candidate:
    key = ModelKey("isolation_forest", metric, hotel_id)
    points_seen = training.points_of(metric, past)
    name = training.FOREST_OF[metric]
    opinion = learnt.opinions[name]
    if isinstance(opinion, TooLittle):
        return _Candidate(key, points_seen, None, None, str(opinion))
    measured = quality[name][1] if name in quality else None
    return _Candidate(key, points_seen, dict(opinion), measured, None)


def _store(
    connection: "Connection", candidates: list[_Candidate], course: _Course, as_of: datetime, keys: Keys
) -> dict[ModelKey, ModelHeader]:
    """Seal and store what was learnt, and make it active; a fixed number of statements."""
    learnt = [candidate for candidate in candidates if candidate.payload is not None]
    if not learnt:
        return {}
    versions = models.next_versions(connection, [candidate.key for candidate in learnt])
    made = []
    for candidate in learnt:
        key, quality = candidate.key, candidate.quality
        header = ModelHeader(key.model_type, key.metric_type, key.hotel_id, versions[key])
        measured = quality is not None and quality.recall is not None
        made.append(
            NewModel(
                header=header,
                model_data=seal(candidate.payload or {}, header, keys),
                data_points=candidate.points,
                trained_at=as_of,
                parameters=course.told(),
                accuracy=quality.accuracy if quality else None,
                precision=quality.precision if quality else None,
                recall=quality.recall if quality else None,
                evaluated_on=TRUTH if measured else None,
            )
        )
    stored = models.insert(connection, made)
    models.promote(connection, [model.id for model in stored])
    return {model.header.key: model.header for model in stored}


def _log(candidate: _Candidate, started_at: datetime, ended_at: datetime) -> TrainingLog:
    return TrainingLog(
        model=candidate.key.model_type,
        metric_type=candidate.key.metric_type,
        hotel_id=candidate.key.hotel_id,
        started_at=started_at,
        ended_at=ended_at,
        data_points=candidate.points,
        success=candidate.payload is not None,
        error=candidate.reason,
        metrics=asdict(candidate.quality) if candidate.quality else {},
    )


def _told(candidate: _Candidate, header: ModelHeader | None) -> Trained:
    key = candidate.key
    return Trained(
        model=key.model_type,
        metric=key.metric_type,
        hotel_id=key.hotel_id,
        data_points=candidate.points,
        version=header.version if header else None,
        quality=candidate.quality,
        reason=candidate.reason,
    )
