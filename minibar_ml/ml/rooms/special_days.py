"""Checks that tell of a holiday's or an event's evening, and how much more or less they find than others."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

Evenings = frozenset[int]
"""Days (ordinals) whose evening is special."""
NONE: Evenings = frozenset()
ORDINARY_DAYS, SPECIAL_DAYS, SPECIAL_PRIOR_DAYS = 7, 2, 2
"""Least days of checks of either kind to tell holidays and events apart, and the ordinary days they are shrunk by."""


def special(found: "DataFrame", evenings: Evenings) -> NDArray[np.bool_]:
    """Which checks find what went on special evenings: at least half of the evenings since the check before were such.

    The check of a morning tells of the evening before it, so the morning after a holiday is special, and the holiday's
    own morning only as the end of its eve.
    """
    day, previous = (found[name].to_numpy(dtype=np.int64) for name in ("day", "previous_on"))
    if not len(found) or not evenings:
        return np.zeros(len(found), dtype=bool)
    first = int(previous.min())
    total = np.r_[0, np.cumsum(np.isin(np.arange(first, int(day.max())), list(evenings)))]
    nights = total[day - first] - total[previous - first]
    return np.asarray((nights > 0) & (2 * nights >= day - previous))


def told_apart(found: "DataFrame", evenings: Evenings, min_points: int) -> NDArray[np.bool_]:
    """The special checks, where they and the ordinary ones are enough to learn from apart; else none."""
    apart = special(found, evenings)
    enough = found["day"][apart].nunique() >= SPECIAL_DAYS and found["day"][~apart].nunique() >= ORDINARY_DAYS
    return apart if enough and np.sum(~apart) >= min_points else np.zeros(len(found), dtype=bool)


def level(days: int, units: Floats, mu: Floats) -> float:
    """What special checks of so many days found for one unit expected of ordinary ones, shrunk to 1 by two days."""
    thought = float(mu.sum())
    prior = SPECIAL_PRIOR_DAYS * thought / max(days, 1)
    return (float(units.sum()) + prior) / (thought + prior) if thought > 0 else 1.0
