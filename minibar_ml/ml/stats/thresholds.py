"""From a budget of false alerts to a threshold on the score, by theory and by the hotel's own past.

Benjamini-Hochberg a day is not it: most days have no fault, so its q is not 1 - precision. The budget is stated as
expected false alerts per 1,000 rooms and day, split over the detectors, and held against the hotel's history. There
true faults can't be separated from false alerts, so the history may show twice the budget, and what chance adds to
that, before it tightens the threshold; it never loosens it.
"""

from typing import Any

import numpy as np

from minibar_ml.ml.stats.negative_binomial import Floats

KEPT = 400
STRICTER = 40.0
CONTAMINATION = 2.0
"""How many times the budget history may show before it is held against the model: the rest may be true faults."""


def history(scores: Floats, room_days: int) -> dict[str, Any]:
    """What calibration needs of the past: the highest scores, in falling order, and over how many room-days."""
    return {"highest": np.sort(np.asarray(scores, dtype=float))[::-1][:KEPT].copy(), "room_days": int(room_days)}


def threshold(share: float, budget: float, past: Any, n_tests: float = 1.0, threshold_multiplier: float = 1.0) -> float:
    """The score (nats) above which an alert is due; `n_tests` is tests per room and day.

    Nominal: -ln(share x budget / 1,000 / tests). Calibrated: the score that the past exceeded more often than
    contamination and chance (the 95 % point of a Poisson count) can explain, at most a factor of 40 stricter in
    probability.
    """
    allowance = share * budget * threshold_multiplier
    nominal = -float(np.log(allowance / 1000.0 / max(n_tests, 1e-6)))
    highest, room_days = past["highest"], past["room_days"]
    usual = CONTAMINATION * allowance * room_days / 1000.0
    allowed = int(usual + 1.645 * np.sqrt(usual) + 1)
    if allowed >= len(highest):
        return nominal
    return float(np.clip(highest[allowed], nominal, nominal + np.log(STRICTER)))
