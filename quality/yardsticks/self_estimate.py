"""What the product thinks of itself, as `train` prints it, pooled over nights and hotels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.ml import training
from minibar_ml.ml.detectors import shares
from minibar_ml.ml.evaluation import quality as evaluation
from minibar_ml.ml.evaluation.holdout import HELD_OUT_DAYS
from minibar_ml.ml.evaluation.scores import HoldoutScores
from quality import points
from quality.cache import cached, source_hash
from quality.hotels import Hotel
from quality.truth import Subject
from quality.walk import default_plan

MADE_BY = (*points.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "quality/yardsticks/self_estimate.py")
NIGHTS = (0, 7, 14, 21)
"""Trainings that are asked: those of the nights so many days after the first scored day."""
SUBJECT_OF: Mapping[str, Subject] = {
    "room_consumption": "room spike",
    "silent_room": "silent room",
    "product_demand": "product shift",
    "refill_pace": "slow attendant",
    "leak": "leak",
    "stock_outflow": "write-off",
    "custody": "custody loss",
}
"""By detector, the faults that it injects to measure itself."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of injected faults how many were found, and how many false alerts are expected, over thousand room-days."""

    faults: int
    found: float
    false: float
    thousand_room_days: float

    def __add__(self, other: "Estimate") -> "Estimate":
        """Both together."""
        return Estimate(
            self.faults + other.faults,
            self.found + other.found,
            self.false + other.false,
            self.thousand_room_days + other.thousand_room_days,
        )

    @property
    def recall(self) -> float | None:
        """Share found; None where nothing could be injected."""
        return self.found / self.faults if self.faults else None

    @property
    def false_rate(self) -> float:
        """False alerts a day and 1,000 rooms."""
        return self.false / self.thousand_room_days


def fetch(hotel: Hotel) -> Mapping[str, Estimate]:
    """By detector, what the trainings of a hotel's nights say."""
    return cached("estimate", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> dict[str, Estimate]:
    """Evaluate as `train` does, on each of the nights."""
    plan, total = default_plan(hotel), dict[str, Estimate]()
    hotels = {hotel_id: known.frames.of_hotel(hotel_id) for hotel_id in known.frames.hotels()}
    for night in NIGHTS:
        day = (hotel.first_scored + timedelta(days=night)).toordinal()
        since, until = training.training_days(day, plan.training_days, plan.lookback_days)
        for hotel_id, frames in hotels.items():
            # later rows are there, as for any caller; evaluation must not look at them
            found = evaluation.evaluate(frames, until, until - since, plan.min_points, plan.limits, with_forests=False)
            rooms = hotel.rooms if hotel_id == COMMON_STORE else hotel.plan.rooms
            for name in SUBJECT_OF.keys() & found.detectors.keys():
                mine = _estimate(found.detectors[name], shares()[name], plan.limits.budget, rooms)
                total[name] = total[name] + mine if name in total else mine
    return {name: total[name] for name in SUBJECT_OF if name in total}


def _estimate(measured: HoldoutScores, share: float, budget: float, rooms: int) -> Estimate:
    found = measured.recall(share, budget) * measured.faults if measured.faults else 0.0
    room_days = rooms * HELD_OUT_DAYS / 1000
    return Estimate(measured.faults, found, measured.false_alerts(share, budget) * room_days, room_days)
