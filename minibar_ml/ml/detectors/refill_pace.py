"""Attendants who need far longer for a room than is usual for them, the day's work mix taken out."""

from typing import TYPE_CHECKING, Any, ClassVar

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.attendants import pace
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.faults.attendants import slow_day
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import peaks_over_threshold, thresholds
from minibar_ml.ml.stats.panels import room_days

if TYPE_CHECKING:
    from pandas import DataFrame, Series

HISTORY_DAYS = 56
LEAST_DAYS = 7
LEAST_GAPS = 6
LEAST_Z = 4.0


class RefillPace:
    """Median log residual of a day's gaps against the attendant's usual pace; see `minibar_ml/ml/attendants/pace.py`.

    Scored as Student's t with 60 degrees of freedom: medians of a few gaps have longer tails than a normal.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="refill_pace",
        metric="refill_duration",
        types=("refill_delay",),
        reasons={"slow": None},
        reads={"gaps": 0},
        learns_from="gaps",
        share=0.03,
        inject=slow_day,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn minutes by items, each attendant's usual pace, and how much days differ."""
        gaps = pace.usable(past.gaps)
        gaps = gaps[gaps["day"] > gaps["day"].max() - HISTORY_DAYS] if len(gaps) else gaps
        days = int(gaps["day"].nunique())
        if days < LEAST_DAYS:
            return TooLittle(days, LEAST_DAYS, "days of visits")
        if len(gaps) < min_points:
            return TooLittle(len(gaps), min_points, "gaps between visits")
        base, per_item = pace.fit_work(gaps)
        shifts = pace.shifts_of(gaps, base, per_item)
        shifts = shifts[shifts["gaps"] >= LEAST_GAPS]
        if len(shifts) < LEAST_DAYS:
            return TooLittle(len(shifts), LEAST_DAYS, f"shifts with {LEAST_GAPS} gaps")
        learned = {"base": base, "per_item": per_item, **pace.fit_paces(shifts, gaps, base, per_item)}
        checks = room_days(past.rooms, days)
        scores = peaks_over_threshold.without_faults(pace.score(shifts, learned)["score"].to_numpy())
        return {**learned, "past": thresholds.history(scores, checks), "n_tests": len(shifts) / checks}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row an attendant with six gaps on the day; `value` and `expected` in minutes a room.

        On a day that is not over, only a shift with as many gaps as usual is scored: a slow start may be made up for.
        """
        gaps = pace.usable(frames.gaps[frames.gaps["day"] == moment.day])
        shifts = pace.shifts_of(gaps, parameters["base"], parameters["per_item"])
        shifts = shifts[shifts["gaps"] >= LEAST_GAPS]
        scores = pace.score(shifts, parameters)
        if not moment.is_complete:
            scores["score"] = scores["score"].where(scores["gaps"] >= parameters["usual_gaps"], 0.0)
        return scores

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Days beyond the threshold, four standard deviations and half again the usual time."""
        least = self.spec.threshold(parameters, limits)
        slow = scores["value"] >= (1 + limits.refill_deviation) * scores["expected"]
        picked = scores[(scores["score"] >= least) & (scores["z"] > LEAST_Z) & slow]
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
            "visits": int(row["gaps"]) + 1,
            **({"peers": len(others), "others_percent": round(100 * float(others.median()))} if len(others) else {}),
        },
    )
