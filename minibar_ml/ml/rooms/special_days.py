"""Checks that find what went on the evening of a holiday or event, and how much more or less that is than usual."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

SpecialDays = frozenset[int]
"""Days (ordinals) whose evening is special."""
NONE: SpecialDays = frozenset()
ORDINARY_DAYS, SPECIAL_DAYS, SPECIAL_PRIOR_DAYS = 7, 2, 2
"""Least days of checks of either kind to learn holidays and events from, and the ordinary days they are shrunk by."""


def is_special(found: "DataFrame", special_days: SpecialDays) -> NDArray[np.bool_]:
    """Which checks find what went on special evenings: at least half of those since the check before were special.

    A check in the morning finds what went the evening before, so the morning after a holiday is special; the holiday's
    own morning is so only as the end of its eve.
    """
    day, previous = (found[name].to_numpy(dtype=np.int64) for name in ("day", "previous_on"))
    if not len(found) or not special_days:
        return np.zeros(len(found), dtype=bool)
    first = int(previous.min())
    total = np.r_[0, np.cumsum(np.isin(np.arange(first, int(day.max())), list(special_days)))]
    nights = total[day - first] - total[previous - first]
    return np.asarray((nights > 0) & (2 * nights >= day - previous))


def separable(found: "DataFrame", special_days: SpecialDays, min_points: int) -> NDArray[np.bool_]:
    """The special checks, where they and the ordinary ones are enough to learn from apart; else none."""
    apart = is_special(found, special_days)
    enough = found["day"][apart].nunique() >= SPECIAL_DAYS and found["day"][~apart].nunique() >= ORDINARY_DAYS
    return apart if enough and np.sum(~apart) >= min_points else np.zeros(len(found), dtype=bool)


def special_factor(days: int, units: Floats, mu: Floats) -> float:
    """What special checks of so many days found for one unit expected of ordinary ones, shrunk to 1 by two days."""
    thought = float(mu.sum())
    prior = SPECIAL_PRIOR_DAYS * thought / max(days, 1)
    return (float(units.sum()) + prior) / (thought + prior) if thought > 0 else 1.0
