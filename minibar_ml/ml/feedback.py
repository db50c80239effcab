"""What operators' verdicts change: confirmed anomalies leave the baseline, false alarms tighten a threshold.

False marks rarely repeat in one room, so they are pooled by alert type (never a mute of one entity): the threshold
probability is multiplied by exp(eta x (target - share marked false)), the share shrunk to the target by a few
pseudo-verdicts, within a factor of four either way.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert that a person judged: its type, hotel, detector and score (None: a rule's), and whether it was false."""

    kind: str
    hotel_id: int
    detector: str
    score: float | None
    false: bool


@dataclass(frozen=True, slots=True)
class FalseShare:
    """Of the judged alerts of a type: how many were false, and how many the new thresholds would still raise.

    `before` is the share of false ones, `after` the same among those still raised; None where there are none, or where
    none has a score and a threshold to hold it against.
    """

    judged: int
    false: int
    still_raised: int | None
    still_false: int | None
    before: float
    after: float | None


def false_shares(judged: Iterable[Judged], thresholds: Mapping[tuple[int, str], float]) -> dict[str, FalseShare]:
    """By alert type, the share of false alerts before and with new thresholds, by hotel and detector's name."""
    by_kind: dict[str, list[Judged]] = {}
    for one in judged:
        by_kind.setdefault(one.kind, []).append(one)
    return {kind: _false_share(found, thresholds) for kind, found in sorted(by_kind.items())}


def _false_share(judged: list[Judged], thresholds: Mapping[tuple[int, str], float]) -> FalseShare:
    # an alert that a forest agreed with is named `detector+isolation_forest`
    least = [thresholds.get((one.hotel_id, one.detector.partition("+")[0])) for one in judged]
    known = [
        (one.score >= limit, one.false)
        for one, limit in zip(judged, least, strict=True)
        if limit is not None and one.score is not None
    ]
    raised, wrong = sum(still for still, _ in known), sum(still and false for still, false in known)
    false = sum(one.false for one in judged)
    after = wrong / raised if raised else None
    if not known:
        return FalseShare(len(judged), false, None, None, before=false / len(judged), after=None)
    return FalseShare(len(judged), false, raised, wrong, before=false / len(judged), after=after)


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
