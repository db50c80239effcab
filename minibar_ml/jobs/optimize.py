"""optimize: how a hotel's budget of false alerts could be split, and what that would bring; stores nothing."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from minibar_ml.domain.errors import NotFound
from minibar_ml.jobs.plans import TrainingPlan
from minibar_ml.ml import feedback, training
from minibar_ml.ml.evaluation import allocation
from minibar_ml.ml.evaluation import quality as evaluation
from minibar_ml.ml.evaluation.allocation import Allocation
from minibar_ml.ml.frames import LOOK_BACK_DAYS
from minibar_ml.store.alerting import verdicts
from minibar_ml.store.points import frames as points
from minibar_ml.store.snapshots import snapshot
from minibar_ml.store.source import hotels as hotel_names

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Search:
    """One hotel's search."""

    hotel_id: int
    found: Allocation


@dataclass(frozen=True, slots=True)
class OptimizeResult:
    """What the search came to in every hotel, at which budget and for which balanced accuracy."""

    budget: float
    wanted: float
    hotels: tuple[Search, ...]


def run(connection: "Connection", plan: TrainingPlan, *, hotel_id: int | None = None) -> OptimizeResult:
    """Measure as `train` does, and search; raises NotFound where there is no such hotel or it has no points."""
    since, until = training.training_days(plan.today().toordinal(), plan.training_days, plan.lookback_days)
    oldest = plan.as_of - timedelta(days=plan.training_days + plan.lookback_days + LOOK_BACK_DAYS + 1)
    with snapshot(connection):
        if hotel_id is not None:
            hotel_names.require(connection, hotel_id)
        frames = replace(points.fetch(connection, oldest, plan.as_of), calendar=plan.calendar)
        given = verdicts.fetch(connection)
    multiplier = feedback.threshold_multiplier(given)
    hotels = frames.hotels()
    if hotel_id is not None and hotel_id not in hotels:
        raise NotFound(f"There are no metric points of hotel {hotel_id}; run `minibar-ml collect` first.")
    searches = []
    for hotel in hotels if hotel_id is None else [hotel_id]:
        past = feedback.without_confirmed(frames.of_hotel(hotel), given, hotel)
        limits = replace(plan.limits_of(hotel), threshold_multiplier=multiplier)
        found = evaluation.evaluate(past, until, until - since, plan.min_points, limits, with_forests=False)
        searches.append(Search(hotel, allocation.tune(found.detectors, limits.budget, plan.accuracy_threshold)))
    return OptimizeResult(plan.limits.budget, plan.accuracy_threshold, tuple(searches))
