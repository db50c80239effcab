"""Attendants who need far longer for a room than is usual for them, the day's work mix taken out."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy import special

from minibar_ml.domain.alerts import AlertType, Finding, severity_of
from minibar_ml.domain.metrics import MetricType
from minibar_ml.ml.contract import Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import peaks_over_threshold, thresholds
from minibar_ml.ml.stats.panels import Floats, room_days

if TYPE_CHECKING:
    from pandas import DataFrame, Series

HISTORY_DAYS = 56
LEAST_DAYS = 7
LEAST_GAPS = 6
LEAST_Z = 4.0
ITEMS_CAP = 10
PSEUDO_DAYS = 5.0
TAIL_FREEDOM = 60.0
SHORTEST_MINUTES = 0.5
LEAST_SPREAD = 0.03
MEDIAN_VARIANCE = np.pi / 2
"""Of a median, relative to a mean's (normal errors)."""
MAD_TO_SD = 1.4826


class RefillPace:
    """Median log residual of a day's gaps against the attendant's own median, shrunk to the hotel's.

    A gap takes c0 + c1 x min(items, 10) minutes, fitted to the medians by items, so that breaks weigh nothing. Scored
    as Student's t with 60 degrees of freedom: medians of a few gaps have longer tails than a normal.
    """

    name: ClassVar[str] = "refill_pace"
    metric: ClassVar[MetricType] = "refill_duration"
    types: ClassVar[tuple[AlertType, ...]] = ("refill_delay",)

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn minutes by items, each attendant's usual pace, and how much days differ."""
        gaps = _usable(past.gaps)
        gaps = gaps[gaps["day"] > gaps["day"].max() - HISTORY_DAYS] if len(gaps) else gaps
        days = int(gaps["day"].nunique())
        if days < LEAST_DAYS:
            return TooLittle(days, LEAST_DAYS, "days of visits")
        if len(gaps) < min_points:
            return TooLittle(len(gaps), min_points, "gaps between visits")
        base, per_item = _work(gaps)
        shifts = _shifts(gaps, base, per_item)
        shifts = shifts[shifts["gaps"] >= LEAST_GAPS]
        if len(shifts) < LEAST_DAYS:
            return TooLittle(len(shifts), LEAST_DAYS, f"shifts with {LEAST_GAPS} gaps")
        learnt = {"base": base, "per_item": per_item, **_paces(shifts, gaps, base, per_item)}
        checks = room_days(past.rooms, days)
        scores = peaks_over_threshold.without_faults(_judge(shifts, learnt)["score"].to_numpy())
        return {**learnt, "past": thresholds.history(scores, checks), "tests": len(shifts) / checks}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row an attendant with six gaps on the day; `value` and `expected` in minutes a room.

        On a day that is not over, only a shift with as many gaps as usual is judged: a slow start may be made up for.
        """
        gaps = _usable(frames.gaps[frames.gaps["day"] == moment.day])
        shifts = _shifts(gaps, parameters["base"], parameters["per_item"])
        shifts = shifts[shifts["gaps"] >= LEAST_GAPS]
        judged = _judge(shifts, parameters)
        if not moment.is_complete:
            judged["score"] = judged["score"].where(judged["gaps"] >= parameters["usual_gaps"], 0.0)
        return judged

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Days beyond the threshold, four standard deviations and half again the usual time."""
        threshold_multiplier = limits.threshold_multiplier.get(self.name, 1.0)
        least = thresholds.threshold(
            thresholds.SHARES[self.name], limits.budget, parameters["past"], parameters["tests"], threshold_multiplier
        )
        slow = scores["value"] >= (1 + limits.refill_deviation) * scores["expected"]
        picked = scores[(scores["score"] >= least) & (scores["z"] > LEAST_Z) & slow]
        return [
            _finding(row, moment, scores["pace"][scores["entity_id"] != row["entity_id"]])
            for row in picked.to_dict("records")
        ]


def _usable(gaps: "DataFrame") -> "DataFrame":
    return gaps[(gaps["minutes"] > 0) & gaps["items"].notna()]


