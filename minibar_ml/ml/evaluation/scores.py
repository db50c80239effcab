"""A detector on held-out days with nothing decided yet, so that any share of any budget can be held against it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from minibar_ml.ml.evaluation.false_alerts import expected
from minibar_ml.ml.faults.injected import InjectedFaults
from minibar_ml.ml.faults.untouched import Untouched
from minibar_ml.ml.stats import thresholds

Z = 1.96
FAULTS = 1.0
"""Faults per 1,000 rooms and day that a precision assumes: nobody knows how many there really are."""


def precision(recall: float, false_alerts: float) -> float | None:
    """Share of true ones among the alerts, were there one fault per 1,000 rooms and day; None where none alerts."""
    raised = FAULTS * recall + false_alerts
    return FAULTS * recall / raised if raised > 0 else None


@dataclass(frozen=True, slots=True)
class FoldScores:
    """What one fold says of a detector, and what its threshold there is computed from."""

    injected: InjectedFaults
    untouched: Untouched
    room_days: int
    past: Any
    n_tests: float
    threshold_multiplier: float

    def threshold(self, share: float, budget: float) -> float:
        """The score that alerts, at a share of a budget."""
        return thresholds.threshold(share, budget, self.past, self.n_tests, self.threshold_multiplier)


@dataclass(frozen=True, slots=True)
class HoldoutScores:
    """The folds of one detector."""

    folds: tuple[FoldScores, ...]

    @property
    def faults(self) -> int:
        """How many faults were injected."""
        return sum(len(fold.injected.sizes) for fold in self.folds)

    def curve(self, share: float, budget: float) -> dict[float, float]:
        """Recall by size, in order of size."""
        sizes = np.concatenate([fold.injected.sizes for fold in self.folds])
        found = np.concatenate([fold.injected.found_at >= fold.threshold(share, budget) for fold in self.folds])
        return {float(size): float(found[sizes == size].mean()) for size in np.unique(sizes)}

    def recall(self, share: float, budget: float) -> float:
        """Share of the injected faults that alert; there must be some."""
        found = [int((fold.injected.found_at >= fold.threshold(share, budget)).sum()) for fold in self.folds]
        return sum(found) / self.faults

    def false_alerts(self, share: float, budget: float) -> float:
        """Expected false alerts per 1,000 rooms and day."""
        return self._per_room_day([expected(fold.untouched, fold.threshold(share, budget)) for fold in self.folds])

    def false_alerts_at_most(self, share: float, budget: float) -> float:
        """Alerts on the days as they were, per 1,000 rooms and day; the true ones are among them."""
        return self._per_room_day([fold.untouched.alerts(fold.threshold(share, budget)) for fold in self.folds])

    def accuracy(self, share: float, budget: float, recall: float | None = None) -> float:
        """Balanced accuracy, at the recall of all sizes or another."""
        false = sum(expected(fold.untouched, fold.threshold(share, budget)) for fold in self.folds)
        scored = max(sum(fold.untouched.scored for fold in self.folds), 1)
        return ((self.recall(share, budget) if recall is None else recall) + 1 - min(false / scored, 1.0)) / 2

    def margin(self, share: float, budget: float) -> float:
        """Half the 95 % confidence interval of the accuracy: half the recall's (Wilson's), faults of one row as one."""
        count, recall = max(sum(fold.injected.independent for fold in self.folds), 1), self.recall(share, budget)
        spread = np.sqrt(recall * (1 - recall) / count + Z**2 / (4 * count**2))
        return float(Z * spread / (1 + Z**2 / count)) / 2

    def _per_room_day(self, alerts: list[Any]) -> float:
        return 1000.0 * float(sum(alerts)) / max(sum(fold.room_days for fold in self.folds), 1)
