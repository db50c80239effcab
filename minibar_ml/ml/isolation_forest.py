"""Isolation Forest as a second opinion on what a statistical detector has scored.

Alone it is weak on faults of a single figure (docs/algorithms.md); its case is an odd combination. It reads residual
features, not raw counts: how far off, how far off in proportion, and what else the detector saw (its `x_` columns). Not
how improbable the detector thinks it: that opinion would be the detector's own. It raises nothing by itself; it
confirms, and names what else it found odd.

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
"""Share of ordinary rows that must look less odd for the forest to be said to agree."""


OF_THE_VALUE = ("difference", "ratio")
"""The features that say only what the detector says too: how far the value is off."""


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
    forest = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(rows)), random_state=SEED).fit(rows)
    middle = np.median(rows, axis=0)
    spread = np.maximum(np.quantile(np.abs(rows - middle), 0.95, axis=0), 1e-6)
    usual = np.quantile(-forest.score_samples(rows), GRID)
    return {"forest": forest, "names": names, "usual": usual, "middle": middle, "spread": spread}


def percentile(scores: "DataFrame", opinion: Parameters) -> Floats:
    """Share of ordinary rows that look less odd than each row; 0..1."""
    if not len(scores):
        return np.zeros(0)
    rows, _ = features(scores)
    return np.asarray(np.interp(-opinion["forest"].score_samples(rows), opinion["usual"], GRID))


def oddest_features(scores: "DataFrame", opinion: Parameters) -> list[str | None]:
    """What is oddest about each row beside how far off it is; None where nothing is odder than in 95 % of rows.

    Odd is far from the middle, in units of its usual spread.
    """
    rows, names = features(scores)
    beside = [i for i, name in enumerate(names) if name not in OF_THE_VALUE]
    if not beside:
        return [None] * len(rows)
    far = (np.abs(rows - opinion["middle"]) / opinion["spread"])[:, beside]
    oddest = np.argmax(far, axis=1)
    is_odd = far[np.arange(len(rows)), oddest] > 1
    return [names[beside[i]] if odd else None for i, odd in zip(oddest, is_odd, strict=True)]