def _work(gaps: "DataFrame") -> tuple[float, float]:
    """Minutes of a gap without items and for each item, by weighted least squares on the medians by items."""
    items = gaps["items"].clip(0, ITEMS_CAP).round()
    by_items = gaps["minutes"].groupby(items).agg(["median", "size"])
    x, y, weight = by_items.index.to_numpy(dtype=float), by_items["median"].to_numpy(), by_items["size"].to_numpy()
    mean_x, mean_y = np.average(x, weights=weight), np.average(y, weights=weight)
    spread = float(np.sum(weight * (x - mean_x) ** 2))
    slope = float(np.sum(weight * (x - mean_x) * (y - mean_y))) / spread if spread > 0 else 0.0
    slope = max(slope, 0.0)
    return max(float(mean_y - slope * mean_x), SHORTEST_MINUTES), slope


def _residuals(gaps: "DataFrame", base: float, per_item: float) -> tuple[Floats, Floats]:
    """Logarithm of minutes over the minutes that the items explain, and those."""
    explained = base + per_item * gaps["items"].clip(0, ITEMS_CAP).to_numpy(dtype=float)
    return np.log(gaps["minutes"].to_numpy(dtype=float) / explained), explained


def _shifts(gaps: "DataFrame", base: float, per_item: float) -> "DataFrame":
    """By attendant and day: median residual, typical minutes that the work explains, number of gaps."""
    residual, explained = _residuals(gaps, base, per_item)
    grouped = gaps.assign(residual=residual, explained=explained).groupby(["attendant_id", "day"])
    found = grouped[["residual", "explained"]].median()
    return found.assign(gaps=grouped.size()).reset_index()


def _paces(shifts: "DataFrame", gaps: "DataFrame", base: float, per_item: float) -> dict[str, Any]:
    """Attendants' offsets and shifts, and spreads: of a gap, between days, between attendants (all logarithms)."""
    centre = float(shifts["residual"].median())
    by_attendant = shifts["residual"].groupby(shifts["attendant_id"])
    own, count = by_attendant.median() - centre, by_attendant.size()
    off = shifts["residual"] - centre - shifts["attendant_id"].map(own)
    residual = _residuals(gaps, base, per_item)[0]
    gap_spread = MAD_TO_SD * float(np.median(np.abs(residual - np.median(residual))))
    sampling = MEDIAN_VARIANCE * gap_spread**2 / shifts["gaps"]
    return {
        "attendants": own.index.to_numpy(dtype=np.int64),
        "offsets": (own * count / (count + PSEUDO_DAYS)).to_numpy(dtype=float),
        "shifts": count.to_numpy(dtype=np.int64),
        "centre": centre,
        "gap_spread": max(gap_spread, LEAST_SPREAD),
        "day_variance": max(_variance(off) - float(sampling.median()), LEAST_SPREAD**2),
        "between_variance": max(_variance(own), LEAST_SPREAD**2),
        "usual_gaps": float(shifts["gaps"].median()),
    }


def _variance(values: Any) -> float:
    return (MAD_TO_SD * float(values.abs().median())) ** 2


def _judge(shifts: "DataFrame", learnt: Any) -> "DataFrame":
    """z and score of each shift's ratio to the attendant's usual pace; newcomers are held against all attendants."""
    import pandas as pd

    ids = shifts["attendant_id"].to_numpy(dtype=np.int64)
    known = pd.DataFrame({"offset": learnt["offsets"], "shifts": learnt["shifts"]}, index=learnt["attendants"])
    own = known.reindex(ids).fillna(0.0)
    offset, count = own["offset"].to_numpy(dtype=float), own["shifts"].to_numpy(dtype=float)
    gaps = shifts["gaps"].to_numpy(dtype=float)
    of_the_day = learnt["day_variance"] + MEDIAN_VARIANCE * learnt["gap_spread"] ** 2 / np.maximum(gaps, 1.0)
    unknown = (learnt["between_variance"] * PSEUDO_DAYS + of_the_day) / (count + PSEUDO_DAYS)
    spread = np.sqrt(of_the_day + unknown)
    ratio = shifts["residual"].to_numpy(dtype=float) - learnt["centre"] - offset
    usual = shifts["explained"].to_numpy(dtype=float) * np.exp(learnt["centre"] + offset)
    z = ratio / spread
    return pd.DataFrame(
        {
            "entity_id": ids,
            "value": usual * np.exp(ratio),
            "expected": usual,
            "lower": usual * np.exp(-2 * spread),
            "upper": usual * np.exp(2 * spread),
            "score": -np.log(np.maximum(special.stdtr(TAIL_FREEDOM, -z), 1e-300)),
            "z": z,
            "gaps": gaps,
            "pace": np.exp(ratio),
        }
    )


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
        severity=severity_of(100 * (value - expected) / expected),
        detector=RefillPace.name,
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
