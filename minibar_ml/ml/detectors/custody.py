"""Attendants whose custody misses more than breakage and slips usually cost."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.faults.attendants import custody_loss
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import negative_binomial, peaks_over_threshold, thresholds
from minibar_ml.ml.stats.panels import Floats, room_days

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST_DAYS = 7
LEAST_COUNTS = 5
FLOOR_UNITS = 3.0
FLOOR_SHARE = 0.01
WINSORISED = 0.95
PRIOR_UNITS, PRIOR_HANDED_OUT = 0.5, 500.0
LEAST_EXPECTED = 0.05


class Custody:
    """Negative binomial tail of units lost, given units handed out and the loss rate of all attendants together.

    One rate for the hotel: an attendant who always loses more is what the alert is for. Cameron & Trivedi, Regression
    Analysis of Count Data, 2013, ch. 3, for the dispersion by moments.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="custody",
        metric="custody_loss",
        types=("custody_loss",),
        reasons={"custody": "found"},
        reads={"custody": 0},
        learns_from="custody",
        share=0.05,
        inject=custody_loss,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn the rate of loss and its over-dispersion. It takes five counts of custody, whatever `min_points`."""
        units, handed_out = _columns(past.custody)
        if len(units) < LEAST_COUNTS:
            return TooLittle(len(units), LEAST_COUNTS, "counts of custody")
        days = past.custody["day"]
        span = int(days.max() - days.min()) + 1
        if span < LEAST_DAYS:
            return TooLittle(span, LEAST_DAYS, "days of custody")
        # thefts of the past must not become the rate; a floor keeps slips in where most counts lose nothing
        usual = np.minimum(units, max(float(np.quantile(units, WINSORISED)), 1.0))
        rate = (float(usual.sum()) + PRIOR_UNITS) / (float(handed_out.sum()) + PRIOR_HANDED_OUT)
        means = _means(handed_out, rate)
        # a rate known from few losses is itself uncertain: as a gamma's shape, that is more dispersion
        dispersion = negative_binomial.over_dispersion(usual, means) + 1.0 / (float(usual.sum()) + 1.0)
        learned = {"rate": rate, "dispersion": dispersion}
        checks = room_days(past.rooms, span)
        scores = peaks_over_threshold.without_faults(_scores(units, means, dispersion))
        return {**learned, "past": thresholds.history(scores, checks), "n_tests": len(units) / checks}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row an attendant whose custody was counted on the day."""
        import pandas as pd

        today = frames.custody[frames.custody["day"] == moment.day]
        units, handed_out = _columns(today)
        means = _means(handed_out, parameters["rate"])
        size = 1.0 / parameters["dispersion"]
        return pd.DataFrame(
            {
                "entity_id": today["attendant_id"].to_numpy(dtype=np.int64),
                "value": units,
                "expected": means,
                "lower": 0.0,
                "upper": negative_binomial.quantile(0.975, means, size),
                "score": _scores(units, means, parameters["dispersion"]),
                "handed_out": handed_out,
            }
        )

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Losses beyond the threshold, three units and one in a hundred handed out above the usual."""
        least = self.spec.threshold(parameters, limits)
        off = scores["value"] - scores["expected"]
        picked = scores[(scores["score"] >= least) & (off >= FLOOR_UNITS) & (off >= FLOOR_SHARE * scores["handed_out"])]
        return [_finding(row, moment, parameters["rate"]) for row in picked.to_dict("records")]


def _columns(custody: "DataFrame") -> tuple[Floats, Floats]:
    """Units lost and handed out; more brought back than was handed out is not a loss."""
    units, handed_out = (np.nan_to_num(custody[column].to_numpy(dtype=float)) for column in ("units", "handed_out"))
    return np.maximum(units, 0.0), np.maximum(handed_out, 0.0)


def _means(handed_out: Floats, rate: float) -> Floats:
    return np.maximum(rate * handed_out, LEAST_EXPECTED)


def _scores(units: Floats, means: Floats, dispersion: float) -> Floats:
    return np.asarray(-np.log(negative_binomial.upper_tail(units, means, 1.0 / dispersion)))


def _finding(row: Any, moment: Moment, rate: float) -> Finding:
    value, expected = float(row["value"]), float(row["expected"])
    return Finding(
        type="custody_loss",
        hotel_id=moment.hotel_id,
        entity_type="attendant",
        entity_id=int(row["entity_id"]),
        metric="custody_loss",
        occurred_on=moment.date,
        reason="custody",
        severity=severity_of("custody_loss", "custody", value - expected),
        detector=Custody.spec.name,
        value=value,
        expected=round(expected, 2),
        lower=0.0,
        upper=float(row["upper"]),
        score=round(float(row["score"]), 3),
        facts={"handed_out": float(row["handed_out"]), "usual_percent": round(100 * rate, 2)},
    )
