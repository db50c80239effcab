"""What operators' verdicts change: confirmed anomalies leave the baseline, false alerts tighten a threshold.

False marks rarely repeat in one room, so they are pooled by detector (never a mute of one entity): the threshold
probability is multiplied by exp(eta x (target - share marked false)), the share shrunk to the target by a few
pseudo-verdicts, within a factor of four either way.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp, log

import pandas as pd

from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.ml.frames import Frames

TARGET_FALSE_SHARE = 0.25
ETA = 2.5
PSEUDO_VERDICTS = 4.0
WITHIN = 4.0


@dataclass(frozen=True, slots=True)
class FalseShare:
    """Of the reviewed alerts of a type: how many were false, and how many the new thresholds would still raise.

    `before` is the share of false ones, `after` the same among those still raised; None where there are none, or where
    none has a score and a threshold to hold it against.
    """

    judged: int
    false: int
    still_raised: int | None
    still_false: int | None
    before: float
    after: float | None


def counts(labelled: Iterable[LabelledAlert]) -> dict[str, tuple[int, int]]:
    """By alert type, how many were marked false and how many confirmed."""
    found: dict[str, tuple[int, int]] = {}
    for one in labelled:
        false, confirmed = found.get(one.type, (0, 0))
        found[one.type] = (false + one.is_false, confirmed + (not one.is_false))
    return found


def false_shares(
    labelled: Iterable[LabelledAlert], thresholds: Mapping[tuple[int, str], float]
) -> dict[str, FalseShare]:
    """By alert type, the share of false alerts before and with new thresholds, by hotel and detector's name."""
    by_kind: dict[str, list[LabelledAlert]] = {}
    for one in labelled:
        by_kind.setdefault(one.type, []).append(one)
    return {kind: _false_share(found, thresholds) for kind, found in sorted(by_kind.items())}


def _false_share(labelled: list[LabelledAlert], thresholds: Mapping[tuple[int, str], float]) -> FalseShare:
    least = [thresholds.get((one.hotel_id, one.detector)) for one in labelled]
    known = [
        (one.score >= limit, one.is_false)
        for one, limit in zip(labelled, least, strict=True)
        if limit is not None and one.score is not None
    ]
    raised, wrong = sum(still for still, _ in known), sum(still and false for still, false in known)
    false = sum(one.is_false for one in labelled)
    after = wrong / raised if raised else None
    if not known:
        return FalseShare(len(labelled), false, None, None, before=false / len(labelled), after=None)
    return FalseShare(len(labelled), false, raised, wrong, before=false / len(labelled), after=after)


def threshold_multiplier(labelled: Iterable[LabelledAlert]) -> dict[str, float]:
    """By detector, what to multiply its threshold probability by."""
    by_detector: dict[str, list[bool]] = {}
    for one in labelled:
        by_detector.setdefault(one.detector, []).append(one.is_false)
    factors = {}
    for name, marks in by_detector.items():
        share = (sum(marks) + PSEUDO_VERDICTS * TARGET_FALSE_SHARE) / (len(marks) + PSEUDO_VERDICTS)
        bounded = max(min(ETA * (TARGET_FALSE_SHARE - share), log(WITHIN)), -log(WITHIN))
        factors[name] = exp(bounded)
    return factors


def without_confirmed(frames: Frames, labelled: Collection[LabelledAlert], hotel_id: int) -> Frames:
    """The frames of a hotel without the rows that operators confirmed to be anomalies there."""
    tampered: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in labelled:
        name = KINDS[one.type].tampers.get(one.entity_type)
        if name and not one.is_false and one.hotel_id == hotel_id:
            tampered.setdefault((name, f"{one.entity_type}_id"), []).extend((one.entity_id, day) for day in _days(one))
    for (name, column), rows in tampered.items():
        frame = getattr(frames, name)
        wrong = pd.MultiIndex.from_tuples(rows, names=[column, "day"])
        kept = frame[~pd.MultiIndex.from_frame(frame[[column, "day"]]).isin(wrong)]
        frames = replace(frames, **{name: kept})
    return frames


def _days(one: LabelledAlert) -> Collection[int]:
    """The days that were not as they should be: of a fault that goes on all between the first and the last."""
    return range(min(one.days), max(one.days) + 1) if KINDS[one.type].is_continuing else one.days
