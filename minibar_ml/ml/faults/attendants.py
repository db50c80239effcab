"""Faults put into attendants' held-out days: slow shifts, and units missing from custody."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.domain.metrics import BREAK_MINUTES
from minibar_ml.ml.attendants import measures
from minibar_ml.ml.faults.injected import InjectedFaults, concatenate, oddest_day

if TYPE_CHECKING:
    from minibar_ml.ml.contract import Detector
    from minibar_ml.ml.evaluation.holdout import Fold

SLOWNESS = (1.7, 1.9, 2.1, 2.3, 2.5)
LOSSES, LOST_STEP = 4, 4


def slow_day(detector: "Detector", fold: "Fold", rng: np.random.Generator) -> InjectedFaults:
    """All of an attendant's gaps of a day times 1.7 to 2.5, what becomes a break left out; every shift is tried."""
    gaps, learned = fold.frames.between(fold.since, fold.until).gaps, fold.parameters(detector)["measures"]
    shifts = measures.judged(gaps, learned)[["day", "entity_id"]]
    parts = []
    for factor in SLOWNESS:
        slow = gaps.assign(minutes=gaps["minutes"] * factor)
        rows = measures.judged(slow[slow["minutes"] <= BREAK_MINUTES], learned)
        rows = shifts.merge(rows, "left", ["day", "entity_id"])
        found_at = fold.due(detector, rows)
        parts.append((np.full(len(shifts), factor), found_at, rows[rows["score"].notna()]))
    return concatenate(parts, independent=len(shifts))


def custody_loss(detector: "Detector", fold: "Fold", rng: np.random.Generator) -> InjectedFaults:
    """4 to 10 units missing of each of 1 to 3 products, at every count of custody; sizes in steps of 4 units."""
    frames = fold.seen(detector)
    counted, parts = frames.custody[frames.custody["day"] >= fold.since], []
    for day in sorted(counted["day"].unique().tolist()):
        for _ in range(LOSSES):
            lost = np.where(
                np.arange(3) < rng.integers(1, 4, (len(counted), 1)), rng.integers(4, 11, (len(counted), 3)), 0
            )
            units = lost.sum(axis=1).astype(float)
            here = (counted["day"] == day).to_numpy()
            sizes = np.maximum(LOST_STEP * np.round(units[here] / LOST_STEP), LOST_STEP)
            tampered = replace(frames, custody=counted.assign(units=np.maximum(counted["units"], 0) + units))
            of_whom = dict(zip(counted["attendant_id"][here].tolist(), sizes.tolist(), strict=True))
            parts.append(oddest_day(detector, fold, tampered, [day], of_whom))
    return concatenate(parts, independent=len(counted))
