"""Days on which far more of a product leaves the warehouse than its usage pattern knows, issued or written off."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.faults.products import write_off
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import peaks_over_threshold, thresholds
from minibar_ml.ml.stats.panels import Floats, room_days
from minibar_ml.ml.stock import issues
from minibar_ml.ml.stock.issues import StockIssues

if TYPE_CHECKING:
    from pandas import DataFrame

DAYS_OF_USE = 2.0
LEAST_SPREAD = 0.25
LARGEST_USUAL = 0.95
USUAL_SCALE = 0.5
PSEUDO_DAYS = 5
PSEUDO_ISSUES = 10
USUAL_WRITE_OFF = 2.0


class StockOutflow:
    """Robust z-scores of the logarithm of a day's issues, and an exponential tail of write-offs.

    Issues are lumpy, so days without one say nothing and each product is held against its own issue days: median and
    MAD (Iglewicz & Hoaglin, How to Detect and Handle Outliers, 1993) with a floor, spreads shrunk to the hotel's; what
    the day's common factor explains is granted. Too little is never an alert: not to draw today is ordinary.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="stock_outflow",
        metric="stock_outflow",
        types=("stock_anomaly",),
        reasons={"outflow_high": "goods", "write_off_high": "goods"},
        reads=issues.READS,
        learns_from="outflow",
        share=0.03,
        explained_by={"outflow_high": ("leak", "leak_restocked")},
        inject=write_off,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn the usual issue of each product, its spread, and how often and how much is written off."""
        known = issues.known(past)
        if isinstance(known, TooLittle):
            return known
        seen = known.issues
        informative = issues.informative(seen)
        points = int(informative.sum())
        if points < min_points:
            return TooLittle(points, min_points, "days of issues of a product")
        learned: dict[str, Any] = {**known.habits, **_usual_issues(seen.issued), **_write_offs(seen.written_off)}
        z = _strangeness(seen, learned)
        learned["tail"] = peaks_over_threshold.fit(z[informative], USUAL_SCALE)
        scores = peaks_over_threshold.without_faults(peaks_over_threshold.score(z[informative], learned["tail"]))
        checks = room_days(past.rooms, known.days)
        return {**learned, "past": thresholds.history(scores, checks), "n_tests": points / checks}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a product that something left on the day; `floor` is the units by which it must be off."""
        import pandas as pd

        seen = issues.read(frames, parameters, moment.day, moment.is_complete)
        issued, written_off = seen.issued[:, -1], seen.written_off[:, -1]
        by_issue = peaks_over_threshold.score(_strangeness(seen, parameters)[:, -1], parameters["tail"])
        by_write_off = _rarity(written_off, parameters)
        usual, most = _expected(seen, parameters)[:, -1], np.maximum(parameters["largest"], seen.expected[:, -1])
        as_write_off = by_write_off > by_issue
        found = pd.DataFrame(
            {
                "entity_id": parameters["products"],
                "value": np.where(as_write_off, written_off, issued),
                "expected": np.where(as_write_off, parameters["write_off"], usual),
                "lower": 0.0,
                "upper": np.where(as_write_off, 3 * parameters["write_off"], np.maximum(most, usual)),
                "score": np.maximum(by_issue, by_write_off),
                "floor": np.maximum(parameters["case"], DAYS_OF_USE * seen.use[:, -1]),
                "excused": np.where(as_write_off, 0.0, seen.excused[:, -1]),
                "written_off": written_off,
                "is_write_off": as_write_off,
            }
        )
        return found[issued + written_off > 0]

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Products beyond the threshold, 30 % and a case (or two days' use) over, and over the largest usual day."""
        least = self.spec.threshold(parameters, limits)
        unexcused = scores["value"] - scores["excused"]
        off = unexcused - scores["expected"]
        picked = scores[
            (scores["score"] >= least)
            & (off >= scores["floor"])
            & (off >= limits.stock_deviation * scores["expected"])
            & (unexcused > scores["upper"])
        ]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def _usual_issues(issued: Floats) -> dict[str, Floats]:
    """By product: median, spread of the logarithm (MAD, shrunk by ten issues to the hotel's), largest usual issue."""
    count = (issued > 0).sum(axis=1)
    median, largest, spread = np.ones(len(issued)), np.ones(len(issued)), np.full(len(issued), np.nan)
    some = count > 0
    if some.any():
        sizes = np.where(issued[some] > 0, issued[some], np.nan)
        median[some], largest[some] = np.nanquantile(sizes, [0.5, LARGEST_USUAL], axis=1)
        spread[some] = 1.4826 * np.nanmedian(np.abs(np.log(sizes / median[some, None])), axis=1)
    pooled = max(float(np.median(spread[some])), LEAST_SPREAD) if some.any() else LEAST_SPREAD
    shrunk = (count * np.nan_to_num(spread) + PSEUDO_ISSUES * pooled) / (count + PSEUDO_ISSUES)
    return {"median": median, "spread": np.maximum(shrunk, LEAST_SPREAD), "largest": largest}


def _write_offs(written_off: Floats) -> dict[str, float]:
    """Share of product-days with a write-off, and its usual units; the highest tenth counts as its lower end."""
    sizes = written_off[written_off > 0]
    if len(sizes):
        sizes = np.minimum(sizes, np.quantile(sizes, 0.9))
    share = (len(sizes) + 1) / (written_off.size + PSEUDO_DAYS)
    usual = (float(sizes.sum()) + PSEUDO_DAYS * USUAL_WRITE_OFF) / (len(sizes) + PSEUDO_DAYS)
    return {"write_off_share": min(share, 1.0), "write_off": usual}


def _expected(seen: StockIssues, learned: Any) -> Floats:
    """The usual issue, or what the day's common factor explains if that is more."""
    return np.asarray(np.maximum(learned["median"][:, None], seen.expected))


def _strangeness(seen: StockIssues, learned: Any) -> Floats:
    ratio = np.log(np.maximum(seen.unexcused, 1e-9) / _expected(seen, learned))
    return np.asarray(ratio / learned["spread"][:, None])


def _rarity(written_off: Floats, learned: Any) -> Floats:
    beyond = np.maximum(written_off - 1, 0) / learned["write_off"] - np.log(learned["write_off_share"])
    return np.where(written_off > 0, beyond, 0.0)


def _finding(row: Any, moment: Moment) -> Finding:
    value, expected = float(row["value"]), float(row["expected"])
    reason = "write_off_high" if row["is_write_off"] else "outflow_high"
    return Finding(
        type="stock_anomaly",
        hotel_id=moment.hotel_id,
        entity_type="product",
        entity_id=int(row["entity_id"]),
        metric="stock_outflow",
        occurred_on=moment.date,
        reason=reason,
        severity=severity_of("stock_anomaly", reason, value - float(row["excused"]) - expected),
        detector=StockOutflow.spec.name,
        value=value,
        expected=round(expected, 1),
        lower=0.0,
        upper=round(float(row["upper"]), 1),
        score=round(float(row["score"]), 3),
        facts={"written_off": float(row["written_off"])} if row["written_off"] else {},
    )
