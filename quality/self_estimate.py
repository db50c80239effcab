"""What the product thinks of itself, as `train` prints it, pooled over nights and hotels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from minibar_ml.ml import evaluation, training
from quality import points
from quality.cache import cached, source_hash
from quality.hotels import Hotel
from quality.truth import Subject
from quality.walk import settled

MADE_BY = (*points.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "quality/self_estimate.py")
NIGHTS = (0, 7, 14, 21)
"""Trainings that are asked: those of the nights so many days after the first judged day."""
SUBJECT_OF: Mapping[str, Subject] = {
    "room_consumption": "room spike",
    "product_demand": "product shift",
    "refill_pace": "slow attendant",
    "leak": "leak",
    "custody": "custody loss",
}
"""By detector, the faults that it injects to judge itself."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of injected faults how many were found, and alerts where nothing was injected, over thousand room-days."""

    faults: int
    found: float
    false: int
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
    plan, total = settled(hotel), dict[str, Estimate]()
    hotel_ids = known.frames.hotels()
    for night in NIGHTS:
        day = (hotel.first_judged + timedelta(days=night)).toordinal()
        since, until = training.training_days(day, plan.training_days, plan.lookback_days)
        for hotel_id in hotel_ids:
            past = known.frames.of_hotel(hotel_id).between(since - evaluation.HELD_OUT_DAYS, until)
            measured = evaluation.evaluate(past, until - 1, plan.min_points, plan.limits)
            # the ledger's hotel and those with rooms have different detectors: each is counted over all rooms
            for name in SUBJECT_OF.keys() & measured.keys():
                mine = _estimate(measured[name][0], hotel.rooms if hotel_id == 0 else hotel.plan.rooms)
                total[name] = total[name] + mine if name in total else mine
    return total


def _estimate(quality: evaluation.Quality, rooms: int) -> Estimate:
    found = 0.0 if quality.recall is None else quality.recall * quality.faults
    return Estimate(quality.faults, found, quality.false_alerts, rooms * evaluation.HELD_OUT_DAYS / 1000)
