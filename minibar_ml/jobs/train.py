"""train: from metric points to sealed models, one statistics model and one forest for each metric and hotel."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.hotels.phases import History
from minibar_ml.domain.models import ModelHeader, ModelKey, NewModel
from minibar_ml.jobs import by_hotel, side_by_side
from minibar_ml.jobs.forecasts import forecasting, night_forecasts
from minibar_ml.jobs.learning import candidates
from minibar_ml.jobs.learning.candidates import Trained
from minibar_ml.jobs.learning.fitting import DetectorQuality, Fitted, attempt, failed_logs
from minibar_ml.jobs.learning.reading import Given, merged, read, records
from minibar_ml.jobs.plans import TrainingPlan
from minibar_ml.ml import feedback
from minibar_ml.ml.evaluation.people import PeopleQuality
from minibar_ml.ml.feedback import FalseShare
from minibar_ml.store import models, retention
from minibar_ml.store.jobs import held, runs, training_logs
from minibar_ml.store.points.metrics import MergeResult
from minibar_ml.store.snapshots import snapshot

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class TrainResult:
    """Every model that was tried, how good its detectors are, and what operators decided on the alerts of each type:
    [false, confirmed], and the share of false ones before and with the new thresholds; by hotel, how much history it
    has, and what would be found of an attendant's faults, where that is known; `partly`: which hotels were not trained,
    and why."""

    trained: tuple[Trained, ...]
    detectors: tuple[DetectorQuality, ...]
    verdicts: Mapping[str, tuple[int, int]]
    false_shares: Mapping[str, FalseShare]
    pruned: int
    forecasts: MergeResult
    phases: Mapping[int, History]
    people: Mapping[int, PeopleQuality]
    budget_per_1000_rooms_day: float
    partly: str | None = None


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
    given = merged(
        units.each(
            units.parts(),
            lambda part: read(connection, plan, part),
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
    left = held.models(connection)
    for hotel_id, why in left.items():
        if hotel_id in done:
            units.leave(hotel_id, why, None)

    def store(part: by_hotel.Hotels) -> _Stored:
        own = {one: fitted for one, fitted in done.items() if part is None or one in part}
        free = [one for one in made if one.header.hotel_id in own and one.header.hotel_id not in left]
        return _store(connection, own, free, plan)

    written = units.each(units.parts(), store)
    stored = {key: header for one in written for key, header in one.models.items()}
    forecasts = sum((one.forecasts for one in written), MergeResult(0, 0, 0))
    _log(connection, done, given, started_at, units)
    pruned = models.prune(connection, left_out=left)
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
        people={hotel_id: one.people for hotel_id, one in done.items() if one.people},
        verdicts=feedback.counts(given.verdicts),
        false_shares=feedback.false_shares(given.verdicts, thresholds),
        pruned=pruned,
        forecasts=forecasts,
        phases=records(given, plan).of_hotels(plan.today()),
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
    connection: "Connection", done: Mapping[int, Fitted], made: Sequence[NewModel], plan: TrainingPlan
) -> _Stored:
    """Write the forecasts and models of some hotels."""
    over = [point for one in done.values() for point in one.over]
    forecasts = forecasting.store(connection, over, done, plan)
    nights = night_forecasts.once([forecast for one in done.values() for forecast in one.nights])
    night_forecasts.store(connection, nights, done, plan)
    return _Stored(candidates.store(connection, made), forecasts, len(nights))


def _log(
    connection: "Connection",
    fitted: Mapping[int, Fitted],
    given: Given,
    started_at: datetime,
    units: by_hotel.Units,
) -> None:
    """Record every training, those too of hotels that could not be read or stored."""
    logs = [log for hotel_id, one in fitted.items() if hotel_id not in units.job.failed for log in one.logs]
    for hotel_id, failed in units.job.failed.items():
        logs += failed_logs(hotel_id, given, started_at, failed.error)
    training_logs.insert_logs(connection, logs)


def _fit_all(given: Given, units: by_hotel.Units, jobs: int) -> dict[int, Fitted]:
    """What the training of each hotel makes; those where it fails are noted, and no part of it."""
    tasks = [(hotel_id, given.of_hotel(hotel_id)) for hotel_id in given.hotels]
    done = {}
    for (hotel_id, _), made in zip(tasks, side_by_side.each(attempt, tasks, jobs), strict=True):
        if isinstance(made, Fitted):
            done[hotel_id] = made
        else:
            units.note(hotel_id, made.why, made.trace)
    return done
