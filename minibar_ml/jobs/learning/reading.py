"""What a training learns from: points, verdicts and the plan, read in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.jobs import by_hotel
from minibar_ml.jobs.forecasts import forecasting, night_forecasts
from minibar_ml.jobs.plans import TrainingPlan
from minibar_ml.ml import feedback, training
from minibar_ml.ml.contract import Limits
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames
from minibar_ml.ml.history import Records, window_days
from minibar_ml.store.alerting import verdicts
from minibar_ml.store.points import frames as points
from minibar_ml.store.snapshots import snapshot
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import entities
from minibar_ml.store.source.hotels import has_common_store

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """What all models of a run are learned from: days (ordinals, `until` exclusive), and what counts as enough."""

    since: int
    until: int
    min_points: int
    limits: Limits
    accuracy_threshold: float
    threshold_multiplier: Mapping[str, float]
    is_chain: bool

    def to_json(self) -> dict[str, Any]:
        """What stands in `ml_models.parameters`, in the clear."""
        return {name: date.fromordinal(getattr(self, name)).isoformat() for name in ("since", "until")}

    def sealed(self) -> dict[str, Any]:
        """What is sealed with the model, since it shows how much goes unnoticed."""
        return {"min_data_points": self.min_points, "alert_budget": self.limits.budget}


@dataclass(frozen=True, slots=True)
class Given:
    """What a run learns from: each hotel's rows, operators' verdicts, how it learns, the plan with the products' ids.

    `nights`: the hotels with what is known of the days ahead.
    """

    hotels: Mapping[int, Frames]
    verdicts: Sequence[LabelledAlert]
    config: TrainingConfig
    plan: TrainingPlan
    nights: Mapping[int, Frames]

    def of_hotel(self, hotel_id: int) -> "Given":
        """What is learned from in one hotel."""
        return replace(self, hotels={hotel_id: self.hotels[hotel_id]}, nights={hotel_id: self.nights[hotel_id]})


def read(connection: "Connection", plan: TrainingPlan, part: by_hotel.Hotels) -> Given:
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
    return Given(hotels, given, config, plan, nights)


def merged(parts: Sequence[Given]) -> Given:
    """What was read of all hotels, in their order."""
    hotels = {hotel_id: frames for part in parts for hotel_id, frames in part.hotels.items()}
    nights = {hotel_id: frames for part in parts for hotel_id, frames in part.nights.items()}
    return replace(parts[0], hotels=dict(sorted(hotels.items())), nights=dict(sorted(nights.items())))


def records(given: Given, plan: TrainingPlan) -> Records:
    """Of what days each hotel has points, in the window that is learned from."""
    return Records(given.hotels, window_days(plan.training_days, plan.lookback_days))
