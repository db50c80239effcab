"""How one hotel's budget of false alerts is best split over its detectors.

A detector that reaches the wanted accuracy with less than its share gives the rest away, as long as it then finds what
it found before; who misses the wanted accuracy takes, a little at a time, where it raises balanced accuracy most. The
sum never grows: the budget is the hotel's, and no accuracy is bought beyond it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from minibar_ml.ml.detectors import shares as usual_shares
from minibar_ml.ml.evaluation.quality import Quality, quality
from minibar_ml.ml.evaluation.scores import HoldoutScores

SMALLER = tuple(0.8**power for power in range(1, 7))
"""Parts of its share that a detector tries to do with, largest first; a quarter is the least."""
PORTIONS = 8
LEAST_GAIN = 1e-4


@dataclass(frozen=True, slots=True)
class Allocation:
    """The usual shares of the budget and those that were found, and each measured detector's figures with either."""

    usual: Mapping[str, float]
    shares: Mapping[str, float]
    before: Mapping[str, Quality]
    after: Mapping[str, Quality]

    @property
    def moved(self) -> bool:
        """Whether any share is not the usual one."""
        return self.shares != self.usual


def tune(measured: Mapping[str, HoldoutScores], budget: float, wanted: float) -> Allocation:
    """Move shares from detectors that need less to those below the wanted accuracy; the usual shares if none does.

    Measured detectors without a fault to find keep theirs. The same input gives the same split.
    """
    tried = {name: found for name, found in measured.items() if found.faults}
    usual = usual_shares()
    shares = dict(usual)
    takers = [name for name, found in tried.items() if found.accuracy(usual[name], budget) < wanted]
    if takers:
        for name in tried.keys() - set(takers):
            shares[name] = _enough(tried[name], usual[name], budget, wanted)
        spare = sum(usual.values()) - sum(shares.values())
        left = _grant(tried, takers, shares, spare, budget)
        if left == spare:
            shares = dict(usual)
    before, after = (
        {name: quality(found, split[name], budget, wanted) for name, found in measured.items()}
        for split in (usual, shares)
    )
    return Allocation(usual, shares, before, after)


def _enough(found: HoldoutScores, share: float, budget: float, wanted: float) -> float:
    """The smallest part of a share with which a detector finds what it finds with all of it, and stays accurate."""
    recall = found.recall(share, budget)
    enough = share
    for part in SMALLER:
        smaller = share * part
        if found.recall(smaller, budget) < recall or found.accuracy(smaller, budget) < wanted:
            break
        enough = smaller
    return enough


def _grant(
    tried: Mapping[str, HoldoutScores], takers: list[str], shares: dict[str, float], spare: float, budget: float
) -> float:
    """Give the spare share away in portions, each where it gains most; returns what is left over.

    Stops where nothing is gained, or where the false alerts that are to be expected come to the budget.
    """
    portion, left = spare / PORTIONS, spare
    for _ in range(PORTIONS):
        gains = {
            name: tried[name].accuracy(shares[name] + portion, budget) - tried[name].accuracy(shares[name], budget)
            for name in takers
        }
        best = max(gains, key=lambda name: gains[name])
        tried_out = shares | {best: shares[best] + portion}
        if gains[best] < LEAST_GAIN or _false_alerts(tried, tried_out, budget) > budget:
            break
        shares |= tried_out
        left -= portion
    return left


def _false_alerts(tried: Mapping[str, HoldoutScores], shares: Mapping[str, float], budget: float) -> float:
    return sum(found.false_alerts(shares[name], budget) for name, found in tried.items())
