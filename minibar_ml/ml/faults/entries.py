"""What one attendant does wrong for some days: units that no guest took, and checks at which nothing is entered."""

from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.attendants.used_rooms import Flags

if TYPE_CHECKING:
    from pandas import DataFrame


def with_added(
    rooms: "DataFrame", attendant_id: int, since: int, units: float, rng: np.random.Generator
) -> "DataFrame":
    """The checks, with so many units more, found and refilled, at each of the attendant's in rooms slept in."""
    mine = _of(rooms, attendant_id, since) & (rooms["nights"].to_numpy() > 0)
    more = np.where(mine, rng.poisson(units, len(rooms)), 0)
    return rooms.assign(units=rooms["units"] + more, refilled=rooms["refilled"] + more)


def with_left_out(
    rooms: "DataFrame", attendant_id: int, since: int, share: float, rng: np.random.Generator
) -> "DataFrame":
    """The checks, with nothing entered at a share of the attendant's: the room's next check finds and refills it."""
    left_out = _of(rooms, attendant_id, since) & (rng.random(len(rooms)) < share)
    room = rooms["room_id"].to_numpy()
    order = np.lexsort((rooms["day"].to_numpy(), room))
    after = np.r_[True, ~left_out[order][:-1] | (np.diff(room[order]) != 0)][: len(order)]
    ends, found = np.empty(len(order), dtype=np.int64), {}
    ends[order] = np.cumsum(after) - 1
    for name in ("units", "refilled"):
        carried = np.bincount(ends, rooms[name].to_numpy(dtype=float))
        found[name] = np.where(left_out, 0.0, carried[ends])
    return rooms.assign(**found)


def _of(rooms: "DataFrame", attendant_id: int, since: int) -> Flags:
    return np.asarray((rooms["attendant_id"] == attendant_id) & (rooms["day"] >= since), dtype=np.bool_)
