"""train: from metric points to sealed models, one statistics model and one forest for each metric and hotel."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from math import sqrt
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
from minibar_ml.ml import evaluation, feedback, history, training
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.detectors.base import Limits, TooLittle
from minibar_ml.ml.evaluation import TRUTH, Evaluation, Quality
from minibar_ml.ml.feedback import FalseShare, Judged
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames
from minibar_ml.ml.opinions import ForestQuality
from minibar_ml.ml.thresholds import SHARES
from minibar_ml.ml.training import Learnt
from minibar_ml.store import forecasts, models, runs, source, training_logs, verdicts
from minibar_ml.store import frames as points
from minibar_ml.store.metrics import Merged

if TYPE_CHECKING:
    from sqlalchemy import Connection


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
    forecasts: Merged
    phases: Mapping[int, History]
    budget_per_1000_rooms_day: float


@dataclass(frozen=True, slots=True)
class _Course:
    """What all models of a run are learnt from: days (ordinals, `until` exclusive), and what counts as enough."""

    since: int
    until: int
    min_points: int
    limits: Limits
    accuracy_threshold: float
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
    quality: Quality | ForestQuality | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Hotel:
    """What one hotel's training came to."""

    candidates: list[_Candidate]
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
        tightness = feedback.tightness(judged.counts)
        course = _Course(
            since, until, min_points, limits, accuracy_threshold, tightness, is_chain=COMMON_STORE in hotels
        )
        window = history.window_days(training_days, lookback_days)
        done: list[_Hotel] = []
        logs: list[TrainingLog] = []
        for hotel_id in hotels:
            started_at = datetime.now(as_of.tzinfo)
            own = frames.of_hotel(hotel_id)
            known = history.before(history.days_on_record(own), today.toordinal(), window)
            tried = _try(feedback.without_confirmed(own, judged.confirmed), hotel_id, course, known)
            done.append(tried)
            logs += [_log(candidate, started_at, datetime.now(as_of.tzinfo)) for candidate in tried.candidates]
        candidates = [candidate for hotel in done for candidate in hotel.candidates]
        before = _active_accuracies(connection)
        stored = _store(connection, candidates, course, as_of, keys)
        training_logs.insert_logs(connection, logs)
        pruned = models.prune(connection)
        job.counts.update(models=len(stored), too_little=len(candidates) - len(stored), pruned=pruned)
        job.counts.update(forecasts=foretold.inserted + foretold.updated)
    return TrainResult(
        trained=tuple(_told(candidate, stored.get(candidate.key), before) for candidate in candidates),
        detectors=tuple(one for hotel in done for one in hotel.detectors),
        verdicts=judged.counts,
        false_shares=feedback.false_shares(
            [Judged(*one) for one in judged.judged],
            {key: least for hotel in done for key, least in hotel.thresholds.items()},
        ),
        pruned=pruned,
        forecasts=foretold,
        phases=dict(zip(hotels, (hotel.history for hotel in done), strict=True)),
        budget_per_1000_rooms_day=limits.budget,
    )


def _try(frames: Frames, hotel_id: int, course: _Course, known: History) -> _Hotel:
    past = frames.between(course.since, course.until)
    learnt = replace(training.learn(past, course.min_points), tightness=course.tightness)
    limits = replace(course.limits, tightness=course.tightness)
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
    candidates = []
    for metric in training.metrics_of(hotel_id, is_chain=course.is_chain):
        candidates.append(_statistics(metric, hotel_id, learnt, quality, course.tightness, past))
        candidates.append(_forest(metric, hotel_id, learnt, found, past))
    logger.debug("hotel %d: tried %d models", hotel_id, len(candidates))
    thresholds = {(hotel_id, name): least for name, least in training.thresholds_of(learnt, limits).items()}
    return _Hotel(candidates, measured, thresholds, known)


def _statistics(
    metric: MetricType,
    hotel_id: int,
    learnt: Learnt,
    quality: Mapping[str, Quality],
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
    measured = next((quality[name] for name in names if name in quality), None)
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
    found: Evaluation,
    past: Frames,
) -> _Candidate:
    key = ModelKey("isolation_forest", metric, hotel_id)
    points_seen = training.points_of(metric, past)
    name = training.FOREST_OF[metric]
    opinion = learnt.opinions[name]
    if isinstance(opinion, TooLittle):
        return _Candidate(key, points_seen, None, None, str(opinion))
    return _Candidate(key, points_seen, dict(opinion), found.forests.get(name), None)


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


def _active_accuracies(connection: "Connection") -> dict[ModelKey, float]:
    """Balanced accuracy of the active models that were measured as the new ones are."""
    return {
        model.header.key: model.accuracy
        for model in models.fetch_summaries(connection)
        if model.is_active and model.accuracy is not None and model.evaluated_on == TRUTH
    }


def _fell_from(candidate: _Candidate, before: float | None) -> float | None:
    """The accuracy before, if what is lost is more than the 95 % interval of a difference of two such figures."""
    quality = candidate.quality
    if before is None or not isinstance(quality, Quality) or quality.accuracy is None or quality.margin is None:
        return None
    return before if before - quality.accuracy > sqrt(2) * quality.margin else None


def _told(candidate: _Candidate, header: ModelHeader | None, before: Mapping[ModelKey, float]) -> Trained:
    key = candidate.key
    return Trained(
        model=key.model_type,
        metric=key.metric_type,
        hotel_id=key.hotel_id,
        data_points=candidate.points,
        version=header.version if header else None,
        quality=candidate.quality,
        reason=candidate.reason,
        fell_from=_fell_from(candidate, before.get(key)),
    )
