"""Attendants who need far longer for a room than is usual for them, the day's work mix taken out."""

from typing import TYPE_CHECKING, Any, ClassVar

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.attendants import measures
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.faults.attendants import slow_day
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import peaks_over_threshold, thresholds
from minibar_ml.ml.stats.panels import room_days

if TYPE_CHECKING:
    from pandas import DataFrame, Series

LEAST_Z = 4.0


def _sizeable(scores: "DataFrame", limits: Limits) -> "Series[bool]":
    slow = scores["value"] >= (1 + limits.refill_deviation) * scores["expected"]
    return (scores["z"] > LEAST_Z) & slow


class RefillPace:
    """Median log residual of a day's gaps against the attendant's usual pace; see `minibar_ml/ml/attendants/pace.py`.

    Scored as Student's t with 60 degrees of freedom: medians of a few gaps have longer tails than a normal. A shift is
    judged by its minutes in the rooms, or from room to room where those of too few rooms are on record.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="refill_pace",
        metric="refill_duration",
        types=("refill_delay",),
        reasons={"slow": None},
        reads={"gaps": 0},
        learns_from="gaps",
        share=0.03,
        sizeable=_sizeable,
        inject=slow_day,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn minutes by items, each attendant's usual pace, and how much days differ, by either measure."""
        fitted = {name: measures.fit(measures.of(past.gaps, name), min_points) for name in measures.MEASURES}
        learned = {name: found for name, found in fitted.items() if not isinstance(found, TooLittle)}
        if not learned:
            return next(found for found in fitted.values() if isinstance(found, TooLittle))
        checks = room_days(past.rooms, max(found["days"] for found in learned.values()))
        judged = measures.judged(past.gaps, learned)
        scores = peaks_over_threshold.without_faults(judged["score"].to_numpy())
        return {"measures": learned, "past": thresholds.history(scores, checks), "n_tests": len(judged) / checks}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row an attendant with six gaps, or minutes of six rooms, on the day; `value`, `expected` in minutes.

        On a day that is not over, only a shift with as many gaps as usual is scored: a slow start may be made up for.
        """
        found = measures.judged(frames.gaps[frames.gaps["day"] == moment.day], parameters["measures"])
        if not moment.is_complete:
            found["score"] = found["score"].where(found["gaps"] >= found["usual_gaps"], 0.0)
        return found

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Days beyond the threshold, four standard deviations and half again the usual time."""
        least = self.spec.threshold(parameters, limits)
        picked = scores[(scores["score"] >= least) & _sizeable(scores, limits)]
        return [
            _finding(row, moment, scores["pace"][scores["entity_id"] != row["entity_id"]])
            for row in picked.to_dict("records")
        ]


def _finding(row: Any, moment: Moment, others: "Series[float]") -> Finding:
    value, expected = float(row["value"]), float(row["expected"])
    return Finding(
        type="refill_delay",
        hotel_id=moment.hotel_id,
        entity_type="attendant",
        entity_id=int(row["entity_id"]),
        metric="refill_duration",
        occurred_on=moment.date,
        reason="slow",
        severity=severity_of("refill_delay", "slow", value / expected),
        detector=RefillPace.spec.name,
        value=round(value, 1),
        expected=round(expected, 1),
        lower=round(float(row["lower"]), 1),
        upper=round(float(row["upper"]), 1),
        score=round(float(row["score"]), 3),
        facts={
            "gaps": int(row["gaps"]),
            "visits": int(row["gaps"]) + (0 if row["in_rooms"] else 1),
            **({"in_rooms": True} if row["in_rooms"] else {}),
            **({"peers": len(others), "others_percent": round(100 * float(others.median()))} if len(others) else {}),
        },
    )
