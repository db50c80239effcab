"""Attendants' checks of rooms that were slept in, counted so that attendants can be compared."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.ml.stats.panels import Ints

if TYPE_CHECKING:
    from pandas import DataFrame

Flags = NDArray[np.bool_]
LONGEST_DAYS = 28
"""Days before the judged one that anybody looks back."""
NATURAL_SPREAD = 0.1
"""Standard deviation of the share of entries among attendants who leave nothing out: some overlook more than others."""
PRIOR_CHECKS = 10.0
"""Checks at the mean rate that a rate at rooms of one kind is shrunk by."""
NIGHTS, GUESTS, STAYING = 3, 3, 2
KINDS = NIGHTS * GUESTS * STAYING
LEAST = 1e-9
LEAST_ENTRIES = 20.0
"""Entries that are to be expected: of fewer a deviation is not known well enough."""


class Entries(NamedTuple):
    """Checks, and those with an entry, of attendants x kinds of rooms; and by attendant the variance of the number of
    entries, as sums by room show it and as it would be of independent checks."""

    checks: Floats
    entries: Floats
    clustered: Floats
    independent: Floats


class Checks(NamedTuple):
    """Single checks of used rooms before a day: arrays, one place a check. `attendant` and `room` are numbers from 0,
    `names` the attendants' ids in that order; `kind` says how many nights and guests, and whether these stay on."""

    day: int
    checked: Ints
    attendant: Ints
    names: Ints
    room: Ints
    kind: Ints
    has_entry: Flags

    def within(self, days: int) -> Entries:
        """The entries of the last so many days."""
        picked = self.checked >= self.day - days
        attendant, room, has_entry = self.attendant[picked], self.room[picked], self.has_entry[picked]
        place, people = attendant * KINDS + self.kind[picked], len(self.names)
        checks, entries = (
            np.bincount(place, weights, people * KINDS).reshape(people, KINDS).astype(float)
            for weights in (None, has_entry)
        )
        rate = shrunk(entries, checks)
        rooms = int(room.max(initial=0)) + 1
        of_both, cluster = np.unique(attendant * rooms + room, return_inverse=True)
        sums = np.bincount(cluster, has_entry - rate.ravel()[place], len(of_both))
        clustered = np.bincount(of_both // rooms, sums**2, people).astype(float)
        return Entries(checks, entries, clustered, np.asarray((checks * rate * (1 - rate)).sum(axis=1)))

    def by_others(self, days: int, rate: Floats) -> tuple[Floats, Floats]:
        """By attendant, the entries of the last so many days that others made in the same rooms, and those that `rate`
        (by kind) expects of these checks. A room counts as much as its checks are the attendant's."""
        picked = self.checked >= self.day - days
        attendant, room = self.attendant[picked], self.room[picked]
        rooms, people = int(room.max(initial=0)) + 1, len(self.names)
        of_both, place = np.unique(attendant * rooms + room, return_inverse=True)
        who, where = np.divmod(of_both, rooms)
        checks, entries, expected = (
            np.bincount(place, weights, len(of_both))
            for weights in (None, self.has_entry[picked], rate[self.kind[picked]])
        )
        part = checks / np.bincount(where, checks, rooms)[where]
        made, usual = (
            np.bincount(who, part * (np.bincount(where, one, rooms)[where] - one), people)
            for one in (entries, expected)
        )
        return made.astype(float), usual.astype(float)


def before(rooms: "DataFrame", day: int) -> Checks:
    """Single checks before `day` of rooms that were slept in since the check before, by somebody who is known.

    rooms: as `Frames.rooms`, of one hotel.
    """
    checked = rooms["day"].to_numpy()
    wanted: Flags = (
        (checked < day)
        & (checked >= day - LONGEST_DAYS)
        & rooms["known"].to_numpy(dtype=bool)
        & (rooms["nights"].to_numpy() > 0)
        & (rooms["visits"].to_numpy() == 1)
        & (rooms["attendant_id"].to_numpy() > 0)
        & (rooms["previous_on"].to_numpy() > UNKNOWN_DAY)
    )
    usable = rooms[wanted]
    names, attendant = np.unique(usable["attendant_id"].to_numpy(dtype=np.int64), return_inverse=True)
    _, room = np.unique(usable["room_id"].to_numpy(dtype=np.int64), return_inverse=True)
    has_entry = (usable["units"].to_numpy() > 0) | (usable["refilled"].to_numpy() > 0)
    return Checks(day, usable["day"].to_numpy(dtype=np.int64), attendant, names, room, _kinds(usable), has_entry)


def _kinds(rooms: "DataFrame") -> Ints:
    """What an entry depends on most."""
    nights, guests = (np.clip(rooms[name].to_numpy(dtype=np.int64), 1, 3) - 1 for name in ("nights", "guests"))
    staying = (rooms["staying"].to_numpy() > 0).astype(np.int64)
    return np.ravel_multi_index((nights, guests, staying), (NIGHTS, GUESTS, STAYING)).astype(np.int64)


def shrunk(entries: Floats, checks: Floats) -> Floats:
    """Rates by attendant and kind of room, shrunk to the attendant's mean."""
    mean = entries.sum(axis=1, keepdims=True) / np.maximum(checks.sum(axis=1, keepdims=True), 1)
    return np.asarray((entries + PRIOR_CHECKS * mean) / (checks + PRIOR_CHECKS))
