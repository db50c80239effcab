"""Unbroken runs of empty checks, and how unlikely each has become."""

from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.contract import Parameters
from minibar_ml.ml.rooms import spikes, visit_model
from minibar_ml.ml.rooms.predictive import predict
from minibar_ml.ml.rooms.special_days import SpecialDays
from minibar_ml.ml.rooms.visit_model import Ints

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST_SCORE = 6.0
"""No run with a lower score (nats) is ever an alert."""


def runs_of(
    rooms: "DataFrame",
    parameters: Parameters,
    special_days: SpecialDays,
    day: int | None = None,
    of_rooms: Ints | None = None,
) -> "DataFrame":
    """Empty checks with what their run has come to; of the runs that last to `day`, or of some rooms, if given.

    Whatever is entered ends a run, also at a check that can't be scored because it is not known who was in the room. A
    check of a minibar that had little left to give is no evidence. What guests took all at once is not held against
    their other checks: it is left out of what they are expected to take.
    """
    found = visit_model.checks(rooms.assign(run=_entries_before(rooms)), by_guests=parameters["by_guests"])
    wanted = (found["units"] == 0).to_numpy() & ~spikes.emptied(found, parameters["cap"])
    if day is not None:
        now = found["room_id"].isin(found["room_id"][wanted & (found["day"] == day).to_numpy()])
        wanted = wanted & (now & (found["run"] == found.groupby("room_id")["run"].transform("max"))).to_numpy()
    if of_rooms is not None:
        wanted = wanted & found["room_id"].isin(of_rooms).to_numpy()
    ordinary = ~spikes.spikes(found, parameters["cap"])
    found, wanted = found[ordinary].reset_index(drop=True), wanted[ordinary]
    made = predict(found, parameters, wanted, special_days)
    empty = made.found.assign(quiet=-np.log(made.empty()), mean=made.mean)
    group = empty.groupby(["room_id", "run"])
    first_of_stay = ~empty.duplicated(["room_id", "run", "stay_on"])
    return empty.assign(
        entity_id=empty["room_id"],
        score=group["quiet"].cumsum(),
        expected=group["mean"].cumsum(),
        nights_empty=group["nights"].cumsum(),
        since=group["day"].transform("min"),
        stays_empty=first_of_stay.groupby([empty["room_id"], empty["run"]]).cumsum(),
        value=0.0,
        empty=np.nan,
    )


def _entries_before(rooms: "DataFrame") -> Ints:
    """Of each check, how many with an entry its room has had up to and with it."""
    room = rooms["room_id"].to_numpy()
    order = np.lexsort((rooms["day"].to_numpy(), room))
    entries = np.empty(len(rooms), dtype=np.int64)
    entries[order] = (rooms["units"].iloc[order] > 0).groupby(room[order]).cumsum().to_numpy()
    return entries
