"""Checks that found nothing and are not believed: what that does to the checks and finds after them.

They are no checks, as those of rounds that nobody can have walked are none: nobody knows what was in the room, and what
the next check finds may be of all the time since the last one that is believed. See `attendants.entries`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.attendants.deviations import deviations
from minibar_ml.ml.attendants.entries import doubted_since
from minibar_ml.ml.frames import UNKNOWN_DAY, Frames

if TYPE_CHECKING:
    from pandas import DataFrame, Series

Flags = NDArray[np.bool_]


def believed(frames: Frames, day: int | None = None) -> Frames:
    """The frames of one hotel without the checks that are not believed as of `day` (default: the day after the last).

    Finds of `day` in vacant rooms are left out where no check that is believed saw the room after its last guest. Of a
    `day` that is named, who deviates is noted, and who was at work. The same frames, where all are believed.
    """
    rooms = frames.rooms
    if not len(rooms):
        return frames
    if day is None:
        day = int(rooms["day"].max()) + 1
    elif found := tuple(deviations(rooms, day)):
        frames = replace(frames, deviations=found, present=frozenset(rooms.loc[rooms["day"] == day, "attendant_id"]))
    since = doubted_since(rooms, day)
    if not since:
        return frames
    is_empty = ((rooms["units"] == 0) & (rooms["refilled"] == 0)).to_numpy()
    doubted = is_empty & _by_doubted(rooms["last_by"], rooms["day"], since)
    rooms = rooms.assign(doubted=doubted & _by_doubted(rooms["attendant_id"], rooms["day"], since))
    excused = _excused(frames.vacant, rooms, since, day)
    return replace(frames, rooms=_carried(rooms), vacant=frames.vacant[~excused])


def _by_doubted(attendants: "Series[int]", days: "Series[int]", since: Mapping[int, int]) -> Flags:
    first = attendants.map(since).to_numpy(dtype=float)
    return np.asarray(days.to_numpy(dtype=float) >= first, dtype=np.bool_)


def _carried(rooms: "DataFrame") -> "DataFrame":
    """The checks that are not doubted, each with the exposure of those before it that are; `skipped`: of how many."""
    import pandas as pd

    touched = rooms["room_id"].isin(rooms.loc[rooms["doubted"], "room_id"].unique())
    found = rooms[touched].sort_values(["room_id", "day"], ignore_index=True)
    ends = ~found["doubted"]
    # Those that belong together: doubted ones, and the one after them.
    group = (ends.shift(fill_value=True) | (found["room_id"] != found["room_id"].shift())).cumsum()
    slept = found["nights"] > 0
    stay = found["stay_on"].where(slept)
    is_same_stay = slept & (stay == stay.groupby(group).ffill().groupby(group).shift())
    by_group = found.assign(
        stays=found["stays"] - is_same_stay, guests=found["guests"].where(slept), stay_on=stay, skipped=~ends
    ).groupby(group)
    summed = by_group[["nights", "guest_nights", "stays", "skipped"]].transform("sum")
    last = by_group[["guests", "stay_on"]].transform("last")
    carried = found.assign(
        **summed,
        known=by_group["known"].transform("all"),
        previous_on=by_group["previous_on"].transform("first"),
        guests=last["guests"].fillna(found["guests"]).astype(found["guests"].dtype),
        stay_on=last["stay_on"].fillna(found["stay_on"]).astype(found["stay_on"].dtype),
    )
    kept = pd.concat([rooms[~touched].assign(skipped=0), carried[ends]])
    return kept.drop(columns="doubted").sort_values(["hotel_id", "room_id", "day"], ignore_index=True)


def _excused(vacant: "DataFrame", rooms: "DataFrame", since: Mapping[int, int], day: int) -> Flags:
    """Which finds of the day rest on a doubted check and have no other check since the last guest.

    A check on a day of which no guest had the night before, nor any after it, saw the room without guests.
    """
    mine = vacant.loc[(vacant["day"] == day) & (vacant["units"] > 0), ["room_id", "previous_on", "again_by"]]
    excused = np.zeros(len(vacant), dtype=bool)
    if not len(mine):
        return excused
    earlier = mine.reset_index(names="find").merge(rooms, on="room_id", suffixes=("", "_of_check"))
    earlier = earlier[earlier["day"] <= earlier["previous_on"]]
    before = earlier[(earlier["day"] == earlier["previous_on"]) & (earlier["day"] < day)]
    last_by = before.set_index("find")["last_by"].reindex(mine.index)
    last_by = last_by.fillna(0).where(mine["previous_on"] < day, mine["again_by"])
    is_doubted = _by_doubted(last_by, mine["previous_on"], since)
    used = earlier[(earlier["nights"] > 0) | ~earlier["known"].astype(bool)]
    last_used = used.groupby("find")["day"].max().reindex(earlier["find"]).fillna(UNKNOWN_DAY).to_numpy()
    is_seen = (earlier["day"] > last_used) & (earlier["day"] < earlier["previous_on"]) & ~earlier["doubted"]
    excused[vacant.index.get_indexer(mine.index[is_doubted & ~mine.index.isin(earlier.loc[is_seen, "find"])])] = True
    return excused
