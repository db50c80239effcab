"""How good a forest is: on a detector's own faults, and on combinations that no single test sees.

A forest may alert on one row in 1,000. What it is for are room-days whose single figures are each ordinary but odd
together: more refilled than consumed, many products for the units found, more visits than usual.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.ml import isolation_forest
from minibar_ml.ml.contract import Detector, TooLittle
from minibar_ml.ml.evaluation.holdout import Fold
from minibar_ml.ml.evaluation.scores import FoldScores, precision
from minibar_ml.ml.stats.negative_binomial import Floats

ALERTS = 0.999
MOST_ROWS = 1000
ODD_ROWS, ORDINARY = 300, 0.98


@dataclass(frozen=True, slots=True)
class ForestQuality:
    """A forest at one alert in 1,000 rows: recall, precision (at one fault per 1,000 rooms and
    day) and balanced accuracy on the detector's injected faults, alerts on
    the days as they were per 1,000 rooms and day (true ones among them), and the recall of odd combinations by forest
    and by statistics; None where none can be made."""

    faults: int
    recall: float
    precision: float | None
    accuracy: float
    false_alerts_at_most: float
    odd_rows: int
    odd_recall: float | None
    odd_recall_of_statistics: float | None


def measure(
    detector: Detector, fold: Fold, scores: FoldScores, threshold: float, rng: np.random.Generator
) -> ForestQuality | None:
    """The figures of a detector's forest in one fold; None where there is no forest or nothing to measure it on.

    `threshold` is the score at which the statistics alert.
    """
    forest, clean = fold.fitted.forests.get(detector.spec.name), scores.untouched.rows
    faulty = scores.injected.rows
    if forest is None or isinstance(forest, TooLittle) or not len(clean) or not len(faulty):
        return None

    def flags(rows: pd.DataFrame) -> Floats:
        return np.asarray(isolation_forest.percentile(rows, forest) >= ALERTS, dtype=float)

    false, found = flags(clean), flags(_some(faulty, MOST_ROWS, rng))
    odd = _odd_together(_some(clean, ODD_ROWS, rng), clean)
    at_most = 1000.0 * float(false.sum()) / fold.room_days
    return ForestQuality(
        faults=len(found),
        recall=float(found.mean()),
        precision=precision(float(found.mean()), at_most),
        accuracy=float(found.mean() + 1 - false.mean()) / 2,
        false_alerts_at_most=at_most,
        odd_rows=len(odd),
        odd_recall=float(flags(odd).mean()) if len(odd) else None,
        odd_recall_of_statistics=float((fold.due(detector, odd) >= threshold).mean()) if len(odd) else None,
    )


def _some(rows: pd.DataFrame, most: int, rng: np.random.Generator) -> pd.DataFrame:
    return rows.iloc[np.sort(rng.permutation(len(rows))[:most])]


def _odd_together(rows: pd.DataFrame, clean: pd.DataFrame) -> pd.DataFrame:
    """Rows whose every side figure is one that one ordinary row in fifty shows; none where fewer than two vary."""
    side = [name for name in clean.columns if str(name).startswith("x_")]
    high = {name: _high(clean[name].to_numpy(dtype=float)) for name in side}
    varied = {name: value for name, value in high.items() if value is not None}
    return rows.assign(**varied) if len(varied) > 1 else rows.iloc[:0]


def _high(figures: Floats) -> float | None:
    """The smallest figure that is rarer than one row in fifty, and occurs; None where none does."""
    above = figures[figures > np.quantile(figures, ORDINARY)]
    return float(above.min()) if len(above) else None
