"""How many false alerts are to be expected, from held-out days whose faults nobody has marked.

What exceeds a threshold on real days is false alerts and true faults together: counted, it is an upper bound, and a
rough one, since it is a handful. The body of the scores has many more and hardly any faults: the count above a point a
few nats below the threshold is extrapolated along an exponential tail (peaks over threshold with shape 0: Coles, An
Introduction to Statistical Modeling of Extreme Values, 2001, ch. 4). A score is -ln of a probability, so by theory the
tail falls with rate 1 a nat; the rate is fitted to the scores between that point and the threshold and shrunk to 1.
"""

import numpy as np

from minibar_ml.ml.faults.untouched import Untouched
from minibar_ml.ml.stats.negative_binomial import Floats

BELOW = 3.0
"""Nats below the threshold at which the body begins: there are 20 times as many ordinary scores as above."""
RATES = np.geomspace(0.4, 2.5, 43)
PSEUDO_SCORES = 20.0
"""What theory's rate of 1 counts for, in scores."""


def expected(untouched: Untouched, threshold: float) -> float:
    """Alerts to be expected of ordinary days at a threshold."""
    base = max(threshold - BELOW, untouched.least)
    width = threshold - base
    if width <= 0:
        return float(untouched.alerts(threshold))
    between = untouched.high[(untouched.low < base) & (untouched.high >= base) & (untouched.high < threshold)] - base
    # half a score more, or what theory has if that is less, so that an empty body is not taken for a proof
    unseen = min(0.5, untouched.scored * float(np.exp(-base)))
    return (untouched.alerts(base) + unseen) * float(np.exp(-_rate(between, width) * width))


def _rate(peaks: Floats, width: float) -> float:
    """How fast the tail falls, by truncated exponential likelihood with theory's pseudo-scores."""
    count, total = len(peaks), float(peaks.sum())
    seen = count * np.log(RATES) - RATES * total - count * np.log(-np.expm1(-RATES * width))
    believed = PSEUDO_SCORES * (np.log(RATES) - RATES)
    return float(RATES[np.argmax(seen + believed)])
