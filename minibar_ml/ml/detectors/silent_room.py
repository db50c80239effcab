"""Rooms that are occupied and checked for nights on end while nothing is ever recorded."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerts import AlertType, Finding
from minibar_ml.domain.metrics import MetricType
from minibar_ml.ml.contract import Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.detectors.room_consumption import some_rooms
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.predictive import predict
from minibar_ml.ml.rooms.special_days import Evenings
from minibar_ml.ml.rooms.visit_model import Ints
from minibar_ml.ml.stats import thresholds

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST_NIGHTS = 5
LEAST_STAYS = 2
LEAST_SCORE = 6.0


class SilentRoom:
    """Sum of -ln P(0) over a room's unbroken run of empty checks, each given the stay so far.

    Many guests really take nothing: a run within one stay is weak evidence, and only runs over several stays alert.
    """

    name: ClassVar[str] = "silent_room"
    metric: ClassVar[MetricType] = "room_consumption"
    types: ClassVar[tuple[AlertType, ...]] = ("silent_room",)

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn the visit model, and how high ordinary runs went in the past."""
        learnt = visit_model.fit(past.rooms, min_points, past.calendar.evenings())
        if isinstance(learnt, TooLittle):
            return learnt
        rooms = some_rooms(past.rooms)
        runs = runs_of(rooms, learnt, past.calendar.evenings())
        eligible = runs[(runs["nights_empty"] >= LEAST_NIGHTS) & (runs["stays_empty"] >= LEAST_STAYS)]
        highest = eligible.groupby(["room_id", "run"])["score"].max().to_numpy()
        # A run is one test however long it lasts: what it has come to reaches s with a probability of exp(-s).
        begun = len(runs.drop_duplicates(["room_id", "run"]))
        return {**learnt, "past": thresholds.history(highest, len(rooms)), "tests": max(begun, 1) / max(len(rooms), 1)}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room that was checked on the day, found empty, and had been empty before; see Detector."""
        runs = runs_of(frames.rooms, parameters, frames.calendar.evenings(), moment.day)
        today = runs[runs["day"] == moment.day].reset_index(drop=True)
        checked = frames.rooms[(frames.rooms["day"] == moment.day) & (frames.rooms["nights"] > 0)]
        return today.assign(lower=1.0, upper=np.nan, empty=(checked["units"] == 0).mean() if len(checked) else np.nan)

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Runs of five nights and two stays or more beyond the threshold, on a day that is over."""
        if not moment.is_complete or not parameters["by_guests"]:
            return []
        threshold_multiplier = limits.threshold_multiplier.get(self.name, 1.0)
        least = thresholds.threshold(
            thresholds.SHARES[self.name], limits.budget, parameters["past"], parameters["tests"], threshold_multiplier
        )
        picked = scores[
            (scores["score"] >= max(least, LEAST_SCORE))
            & (scores["nights_empty"] >= LEAST_NIGHTS)
            & (scores["stays_empty"] >= LEAST_STAYS)
        ]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def runs_of(
    rooms: "DataFrame",
    parameters: Parameters,
    evenings: Evenings,
    day: int | None = None,
    of_rooms: Ints | None = None,
) -> "DataFrame":
    """Empty checks with what their run has come to; of the runs that last to `day`, or of some rooms, if given."""
    found = visit_model.checks(rooms, by_guests=parameters["by_guests"])
    found["run"] = (found["units"] > 0).groupby(found["room_id"]).cumsum()
    wanted = (found["units"] == 0).to_numpy()
    if day is not None:
        now = found["room_id"].isin(found["room_id"][wanted & (found["day"] == day).to_numpy()])
        wanted = wanted & (now & (found["run"] == found.groupby("room_id")["run"].transform("max"))).to_numpy()
    if of_rooms is not None:
        wanted = wanted & found["room_id"].isin(of_rooms).to_numpy()
    made = predict(found, parameters, wanted, evenings)
    empty = made.found.assign(quiet=-np.log(made.empty()), mean=made.mean)
    group = empty.groupby(["room_id", "run"])
    first_of_stay = ~empty.duplicated(["room_id", "run", "stay_on"])
    return empty.assign(
        entity_id=empty["room_id"],
        score=group["quiet"].cumsum(),
        expected=group["mean"].cumsum(),
        nights_empty=group["nights"].cumsum(),
        stays_empty=first_of_stay.groupby([empty["room_id"], empty["run"]]).cumsum(),
        value=0.0,
        empty=np.nan,
    )


def _finding(row: Mapping[Any, Any], moment: Moment) -> Finding:
    return Finding(
        type="silent_room",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="room_consumption",
        occurred_on=moment.date,
        reason="silent",
        severity="high",
        detector=SilentRoom.name,
        value=0.0,
        expected=round(float(row["expected"]), 2),
        lower=1.0,
        score=round(float(row["score"]), 3),
        facts={
            "nights": int(row["nights_empty"]),
            "stays": int(row["stays_empty"]),
            **({} if np.isnan(row["empty"]) else {"empty_percent": round(100 * float(row["empty"]))}),
        },
    )
