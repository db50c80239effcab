"""How wide a hotel's intervals must be, learned from its own past: split conformal prediction on probabilities.

On past days, how long some stocks did last is compared with the distribution that the forecast of those days gives.
Where too many lasted less long than its P10, the lower side is too narrow. The side's width is multiplied by what the
past asks for, in normal spreads, pooled over products, each side by itself (split conformal quantile regression:
Romano, Patterson & Candès 2019; on probabilities: Chernozhukov, Wüthrich & Zhu 2021).
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from minibar_ml.ml.forecasting.days_left import empty_by, until_reached
from minibar_ml.ml.forecasting.rates import WEEK, Rates
from minibar_ml.ml.stats.panels import Floats

OUTSIDE = 0.10
LEVEL_DAYS = (2.0, 4.0, 7.0, 10.0)
FIRST_ORIGIN, ORIGIN_STEP = 27, 2
ROOM_FOR_LATER = 1.6
PSEUDO_WEEKS = 4.0
USUAL = (1.0, 1.0)
LIMITS = (0.6, 2.5)
FARTHEST = 4.0


@dataclass(frozen=True, slots=True)
class Widths:
    """Factors on the normal spreads of the lower and the upper side, and how many past cases they were learned from."""

    lower: float = USUAL[0]
    upper: float = USUAL[1]
    cases: int = 0

    def probabilities(self) -> tuple[float, float]:
        """The nominal probabilities whose quantiles are the calibrated P10 and P90."""
        normal = float(special.ndtri(1 - OUTSIDE))
        return float(special.ndtr(-normal * self.lower)), float(special.ndtr(normal * self.upper))


def calibrate(used: Floats, rates: Rates, first: int, dispersion: Floats) -> Widths:
    """The widths that a window's own days ask for; `used` is products x days from the ordinal `first`, NaN unseen.

    The fewer weeks there are to learn from, the nearer to what is usual: four pseudo-weeks of that.
    """
    origins = range(FIRST_ORIGIN, used.shape[1] - int(LEVEL_DAYS[0]), ORIGIN_STEP)
    found = [_spreads(used, rates, first, dispersion, origin) for origin in origins]
    spreads = np.concatenate(found) if found else np.zeros(0)
    if not len(spreads):
        return Widths()
    weeks = len(origins) * ORIGIN_STEP / WEEK
    normal = float(special.ndtri(1 - OUTSIDE))
    lower, upper = np.quantile(spreads, [OUTSIDE, 1 - OUTSIDE]) / normal
    return Widths(_shrunk(-lower, USUAL[0], weeks), _shrunk(upper, USUAL[1], weeks), len(spreads))


def _shrunk(asked: float, usual: float, weeks: float) -> float:
    asked = float(np.clip(asked, *LIMITS))
    return (weeks * asked + PSEUDO_WEEKS * usual) / (weeks + PSEUDO_WEEKS)


def _spreads(used: Floats, rates: Rates, first: int, dispersion: Floats, origin: int) -> Floats:
    """How far, in normal spreads, levels lasted longer (+) or shorter (-) than forecast on one past day."""
    actual = used[:, origin + 1 :]
    ahead = actual.shape[1]
    rows = np.flatnonzero((rates.after[:, origin] > 0) & np.isfinite(actual).all(axis=1))
    after = rates.after[rows, origin]
    expected = after[:, None] * rates.profile(first + origin + 1, ahead)
    sums = np.concatenate([np.zeros((len(rows), 1)), expected.cumsum(axis=1)], axis=1)
    found = []
    for days in LEVEL_DAYS:
        if days * ROOM_FOR_LATER > ahead:
            continue
        level = np.ceil(after * days)
        lasted = until_reached(actual[rows].cumsum(axis=1), level)
        known = np.isfinite(lasted)
        at = np.where(known, lasted, 0.0)
        whole = np.minimum(at.astype(np.int64), ahead - 1)
        row = np.arange(len(rows))
        mean = sums[row, whole] + (at - whole) * expected[row, whole]
        spread = special.ndtri(np.clip(empty_by(level, mean, dispersion[rows], at), 1e-9, 1 - 1e-9))
        found.append(np.where(known, np.clip(spread, -FARTHEST, FARTHEST), FARTHEST))
    return np.concatenate(found) if found else np.zeros(0)
