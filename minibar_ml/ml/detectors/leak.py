"""Products that leave the warehouse and never reach a room: ledger and refills no longer balance."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.faults.products import leaked_issues
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import peaks_over_threshold, thresholds
from minibar_ml.ml.stats.panels import Floats, rises, room_days, trailing_sums
from minibar_ml.ml.stock import issues
from minibar_ml.ml.stock.issues import StockIssues

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST_ISSUES = 30
"""A small hotel issues a product every week or so: the days between say, too, that it does not jump."""
LOOK_BACK_DAYS = 21
SPELL_DAYS = 3
DAYS_OF_USE = 2.0
SHARE_OF_THE_DAY = 1 / 3
USUAL_SCALE = 0.25
TWO_TESTS = float(np.log(2))
"""A product is tested in two ways, of which the stranger counts."""


class Leak:
    """Reconciles issues with refills and returns: what attendants hold by the ledger must not jump.

    Two statistics, each with the exponential tail of the hotel's own past: units issued in a day (or three) beyond what
    the day's rounds explain, in units of case-wise noise; and the rise of a product's carried stock, the products'
    common swing taken out, above its highest of 21 days. Both must point up, and no more is missing than that rise:
    what was there before may be there again. An issue of one product alone is evidence besides, the more the rarer
    that is in this hotel.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="leak",
        metric="stock_outflow",
        types=("shrinkage",),
        reasons={"leak": "missing", "leak_restocked": "missing"},
        reads=issues.READS,
        learns_from="outflow",
        share=0.05,
        inject=leaked_issues,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn products' habits of drawing, and how high either statistic went in the past."""
        known = issues.known(past)
        if isinstance(known, TooLittle):
            return known
        habits, seen = known.habits, known.issues
        informative = issues.informative(seen) & habits["recorded"][:, None]
        points, seen_days = int(informative.sum()), int(habits["recorded"].sum()) * known.days
        if seen_days < min_points:
            return TooLittle(seen_days, min_points, "product-days of stock movements")
        if points < LEAST_ISSUES:
            return TooLittle(points, LEAST_ISSUES, "days of issues of a product")
        step, rise = _statistics(seen, habits)[:2]
        learned = {
            **habits,
            "step": peaks_over_threshold.fit(step[informative], USUAL_SCALE),
            "rise": peaks_over_threshold.fit(rise[informative], USUAL_SCALE),
            "alone": (int((seen.alone[informative] > 0).sum()) + 1) / (points + 2),
        }
        checks = room_days(past.rooms, known.days)
        scores = peaks_over_threshold.without_faults(_scores(step, rise, seen.alone, learned)[informative])
        return {**learned, "past": thresholds.history(scores, checks), "n_tests": points / checks}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a product with an issue on the day; `value` is units missing, `expected` what is usual of that."""
        import pandas as pd

        seen = issues.read(frames, parameters, moment.day, moment.is_complete)
        step, rise, missing, days, scale = (array[:, -1] for array in _statistics(seen, parameters))
        usual = np.maximum(parameters["step"]["cut"] * scale, 0.0)
        found = pd.DataFrame(
            {
                "entity_id": parameters["products"],
                "value": missing,
                "expected": usual,
                "lower": 0.0,
                "upper": usual,
                "score": _scores(step, rise, seen.alone[:, -1], parameters),
                "days": days,
                "floor": np.maximum(parameters["case"] - seen.use[:, -1], DAYS_OF_USE * seen.use[:, -1]),
                "peak": _peak(seen),
                "restocked": seen.restocked[:, -SPELL_DAYS:].any(axis=1),
            }
        )
        with_issue: DataFrame = found[(seen.issued[:, -1] > 0) & parameters["recorded"]]
        return with_issue

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Products beyond the threshold that miss two days' use and, after a day's use, a case at the least."""
        least = self.spec.threshold(parameters, limits)
        is_missing = (scores["value"] >= scores["floor"]) & (scores["value"] > scores["upper"])
        picked = scores[(scores["score"] >= least) & is_missing]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def _statistics(seen: StockIssues, habits: Any) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Step and rise in units of noise, units missing, over how many days, and the noise; products x days."""
    surplus = seen.unexcused - seen.expected
    spell = trailing_sums(surplus, SPELL_DAYS)
    noise = issues.noise(habits, seen.expected)
    spell_noise = issues.noise(habits, trailing_sums(seen.expected, SPELL_DAYS))
    # a spell counts on the days that make it: else one leak would be found again on the days after it
    lasting = (spell / spell_noise > surplus / noise) & (surplus >= SHARE_OF_THE_DAY * spell)
    own = seen.carried - issues.common(seen.carried / seen.typical, seen.typical) * seen.typical
    risen = np.maximum(rises(own, 1, LOOK_BACK_DAYS), rises(own, SPELL_DAYS, LOOK_BACK_DAYS))
    risen = risen - trailing_sums(seen.excused, SPELL_DAYS)
    up = (risen > 0) & (surplus > 0)
    step = np.where(lasting, spell / spell_noise, surplus / noise)
    return (
        np.where(up, step, -1.0),
        np.where(up & (surplus >= SHARE_OF_THE_DAY * risen), risen / spell_noise, -1.0),
        np.minimum(np.where(lasting, spell, surplus), np.maximum(risen, 0.0)),
        np.where(lasting, SPELL_DAYS, 1),
        np.where(lasting, spell_noise, noise),
    )


def _scores(step: Floats, rise: Floats, alone: Floats, parameters: Any) -> Floats:
    found = np.maximum(
        peaks_over_threshold.score(step, parameters["step"]), peaks_over_threshold.score(rise, parameters["rise"])
    )
    rare = np.where(alone > 0, -np.log(parameters["alone"]), 0.0)
    return np.where(found > 0, np.maximum(found - TWO_TESTS + rare, 0.0), 0.0)


def _peak(seen: StockIssues) -> Floats:
    """The most that attendants held of each product in 21 days, above the least."""
    before = seen.carried[:, -LOOK_BACK_DAYS - 1 : -1]
    return np.asarray(np.ptp(before, axis=1)) if before.size else np.zeros(len(seen.carried))


def _finding(row: Any, moment: Moment) -> Finding:
    missing, expected, peak = float(row["value"]), float(row["expected"]), float(row["peak"])
    # Where the floor store was low and has been filled up, the units may well stand there.
    reason = "leak_restocked" if row["restocked"] else "leak"
    return Finding(
        type="shrinkage",
        hotel_id=moment.hotel_id,
        entity_type="product",
        entity_id=int(row["entity_id"]),
        metric="stock_outflow",
        occurred_on=moment.date,
        reason=reason,
        severity=severity_of("shrinkage", reason, missing - expected),
        detector=Leak.spec.name,
        value=round(missing, 1),
        expected=round(expected, 1),
        lower=0.0,
        upper=round(float(row["upper"]), 1),
        score=round(float(row["score"]), 3),
        facts={
            "since": date.fromordinal(moment.day - int(row["days"]) + 1).isoformat(),
            "days": int(row["days"]),
            "usual_peak": round(peak, 1),
        },
    )
