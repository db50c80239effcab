"""Tail probabilities of the negative binomial, by mean and size, on whole arrays.

Size r and mean m: variance m + m^2 / r; the Poisson is r -> infinity (Cameron & Trivedi, Regression Analysis of Count
Data, 2013, ch. 3). Tails are regularised incomplete beta functions, exact where 1 - cdf would cancel.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
SMALLEST = 1e-300


def upper_tail(count: Any, mean: Any, size: Any) -> Floats:
    """P(Y >= count); 1 where count <= 0."""
    count, mean, size = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (count, mean, size)))
    tail = special.betainc(np.maximum(count, 1e-12), size, mean / (mean + size))
    return np.asarray(np.where(count <= 0, 1.0, np.maximum(tail, SMALLEST)), dtype=float)


def lower_tail(count: Any, mean: Any, size: Any) -> Floats:
    """P(Y <= count)."""
    count, mean, size = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (count, mean, size)))
    tail: Any = special.betainc(size, np.maximum(count, 0.0) + 1.0, size / (mean + size))
    return np.asarray(np.maximum(tail, SMALLEST))


def quantile(probability: float, mean: Any, size: Any) -> Floats:
    """The smallest count with P(Y <= count) >= probability."""
    mean, size = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(size, dtype=float))
    found = special.nbdtrik(probability, size, size / (mean + size))
    # nbdtrik gives NaN where even a count of 0 is beyond the probability.
    return np.asarray(np.ceil(np.nan_to_num(np.maximum(found, 0.0), nan=0.0)))


def over_dispersion(counts: Floats, means: Floats, least: float = 0.005) -> float:
    """Method-of-moments 1 / size of counts around known means; never below `least`."""
    expected = float(np.sum(means**2))
    if expected <= 0:
        return least
    return max(float(np.sum((counts - means) ** 2 - means)) / expected, least)
