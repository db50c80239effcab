"""How long a level lasts: a forecast of daily demand turned into days, with probabilities.

Demand up to the n-th day is negative binomial around its expected sum M: variance = dispersion x M + M² x drift(n),
for the rate itself is only estimated and wanders. A stock is empty by day n with the probability that demand by then
reaches the level, so the quantiles of days left are those of that probability over n.
"""

import numpy as np

from minibar_ml.ml.stats import negative_binomial
from minibar_ml.ml.stats.panels import Floats

DRIFT, DRIFT_A_DAY = 0.002, 0.0015
HORIZON_DAYS = 90
LONGEST_DAYS = 365.0


def until_reached(cumulated: Floats, level: Floats) -> Floats:
    """Days, with fractions, until cumulated units (rows x days) reach each row's level; NaN where they never do.

    Use is spread evenly over a day; a level of 0 or less is reached at once.
    """
    reached = cumulated >= level[:, None]
    rows = np.arange(len(level))
    day = np.where(reached.any(axis=1), np.argmax(reached, axis=1), 0)
    before = np.where(day > 0, cumulated[rows, np.maximum(day - 1, 0)], 0.0)
    part = (level - before) / np.maximum(cumulated[rows, day] - before, 1e-12)
    days = np.where(level <= 0, 0.0, day + np.clip(part, 0.0, 1.0))
    return np.where(reached.any(axis=1) | (level <= 0), days, np.nan)


def expected_days(expected: Floats, level: Floats) -> Floats:
    """Days until the expected use (products x days, units a day) has taken the level; 365 at most.

    Beyond the days given, use goes on at their mean.
    """
    sums = expected.cumsum(axis=1)
    mean = expected.mean(axis=1)
    beyond = expected.shape[1] + (level - sums[:, -1]) / np.maximum(mean, 1e-12)
    days = until_reached(sums, level)
    return np.asarray(np.clip(np.where(np.isnan(days), beyond, days), 0.0, LONGEST_DAYS))


def empty_by(level: Floats, mean: Floats, dispersion: Floats, days: Floats) -> Floats:
    """Probability that demand with that mean, summed over so many days, reaches the level; all of one shape."""
    mean = np.maximum(mean, 1e-9)
    spread = dispersion * mean + mean**2 * (DRIFT + DRIFT_A_DAY * days)
    size = mean**2 / np.maximum(spread - mean, 1e-6 * mean)
    return negative_binomial.upper_tail(np.maximum(level, 0.0), mean, size)


def quantiles(
    expected: Floats, level: Floats, dispersion: Floats, probabilities: tuple[Floats, ...]
) -> tuple[Floats, ...]:
    """Days left that are undercut with each of the given probabilities (one a product); 365 at most.

    `expected`: products x days, units a day; `level`: units; `dispersion`: variance over mean of a day's units.
    """
    days = np.arange(1.0, expected.shape[1] + 1)
    means = expected.cumsum(axis=1)
    empty = empty_by(level[:, None], means, dispersion[:, None], np.broadcast_to(days, means.shape))
    return tuple(np.where(level <= 0, 0.0, _first(empty, probability)) for probability in probabilities)


def _first(empty: Floats, probability: Floats) -> Floats:
    """Days, with fractions, until the probability to be empty reaches this; 365 where it does not."""
    reached = empty >= probability[:, None]
    after = np.argmax(reached, axis=1)
    rows = np.arange(len(empty))
    high, low = empty[rows, after], np.where(after > 0, empty[rows, np.maximum(after - 1, 0)], 0.0)
    part = np.clip((probability - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
    return np.where(reached.any(axis=1), after + part, LONGEST_DAYS)
