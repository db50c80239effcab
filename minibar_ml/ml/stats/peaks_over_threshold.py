"""How far beyond the usual: an exponential tail fitted to the upper tenth of a statistic's own past.

Peaks over threshold (Coles, An Introduction to Statistical Modeling of Extreme Values, 2001, ch. 4) with the shape
held at 0: a short past does not determine a shape, and calibration on the hotel's history makes up for that.
"""

from typing import Any

import numpy as np

from minibar_ml.ml.stats.panels import Floats

SHARE = 0.10
PSEUDO = 5
WINSORISED = 2.5
KEPT = 1 - float(np.exp(-WINSORISED * np.log(2)))
"""What winsorising at 2.5 medians leaves of an exponential mean."""
FAULTS = 1 / 400
"""So many of the past's values are taken for faults that nobody marked."""


def fit(past: Floats, usual_scale: float) -> dict[str, Any]:
    """Where the tail begins (`cut`) and how fast it falls off (`scale`, the mean height of peaks above it).

    Faults in the past must not teach that faults are usual: peaks count up to 2.5 times their median. Where few
    are known, `usual_scale` counts as five more.
    """
    past = past[np.isfinite(past)]
    if not len(past):
        return {"cut": 0.0, "scale": usual_scale}
    cut = max(float(np.quantile(past, 1 - SHARE)), 0.0)
    peaks = past[past > cut] - cut
    if len(peaks):
        peaks = np.minimum(peaks, WINSORISED * float(np.median(peaks))) / KEPT
    scale = (float(peaks.sum()) + PSEUDO * usual_scale) / (len(peaks) + PSEUDO)
    return {"cut": cut, "scale": max(scale, 1e-6)}


def score(values: Floats, tail: Any) -> Floats:
    """-ln of the probability of a value at least as high (nats); below the cut anything up to -ln(1/10)."""
    beyond = (values - tail["cut"]) / tail["scale"] - np.log(SHARE)
    return np.asarray(np.nan_to_num(np.where(values > tail["cut"], beyond, 0.0)), dtype=float)


def without_faults(scores: Floats) -> Floats:
    """All but the highest one in 400: a threshold above the faults of the past would miss those to come."""
    return np.sort(scores)[: len(scores) - int(np.ceil(len(scores) * FAULTS))]
