"""How the budget of false alerts is split over a hotel's detectors, and what each does with its part."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp

import numpy as np

from minibar_ml.ml import thresholds
from minibar_ml.ml.detectors.base import Detector, Limits, Parameters, TooLittle
from minibar_ml.ml.evaluation import HELD_OUT_DAYS, Quality

LEFT_FOR_RULES = 1.0 - sum(thresholds.SHARES.values())
"""The share of the budget that no learnt detector has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgeted:
    """One detector's part of a hotel's budget; rates are alerts per 1,000 rooms and day, None where not known.

    `expected_per_1000_rooms_day`: the false alerts that the threshold allows: the share of the budget, made harder or
    easier by operators' verdicts. Thresholds are scores (nats); `times_stricter` is by how much the hotel's own history
    made the threshold stricter in probability, 1 where it did not. What was raised on the held-out days counts as
    false, though it may be true: that figure is an upper bound.
    """

    hotel_id: int
    detector: str
    share: float
    expected_per_1000_rooms_day: float | None = None
    nominal_threshold: float | None = None
    threshold: float | None = None
    times_stricter: float | None = None
    held_out_alerts: int | None = None
    held_out_per_1000_rooms_day: float | None = None


def split(
    hotel_id: int,
    detectors: Iterable[Detector],
    parameters: Mapping[str, Parameters | TooLittle],
    limits: Limits,
    quality: Mapping[str, Quality],
    rooms: int | None,
) -> list[Budgeted]:
    """The budget of `limits` over those of the detectors that have a share of it, in their order."""
    found = []
    for detector in detectors:
        if detector.name in thresholds.SHARES:
            raised = quality[detector.name].false_alerts if detector.name in quality else None
            rate = None if raised is None or not rooms else 1000 * raised / (rooms * HELD_OUT_DAYS)
            found.append(
                Budgeted(
                    hotel_id=hotel_id,
                    detector=detector.name,
                    share=thresholds.SHARES[detector.name],
                    **_allowed(detector, parameters[detector.name], limits),
                    held_out_alerts=raised,
                    held_out_per_1000_rooms_day=rate,
                )
            )
    return found


def _allowed(detector: Detector, parameters: Parameters | TooLittle, limits: Limits) -> dict[str, float]:
    """The detector's expected false alerts and thresholds; empty where nothing could be learnt."""
    if isinstance(parameters, TooLittle):
        return {}
    tightness, tests = limits.tightness.get(detector.types[0], 1.0), parameters.get("tests", 1.0)
    # Without a past there is nothing to be calibrated on: what is left is the nominal threshold.
    nominal, used = (
        thresholds.threshold(detector.name, limits.budget, past, tests, tightness)
        for past in (thresholds.history(np.empty(0), 0), parameters["past"])
    )
    return {
        "expected_per_1000_rooms_day": thresholds.SHARES[detector.name] * limits.budget * tightness,
        "nominal_threshold": nominal,
        "threshold": used,
        "times_stricter": exp(used - nominal),
    }
