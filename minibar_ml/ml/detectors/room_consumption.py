"""Rooms in which far more was found consumed than guests, room type, weekday and the stay so far explain."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerts import AlertType, Finding, severity_of
from minibar_ml.domain.metrics import MetricType
from minibar_ml.ml import tails, thresholds, visit_model
from minibar_ml.ml.detectors.base import Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import Frames

if TYPE_CHECKING:
    from pandas import DataFrame

CENTRAL = 0.95


class RoomConsumption:
    """Upper tail of each check's predictive; see `visit_model` for the model and its sources."""

    name: ClassVar[str] = "room_consumption"
    metric: ClassVar[MetricType] = "room_consumption"
    types: ClassVar[tuple[AlertType, ...]] = ("consumption_anomaly",)

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn the visit model, and how high scores went in the past."""
        learnt = visit_model.fit(past.rooms, min_points, past.calendar.evenings())
        if isinstance(learnt, TooLittle):
            return learnt
        made = visit_model.predict(past.rooms, learnt, past.calendar.evenings())
        sizeable = made.at(made.found["units"].to_numpy(dtype=float) - made.mean >= Limits().consumption_floor)
        return {**learnt, "past": thresholds.history(-np.log(sizeable.upper_tail()), len(made.found))}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room checked on the day; see Detector."""
        made = visit_model.predict(frames.rooms, parameters, frames.calendar.evenings())
        made = made.at((made.found["day"] == moment.day).to_numpy())
        edges = ((1 - CENTRAL) / 2, (1 + CENTRAL) / 2)
        lower, upper = (tails.quantile(edge, made.mean, made.spread) for edge in edges)
        return made.found.assign(
            entity_id=made.found["room_id"],
            value=made.found["units"].to_numpy(dtype=float),
            expected=made.mean,
            score=-np.log(made.upper_tail()),
            lower=lower,
            upper=upper,
            x_refill_gap=made.found["refilled"] - made.found["units"],
            x_products=made.found["products_found"],
            x_visits=made.found["visits"],
        ).reset_index(drop=True)

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Rooms beyond the budget's threshold, 40 % and 3 units over what was expected (defaults).

        More can only be found as the day goes on, so a running day needs no allowance.
        """
        tightness = limits.tightness.get("consumption_anomaly", 1.0)
        least = thresholds.threshold(self.name, limits.budget, parameters["past"], tightness=tightness)
        over = scores["value"] - scores["expected"]
        picked = scores[
            (scores["score"] >= least)
            & (over >= limits.consumption_floor)
            & (over >= limits.consumption_deviation * scores["expected"])
        ]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def _finding(row: Mapping[Any, Any], moment: Moment) -> Finding:
    return Finding(
        type="consumption_anomaly",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="room_consumption",
        occurred_on=moment.date,
        reason="room_high",
        severity=severity_of(100 * (row["value"] - row["expected"]) / row["expected"]),
        detector=RoomConsumption.name,
        value=float(row["value"]),
        expected=round(float(row["expected"]), 2),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        score=round(float(row["score"]), 3),
        facts={"guests": int(row["guests"]), "nights": int(row["nights"]), "room_type": row["room_type"]},
    )
