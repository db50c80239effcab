"""A detector on held-out days with nothing decided yet, so that any share of any budget can be held against it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from minibar_ml.ml.evaluation.false_alerts import Untouched, expected
from minibar_ml.ml.evaluation.injected_faults import InjectedFaults
from minibar_ml.ml.stats import thresholds

Z = 1.96
FAULTS = 1.0
"""Faults per 1,000 rooms and day that a precision is told for: how many there really are nobody knows."""


def precision(recall: float, false_alerts: float) -> float | None:
    """Share of true ones among the alerts, were there one fault per 1,000 rooms and day; None where none alerts."""
    raised = FAULTS * recall + false_alerts
    return FAULTS * recall / raised if raised > 0 else None


@dataclass(frozen=True, slots=True)
class Part:
    """What one block says of a detector, and what its threshold there comes of."""

    trials: InjectedFaults
    untouched: Untouched
    room_days: int
    past: Any
    tests: float
    threshold_multiplier: float

    def threshold(self, share: float, budget: float) -> float:
        """The score that alerts, at a share of a budget."""
        return thresholds.threshold(share, budget, self.past, self.tests, self.threshold_multiplier)


@dataclass(frozen=True, slots=True)
class HoldoutScores:
    """The blocks of one detector."""

    parts: tuple[Part, ...]

    @property
    def faults(self) -> int:
        """How many faults were injected."""
        return sum(len(part.trials.sizes) for part in self.parts)

    def curve(self, share: float, budget: float) -> dict[float, float]:
        """Recall by size, in order of size."""
        sizes = np.concatenate([part.trials.sizes for part in self.parts])
        found = np.concatenate([part.trials.found_at >= part.threshold(share, budget) for part in self.parts])
        return {float(size): float(found[sizes == size].mean()) for size in np.unique(sizes)}

    def recall(self, share: float, budget: float) -> float:
        """Share of the injected faults that alert; there must be some."""
        found = [int((part.trials.found_at >= part.threshold(share, budget)).sum()) for part in self.parts]
        return sum(found) / self.faults

    def false_alerts(self, share: float, budget: float) -> float:
        """Expected false alerts per 1,000 rooms and day."""
        return self._per_room_day([expected(part.untouched, part.threshold(share, budget)) for part in self.parts])

    def false_alerts_at_most(self, share: float, budget: float) -> float:
        """Alerts on the days as they were, per 1,000 rooms and day; the true ones are among them."""
        return self._per_room_day([part.untouched.alerts(part.threshold(share, budget)) for part in self.parts])

    def accuracy(self, share: float, budget: float, recall: float | None = None) -> float:
        """Balanced accuracy, at the recall of all sizes or another."""
        false = sum(expected(part.untouched, part.threshold(share, budget)) for part in self.parts)
        judged = max(sum(part.untouched.judged for part in self.parts), 1)
        return ((self.recall(share, budget) if recall is None else recall) + 1 - min(false / judged, 1.0)) / 2

    def margin(self, share: float, budget: float) -> float:
        """Half the 95 % confidence interval of the accuracy: half the recall's (Wilson's), faults of one row as one."""
        count, recall = max(sum(part.trials.independent for part in self.parts), 1), self.recall(share, budget)
        spread = np.sqrt(recall * (1 - recall) / count + Z**2 / (4 * count**2))
        return float(Z * spread / (1 + Z**2 / count)) / 2

    def _per_room_day(self, alerts: list[Any]) -> float:
        return 1000.0 * float(sum(alerts)) / max(sum(part.room_days for part in self.parts), 1)
