"""How often attendants enter something at checks of used rooms, and who does so far less often than the others.

Whoever leaves entries out makes what guests took look like a theft from a vacant room, or like a heavy guest, when a
colleague finds it. So it is asked whose share of checks with an entry is lower than that of the hotel's other
attendants at like rooms, by more than chance and people's ways explain. It is asked in their favour whom the next find
would accuse, and says nothing of why: a floor of guests who take little looks the same.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.ml.stats.panels import Ints

if TYPE_CHECKING:
    from pandas import DataFrame

Flags = NDArray[np.bool_]
WINDOWS = (28, 14, 7)
"""Days before the judged one, the longest first: who has just begun shows in a few, who leaves out little in many."""
MOST_SHARE = 0.7
"""Of the entries that the others would have made there, the share above which nobody is doubted."""
LEAST_Z = 3.0
NATURAL_SPREAD = 0.1
"""Standard deviation of that share among attendants who leave nothing out: some overlook more than others."""
PRIOR_CHECKS = 10.0
"""Checks at the others' mean rate that their rate at rooms of one kind is shrunk by."""
NIGHTS, GUESTS, STAYING = 3, 3, 2
KINDS = NIGHTS * GUESTS * STAYING
LEAST = 1e-9
LEAST_ENTRIES = 20.0
"""Entries that others would have made, and that they made: of fewer the deviation is not known well enough."""


def doubted_since(rooms: "DataFrame", day: int) -> dict[int, int]:
    """By attendant_id, the first day from which on their empty checks are not believed; as of the beginning of `day`.

    rooms: as `Frames.rooms`, of one hotel. Of checks on `day` and later nothing is used. The day is that of the longest
    window which shows it.
    """
    usable = comparable(rooms, day)
    attendant, names = numbered(usable["attendant_id"].to_numpy(dtype=np.int64))
    if len(names) < 2:
        return {}
    room, _ = numbered(usable["room_id"].to_numpy(dtype=np.int64))
    checked, kind = usable["day"].to_numpy(dtype=np.int64), kinds(usable)
    has_entry = (usable["units"].to_numpy() > 0) | (usable["refilled"].to_numpy() > 0)
    found: dict[int, int] = {}
    for window in WINDOWS:
        within = checked >= day - window
        low = _is_low(attendant[within], room[within], kind[within], has_entry[within], len(names))
        found = {int(name): day - window for name in names[low]} | found
    return found


def comparable(rooms: "DataFrame", day: int) -> "DataFrame":
    """Single checks of rooms that were slept in since the check before, by somebody who is known."""
    checked = rooms["day"].to_numpy()
    wanted: Flags = (
        (checked < day)
        & (checked >= day - max(WINDOWS))
        & rooms["known"].to_numpy(dtype=bool)
        & (rooms["nights"].to_numpy() > 0)
        & (rooms["visits"].to_numpy() == 1)
        & (rooms["attendant_id"].to_numpy() > 0)
        & (rooms["previous_on"].to_numpy() > UNKNOWN_DAY)
    )
    return rooms[wanted]


def numbered(ids: Ints) -> tuple[Ints, Ints]:
    """The ids as numbers from 0, and the ids in that order."""
    names, number = np.unique(ids, return_inverse=True)
    return number, names


def kinds(rooms: "DataFrame") -> Ints:
    """How many nights and guests, and whether these stay on: what an entry depends on most."""
    nights, guests = (np.clip(rooms[name].to_numpy(dtype=np.int64), 1, 3) - 1 for name in ("nights", "guests"))
    staying = (rooms["staying"].to_numpy() > 0).astype(np.int64)
    return np.ravel_multi_index((nights, guests, staying), (NIGHTS, GUESTS, STAYING)).astype(np.int64)


def _is_low(attendant: Ints, room: Ints, kind: Ints, has_entry: Flags, attendants: int) -> Flags:
    """Whose entries are far fewer than the other attendants' rates expect: one flag an attendant.

    The others' rooms show how much more a number of entries varies than independent checks would: the same guests are
    seen day after day. Of what an attendant found only the own number of entries is used, so that one more check
    without an entry never speaks for them.
    """
    place = attendant * KINDS + kind
    checks, entries = (
        np.bincount(place, weights, attendants * KINDS).reshape(attendants, KINDS).astype(float)
        for weights in (None, has_entry)
    )
    others, theirs = checks.sum(axis=0) - checks, entries.sum(axis=0) - entries
    own, expected = entries.sum(axis=1), np.maximum((checks * _shrunk(theirs, others)).sum(axis=1), LEAST)
    clustered, independent = variances(attendant, room, place, has_entry, checks, entries)
    excess = np.maximum((clustered.sum() - clustered) / np.maximum(independent.sum() - independent, LEAST), 1.0)
    their_entries = np.maximum(theirs.sum(axis=1), LEAST)
    empty = 1 - their_entries / np.maximum(others.sum(axis=1), 1)
    # Of the own number, of the others' numbers from which the rates come, and of people's ways.
    variance = excess * empty * (1 / expected + 1 / their_entries) + NATURAL_SPREAD**2
    lack = 1 - own / expected
    is_enough = np.minimum(expected, their_entries) >= LEAST_ENTRIES
    return np.asarray(is_enough & (lack >= 1 - MOST_SHARE) & (lack >= LEAST_Z * np.sqrt(variance)), dtype=np.bool_)


def _shrunk(entries: Floats, checks: Floats) -> Floats:
    """Rates by attendant and kind of room, shrunk to the attendant's mean."""
    mean = entries.sum(axis=1, keepdims=True) / np.maximum(checks.sum(axis=1, keepdims=True), 1)
    return np.asarray((entries + PRIOR_CHECKS * mean) / (checks + PRIOR_CHECKS))


def variances(
    attendant: Ints, room: Ints, place: Ints, has_entry: Flags, checks: Floats, entries: Floats
) -> tuple[Floats, Floats]:
    """Of each attendant's number of entries: the variance that sums by room show, and that of independent checks."""
    rate = _shrunk(entries, checks)
    rooms = int(room.max(initial=0)) + 1
    of_both, cluster = np.unique(attendant * rooms + room, return_inverse=True)
    sums = np.bincount(cluster, has_entry - rate.ravel()[place], len(of_both))
    clustered = np.bincount(of_both // rooms, sums**2, len(checks)).astype(float)
    return clustered, np.asarray((checks * rate * (1 - rate)).sum(axis=1))
