"""Isolation Forest over the rows that a statistical detector has scored: how odd each is, all figures together.

Alone it is weak on faults of a single figure (docs/algorithms.md); it is for odd combinations. Its features are
residuals, not raw counts: how far off, how far off in proportion, and what else the detector saw (its `x_` columns).
The detector's score is not one of them, so that both stay independent. It raises no alert: it confirms one, and names
the oddest feature.

Liu, Ting & Zhou, Isolation Forest, ICDM 2008.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from minibar_ml.ml.contract import Parameters, TooLittle
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

TREES, SAMPLE, SEED = 100, 256, 20260101
GRID = np.linspace(0.0, 1.0, 1001)
MOST_ROWS = 20_000
AGREES = 0.99
"""Share of ordinary rows that must look less odd for the forest to confirm a finding."""


OF_THE_VALUE = ("difference", "ratio")
"""The features that only repeat the detector: how far the value is off."""


def features(scores: "DataFrame") -> tuple[Floats, list[str]]:
    """Rows x features of a detector's scores, all finite."""
    value, expected = (scores[name].to_numpy(dtype=float) for name in ("value", "expected"))
    columns: dict[str, Any] = {
        "difference": np.sqrt(np.maximum(value, 0)) - np.sqrt(np.maximum(expected, 0)),
        "ratio": np.log((np.maximum(value, 0) + 1) / (np.maximum(expected, 0) + 1)),
    }
    columns |= {name[2:]: scores[name].to_numpy(dtype=float) for name in scores.columns if str(name).startswith("x_")}
    return np.nan_to_num(np.column_stack(list(columns.values()))), list(columns)


def fit(scores: "DataFrame", min_points: int) -> Parameters | TooLittle:
    """Learn what ordinary rows look like; equal input gives an equal forest."""
    from sklearn.ensemble import IsolationForest

    if len(scores) < min_points:
        return TooLittle(len(scores), min_points, "scored rows")
    rows, names = features(scores)
    rows = rows[:: max(len(rows) // MOST_ROWS, 1)]
    trees = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(rows)), random_state=SEED).fit(rows)
    middle = np.median(rows, axis=0)
    spread = np.maximum(np.quantile(np.abs(rows - middle), 0.95, axis=0), 1e-6)
    usual = np.quantile(-trees.score_samples(rows), GRID)
    return {"forest": trees, "names": names, "usual": usual, "middle": middle, "spread": spread}


def percentile(scores: "DataFrame", forest: Parameters) -> Floats:
    """Share of ordinary rows that look less odd than each row; 0..1."""
    if not len(scores):
        return np.zeros(0)
    rows, _ = features(scores)
    return np.asarray(np.interp(-forest["forest"].score_samples(rows), forest["usual"], GRID))


def oddest_features(scores: "DataFrame", forest: Parameters) -> list[str | None]:
    """What is oddest about each row besides how far off it is; None where nothing is odder than in 95 % of rows.

    Odd is far from the middle, in units of its usual spread.
    """
    rows, names = features(scores)
    others = [i for i, name in enumerate(names) if name not in OF_THE_VALUE]
    if not others:
        return [None] * len(rows)
    far = (np.abs(rows - forest["middle"]) / forest["spread"])[:, others]
    oddest = np.argmax(far, axis=1)
    is_odd = far[np.arange(len(rows)), oddest] > 1
    return [names[others[i]] if odd else None for i, odd in zip(oddest, is_odd, strict=True)]
