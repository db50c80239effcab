"""Whom the comparison of attendants would name in a hotel: its last days, with what one of them does wrong put in.

A rule learns nothing and has no threshold to be chosen, so it has no part in the budget: what it finds is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.attendants.deviations import deviations
from minibar_ml.ml.attendants.used_rooms import LONGEST_DAYS
from minibar_ml.ml.evaluation.holdout import HELD_OUT_DAYS
from minibar_ml.ml.faults.entries import with_added, with_left_out

if TYPE_CHECKING:
    from pandas import DataFrame

ADDED = (0.1, 0.3, 0.6)
"""Units a check of a room that was slept in."""
LEFT_OUT = (0.25, 0.5, 1.0)
"""Shares of checks."""
MOST_TRIED = 4
"""Attendants of whom each fault is tried: a comparison of a hotel takes milliseconds, and this is done every night."""
SEED = 20260102


@dataclass(frozen=True, slots=True)
class PeopleQuality:
    """What would be found of an attendant's faults, put into the last 14 days of one attendant at a time.

    tried: attendants of whom each was tried; adds: by units a check, and leaves_out: by share of checks, the share of
    them who would be named at the end of these days.
    """

    tried: int
    adds: Mapping[float, float]
    leaves_out: Mapping[float, float]


def measure(rooms: "DataFrame", until: int) -> PeopleQuality | None:
    """Try the faults in the days before `until`; None where nobody was at work whom nothing is said of already.

    rooms: as `Frames.rooms`, of one hotel; later days are not looked at.
    """
    rng, since = np.random.default_rng(SEED), until - HELD_OUT_DAYS
    seen = rooms[(rooms["day"] >= until - LONGEST_DAYS) & (rooms["day"] < until)]
    at_work = seen.loc[(seen["day"] >= since) & (seen["attendant_id"] > 0) & (seen["nights"] > 0), "attendant_id"]
    named = [one.attendant_id for one in deviations(seen, until)]
    known = np.setdiff1d(at_work.unique(), named)
    people = rng.permutation(known)[:MOST_TRIED].tolist()
    if not people:
        return None
    adds, leaves_out = (
        {
            size: float(np.mean([_is_named(inject(seen, who, since, size, rng), until, who, is_low) for who in people]))
            for size in sizes
        }
        for inject, sizes, is_low in ((with_added, ADDED, False), (with_left_out, LEFT_OUT, True))
    )
    return PeopleQuality(len(people), adds, leaves_out)


def _is_named(rooms: "DataFrame", until: int, attendant_id: int, is_low: bool) -> bool:
    return any(one.attendant_id == attendant_id and one.is_low == is_low for one in deviations(rooms, until))
