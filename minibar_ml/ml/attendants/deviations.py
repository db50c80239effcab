"""Attendants who enter something at far fewer, or far more, checks of used rooms than is usual in the hotel.

`entries` asks whose empty checks are not to be believed, in favour of who would be accused next, and may err. Here
somebody is named, so more is asked: three attendants at least, of whom the middle one is the measure. One who leaves
out makes all others look like adding, and the other way round, but moves the middle of three little. A funnel plot
compares units of care in the same way (Spiegelhalter 2005); its spread is estimated here, since the same guests are
seen day after day.

Guests of a floor who take much, or little, look the same as an attendant who adds or leaves out. So the attendant's
rooms are compared as well: what others enter there must not explain it. Where others hardly go nothing is said.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from minibar_ml.ml.attendants import used_rooms
from minibar_ml.ml.attendants.used_rooms import (
    LEAST,
    LEAST_ENTRIES,
    LONGEST_DAYS,
    NATURAL_SPREAD,
    PRIOR_CHECKS,
    Checks,
)
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

WINDOWS = (LONGEST_DAYS, 14, 10)
"""Days compared, the longest first: a week has a party of ten, or a floor of families."""
LEAST_ATTENDANTS = 3
FEWER, FEWER_Z = 0.8, 2.5
"""At most this share of the entries that are usual, and so many standard deviations less."""
MORE, MORE_Z = 1.4, 3.0
SUSPECTED_Z = 2.0
"""Standard deviations of fewer entries at which somebody may leave out. Colleagues find that, so then nobody adds."""
LEAST_BY_OTHERS = 10.0
"""Entries that others are to be expected to have made in the same rooms: of fewer it isn't known what is the rooms'."""
PRIOR_ENTRIES = 5.0
"""Usual entries by which the rooms' share of them is shrunk to the hotel's."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """An attendant whose entries deviate from what is usual in the hotel.

    since: the first day compared, of the longest window which shows it. checks: of rooms that were slept in; entries:
    those with one; expected: how many would have one by all attendants' rates in like rooms, at the middle one's share
    or at that of others in the same rooms, whichever is nearer.
    """

    attendant_id: int
    since: int
    checks: int
    entries: int
    expected: float

    @property
    def is_low(self) -> bool:
        """Whether there are fewer."""
        return self.entries < self.expected


def deviations(rooms: "DataFrame", day: int) -> list[Deviation]:
    """Who deviates as of the beginning of `day`, by attendant_id.

    rooms: as `Frames.rooms`, of one hotel, with what is not believed. Of checks on `day` and later nothing is used.
    """
    checks = used_rooms.before(rooms, day)
    if len(checks.names) < LEAST_ATTENDANTS:
        return []
    found: dict[int, Deviation] = {}
    may_leave_out = False
    for window in WINDOWS:
        odd = _odd(checks, window)
        may_leave_out |= odd.may_leave_out
        for at, seen, entries, usual in odd.who:
            one = Deviation(int(checks.names[at]), day - window, seen, entries, usual)
            found.setdefault(one.attendant_id, one)
    return [one for _, one in sorted(found.items()) if one.is_low or not may_leave_out]


class _Odd(NamedTuple):
    """Place, checks, entries and usual entries of each attendant who deviates; whether somebody may leave out."""

    who: list[tuple[int, int, int, float]]
    may_leave_out: bool


def _odd(seen: Checks, window: int) -> _Odd:
    """Who deviates in the last days of a window."""
    checks, entries, clustered, independent = seen.within(window)
    mean = entries.sum() / max(checks.sum(), 1.0)
    rate = (entries.sum(axis=0) + PRIOR_CHECKS * mean) / (checks.sum(axis=0) + PRIOR_CHECKS)
    own, expected = entries.sum(axis=1), np.maximum((checks * rate).sum(axis=1), LEAST)
    is_known = expected >= LEAST_ENTRIES
    if is_known.sum() < LEAST_ATTENDANTS:
        return _Odd([], False)
    share, middle = _middle(own[is_known], expected[is_known])
    usual = np.maximum(share * expected, LEAST)
    excess = max(float(clustered.sum() / max(independent.sum(), LEAST)), 1.0)
    spread = np.sqrt(excess * (1 - mean) * (1 / usual + 1 / middle) + NATURAL_SPREAD**2)
    lack = 1 - own / usual
    may_leave_out = bool((is_known & (lack >= 1 - FEWER) & (lack >= SUSPECTED_Z * spread)).any())
    by_others, usual_of_others = seen.by_others(window, share * rate)
    of_rooms = (by_others + PRIOR_ENTRIES) / (usual_of_others + PRIOR_ENTRIES)
    # Only ever nearer to what was entered.
    usual *= np.clip(own / usual, np.minimum(of_rooms, 1.0), np.maximum(of_rooms, 1.0))
    ratio = own / usual
    is_low = (ratio <= FEWER) & (1 - ratio >= FEWER_Z * spread)
    is_high = (ratio >= MORE) & (ratio - 1 >= MORE_Z * spread)
    is_known &= (usual >= LEAST_ENTRIES) & (usual_of_others >= LEAST_BY_OTHERS)
    odd = np.flatnonzero(is_known & (is_low | is_high))
    who = [(int(at), int(checks[at].sum()), int(own[at]), float(usual[at])) for at in odd]
    return _Odd(who, may_leave_out)


def _middle(own: Floats, expected: Floats) -> tuple[float, float]:
    """The median share of expected entries, and the entries that it rests on."""
    shares = own / expected
    return float(np.median(shares)), max(float(own[np.argsort(shares)[(len(own) - 1) // 2]]), 1.0)
