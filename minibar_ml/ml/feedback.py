"""What operators' verdicts change: confirmed anomalies leave the baseline, false alarms tighten a threshold.

False marks rarely repeat in one room, so they are pooled by alert type (never a mute of one entity): the threshold
probability is multiplied by exp(eta x (target - share marked false)), the share shrunk to the target by a few
pseudo-verdicts, within a factor of four either way.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import exp, log

import pandas as pd

from minibar_ml.ml.frames import Frames

TARGET_FALSE_SHARE = 0.25
ETA = 2.5
PSEUDO_VERDICTS = 4.0
WITHIN = 4.0
TAMPERED = {
    ("consumption_anomaly", "room"): ("rooms", "room_id"),
    ("silent_room", "room"): ("rooms", "room_id"),
    ("consumption_anomaly", "product"): ("products", "product_id"),
    ("refill_delay", "attendant"): ("gaps", "attendant_id"),
    ("custody_loss", "attendant"): ("custody", "attendant_id"),
}
"""Which rows a confirmed alert shows to be tampered with. Ledger rows stay: a leak once found is the new level."""

Confirmed = tuple[str, str, int, int, int]
"""Alert type, entity type, entity id, first and last day (ordinals) of a confirmed anomaly."""


def tightness(counts: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """By alert type, what to multiply its threshold probability by; `counts` are (false, confirmed) verdicts."""
    factors = {}
    for kind, (false, confirmed) in counts.items():
        share = (false + PSEUDO_VERDICTS * TARGET_FALSE_SHARE) / (false + confirmed + PSEUDO_VERDICTS)
        bounded = max(min(ETA * (TARGET_FALSE_SHARE - share), log(WITHIN)), -log(WITHIN))
        factors[kind] = exp(bounded)
    return factors


def without_confirmed(frames: Frames, confirmed: Collection[Confirmed]) -> Frames:
    """The frames without the rows that operators confirmed to be anomalies."""
    for (kind, entity_type), (name, column) in TAMPERED.items():
        spans = [(entity, first, last) for k, e, entity, first, last in confirmed if (k, e) == (kind, entity_type)]
        if spans:
            frame = getattr(frames, name)
            days = pd.DataFrame(
                [(entity, day) for entity, first, last in spans for day in range(first, last + 1)],
                columns=[column, "day"],
            )
            keys = pd.MultiIndex.from_frame(frame[[column, "day"]])
            kept = frame[~keys.isin(pd.MultiIndex.from_frame(days))]
            frames = replace(frames, **{name: kept})
    return frames
