"""Held-out days as they were, without an injected fault: which thresholds would have alerted on them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

    from minibar_ml.ml.contract import Detector
    from minibar_ml.ml.evaluation.holdout import Fold


@dataclass(frozen=True, slots=True)
class Untouched:
    """What held-out days as they were would alert on: thresholds in (low, high] raise one alert each.

    `least` is the lowest score that the detector ever alerts on; `rows` are what a forest sees; `scored` counts rows.
    """

    low: Floats
    high: Floats
    least: float
    scored: int
    rows: "DataFrame"

    def alerts(self, threshold: float) -> int:
        """How many alerts a threshold raises on these days."""
        return int(((self.low < threshold) & (threshold <= self.high)).sum())


def by_day(detector: "Detector", fold: "Fold") -> Untouched:
    """Each day of a fold scored as `detect` would."""
    import pandas as pd

    frames = fold.seen(detector)
    scored = [fold.score(detector, frames, day) for day in fold.days]
    return by_entity(detector, fold, pd.concat([rows for rows in scored if len(rows)] or scored[:1], ignore_index=True))


def by_entity(detector: "Detector", fold: "Fold", rows: "DataFrame") -> Untouched:
    """Scored rows of a fold: an entity's highest score that can alert is one alert."""
    import pandas as pd

    due = pd.Series(fold.due(detector, rows)).groupby(rows["entity_id"].to_numpy()).max()
    high = np.asarray(due[due > -np.inf], dtype=float)
    return Untouched(np.full(len(high), -np.inf), high, 0.0, len(rows), rows)
