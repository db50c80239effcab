"""Rooms that are occupied and checked for nights on end while nothing is ever recorded."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.faults.rooms import silence, untouched_runs
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.empty_runs import LEAST_SCORE, runs_of
from minibar_ml.ml.rooms.visit_model import LONGEST_STAY_DAYS
from minibar_ml.ml.stats import thresholds

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST_NIGHTS = 5
LEAST_STAYS = 2


class SilentRoom:
    """Sum of -ln P(0) over a room's unbroken run of empty checks, each given the stay so far.

    Many guests really take nothing: a run within one stay is weak evidence, and only runs over several stays alert.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="silent_room",
        metric="room_consumption",
        types=("silent_room",),
        reasons={"silent": None},
        reads={"rooms": LONGEST_STAY_DAYS},
        learns_from="rooms",
        # Little: even with much of the budget silent rooms are rarely found.
        share=0.01,
        inject=silence,
        score_untouched=untouched_runs,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn the visit model, and how high ordinary runs went in the past."""
        learned = visit_model.of_past(past, min_points)
        if isinstance(learned, TooLittle):
            return learned
        rooms = visit_model.some_rooms(past.rooms)
        runs = runs_of(rooms, learned, past.calendar.special_days())
        eligible = runs[(runs["nights_empty"] >= LEAST_NIGHTS) & (runs["stays_empty"] >= LEAST_STAYS)]
        highest = eligible.groupby(["room_id", "run"])["score"].max().to_numpy()
        # A run is one test however long it lasts: what it has come to reaches s with a probability of exp(-s).
        begun = len(runs.drop_duplicates(["room_id", "run"]))
        return {
            **learned,
            "past": thresholds.history(highest, len(rooms)),
            "n_tests": max(begun, 1) / max(len(rooms), 1),
        }

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room that was checked on the day, found empty, and had been empty before; see Detector."""
        runs = runs_of(frames.rooms, parameters, frames.calendar.special_days(), moment.day)
        today = runs[runs["day"] == moment.day].reset_index(drop=True)
        checked = frames.rooms[(frames.rooms["day"] == moment.day) & (frames.rooms["nights"] > 0)]
        return today.assign(lower=1.0, upper=np.nan, empty=(checked["units"] == 0).mean() if len(checked) else np.nan)

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Runs of five nights and two stays or more beyond the threshold, on a day that is over."""
        if not moment.is_complete or not parameters["by_guests"]:
            return []
        least = self.spec.threshold(parameters, limits)
        picked = scores[
            (scores["score"] >= max(least, LEAST_SCORE))
            & (scores["nights_empty"] >= LEAST_NIGHTS)
            & (scores["stays_empty"] >= LEAST_STAYS)
        ]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def _finding(row: Mapping[Any, Any], moment: Moment) -> Finding:
    return Finding(
        type="silent_room",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="room_consumption",
        occurred_on=moment.date,
        reason="silent",
        severity=severity_of("silent_room", "silent", float(row["expected"])),
        detector=SilentRoom.spec.name,
        value=0.0,
        expected=round(float(row["expected"]), 2),
        lower=1.0,
        score=round(float(row["score"]), 3),
        facts={
            "since": moment.date.fromordinal(int(row["since"])).isoformat(),
            "nights": int(row["nights_empty"]),
            "stays": int(row["stays_empty"]),
            **({} if np.isnan(row["empty"]) else {"empty_percent": round(100 * float(row["empty"]))}),
        },
    )
