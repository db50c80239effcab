"""Since when a product sells at another rate for good: one shift in counts, by likelihood ratio.

The split of the days into before and after is the one that makes two Poisson rates likeliest against one, its
likelihood ratio divided by the counts' over-dispersion (Chen & Gupta, Parametric Statistical Change Point Analysis,
2012, discrete models). And it must have lasted: a fault of a few days leaves others as they were before.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.stats.negative_binomial import Floats

LEAST_BEFORE, LEAST_AFTER = 7, 10
"""Days on either side. Wherever a fault of four days lies in ten, it leaves three that are as before."""
SOME_DAYS = 3
LEAST_FACTOR = 1.4
SURE = 25.0
"""Twice the log likelihood ratio that is asked for; chance exceeds it once in 1.7 million (chi-square, one degree)."""


def since(counts: Floats, exposure: Floats, dispersion: float) -> NDArray[np.int64]:
    """The row from which each column has its present rate; 0 where it has had it all along.

    `counts` and `exposure` are days x products; `dispersion` is 1 / size of the negative binomial of a day's count.
    """
    days, products = counts.shape
    splits = np.arange(LEAST_BEFORE, days - LEAST_AFTER + 1)
    if not len(splits):
        return np.zeros(products, dtype=np.int64)
    ratio = np.array([_likelihood_ratio(counts, exposure, split) for split in splits])
    best, every = ratio.argmax(axis=0), np.arange(products)
    split = splits[best]
    sure = ratio[best, every] / (1 + dispersion * counts.mean(axis=0)) >= SURE
    return np.where(sure & _lasts(counts, exposure, split), split, 0)


def _rates(counts: Any, exposure: Any) -> Floats:
    # Half a unit, so that a product that is gone for good has a logarithm.
    return np.asarray((counts + 0.5) / np.maximum(exposure, 1.0))


def _likelihood_ratio(counts: Floats, exposure: Floats, split: int) -> Floats:
    """Twice the log likelihood ratio of two rates against one, of each column."""
    parts = [(side.sum(axis=0), seen.sum(axis=0)) for side, seen in _halves(counts, exposure, split)]
    whole = _rates(counts.sum(axis=0), exposure.sum(axis=0))
    return np.asarray(2 * sum(taken * np.log(_rates(taken, seen) / whole) for taken, seen in parts))


def _halves(counts: Floats, exposure: Floats, split: int) -> list[tuple[Floats, Floats]]:
    return [(counts[:split], exposure[:split]), (counts[split:], exposure[split:])]


def _lasts(counts: Floats, exposure: Floats, split: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the rate differs enough, and in each three days since is nearer to the new one than to the old."""
    day = np.arange(len(counts))[:, None]

    def log_rate(days: Any) -> Floats:
        return np.log(_rates((counts * days).sum(axis=0), (exposure * days).sum(axis=0)))

    before, after = log_rate(day < split), log_rate(day >= split)
    lasts = np.abs(after - before) >= np.log(LEAST_FACTOR)
    for first in range(LEAST_BEFORE, len(counts) - SOME_DAYS + 1):
        some = log_rate((day >= first) & (day < first + SOME_DAYS))
        lasts &= (first < split) | (np.abs(some - after) < np.abs(some - before))
    return np.asarray(lasts)
