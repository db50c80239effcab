"""How often attendants enter something at checks of used rooms, and who does so far less often than the others.

Whoever leaves entries out makes what guests took look like a theft from a vacant room, or like a heavy guest, when a
colleague finds it. So it is asked whose share of checks with an entry is lower than that of the hotel's other
attendants at like rooms, by more than chance and people's ways explain. It is asked in their favour whom the next find
would accuse, and says nothing of why: a floor of guests who take little looks the same.
"""

from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.attendants import used_rooms
from minibar_ml.ml.attendants.used_rooms import LEAST, LEAST_ENTRIES, LONGEST_DAYS, NATURAL_SPREAD, Entries, Flags

if TYPE_CHECKING:
    from pandas import DataFrame

WINDOWS = (LONGEST_DAYS, 14, 7)
"""Days before the judged one, the longest first: who has just begun shows in a few, who leaves out little in many."""
MOST_SHARE = 0.7
"""Of the entries that the others would have made there, the share above which nobody is doubted."""
LEAST_Z = 3.0


def doubted_since(rooms: "DataFrame", day: int) -> dict[int, int]:
    """By attendant_id, the first day from which on their empty checks are not believed; as of the beginning of `day`.

    rooms: as `Frames.rooms`, of one hotel. Of checks on `day` and later nothing is used. The day is that of the longest
    window which shows it.
    """
    checks = used_rooms.before(rooms, day)
    if len(checks.names) < 2:
        return {}
    found: dict[int, int] = {}
    for window in WINDOWS:
        found = {int(name): day - window for name in checks.names[_is_low(checks.within(window))]} | found
    return found


def _is_low(seen: Entries) -> Flags:
    """Whose entries are far fewer than the other attendants' rates expect: one flag an attendant.

    The others' rooms show how much more a number of entries varies than independent checks would: the same guests are
    seen day after day. Of what an attendant found only the own number of entries is used, so that one more check
    without an entry never speaks for them.
    """
    checks, entries, clustered, independent = seen
    others, theirs = checks.sum(axis=0) - checks, entries.sum(axis=0) - entries
    own = entries.sum(axis=1)
    expected = np.maximum((checks * used_rooms.shrunk(theirs, others)).sum(axis=1), LEAST)
    excess = np.maximum((clustered.sum() - clustered) / np.maximum(independent.sum() - independent, LEAST), 1.0)
    their_entries = np.maximum(theirs.sum(axis=1), LEAST)
    empty = 1 - their_entries / np.maximum(others.sum(axis=1), 1)
    # Of the own number, of the others' numbers from which the rates come, and of people's ways.
    variance = excess * empty * (1 / expected + 1 / their_entries) + NATURAL_SPREAD**2
    lack = 1 - own / expected
    is_enough = np.minimum(expected, their_entries) >= LEAST_ENTRIES
    return np.asarray(is_enough & (lack >= 1 - MOST_SHARE) & (lack >= LEAST_Z * np.sqrt(variance)), dtype=np.bool_)
