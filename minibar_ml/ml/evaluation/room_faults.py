"""Faults put into rooms of held-out days: units that go beside what guests take, and silence."""

from dataclasses import replace

import numpy as np
import pandas as pd

from minibar_ml.ml.contract import Detector
from minibar_ml.ml.detectors.room_consumption import first_look, told
from minibar_ml.ml.detectors.silent_room import runs_of
from minibar_ml.ml.evaluation.holdout import BLOCKS, Block
from minibar_ml.ml.evaluation.injected_faults import InjectedFaults, merged
from minibar_ml.ml.frames import LOOK_BACK, UNKNOWN_DAY
from minibar_ml.ml.rooms.predictive import Predictive, predict
from minibar_ml.ml.rooms.visit_model import checks
from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.ml.stats.panels import Ints

UNITS = tuple(range(4, 16))
ROOM_CHECKS = 1000
SILENT_NIGHTS, SILENT_CHECKS, LONGEST_SILENCE = (6, 8, 10, 12, 14, 17, 20), 4, 28
SILENT_ROOMS, SILENCES, SILENT_ROUNDS = 0.04, 80, 5


def grab(detector: Detector, block: Block, rng: np.random.Generator) -> InjectedFaults:
    """4 to 15 units more, found and refilled, at checks of occupied rooms.

    A fault's own units are no part of its own predictive, so every size is tried at every picked check, both looks.
    """
    parameters, rooms = block.parameters(detector), block.frames.rooms
    seen = rooms[rooms["day"] >= block.since - LOOK_BACK["rooms"]]
    held = seen[(seen["day"] >= block.since) & (seen["day"] < block.until) & (seen["previous_on"] > UNKNOWN_DAY)]
    if parameters["by_guests"]:
        held = held[held["guest_nights"] > 0]
    picked = held.iloc[rng.permutation(len(held))[:ROOM_CHECKS]]
    found = checks(seen, by_guests=parameters["by_guests"])
    made = predict(found, parameters, _keys(found).isin(_keys(picked)), block.frames.calendar.evenings())
    unseen = len(picked) - len(made.found)
    parts = [_grabbed(detector, block, made, units) for units in UNITS]
    missed = (np.repeat(UNITS, unseen).astype(float), np.full(unseen * len(UNITS), -np.inf), pd.DataFrame())
    return merged([*parts, missed], independent=len(picked))


def _keys(rooms: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rooms[["room_id", "day"]])


def _grabbed(detector: Detector, block: Block, made: Predictive, units: int) -> tuple[Floats, Floats, pd.DataFrame]:
    found = made.found.assign(units=made.found["units"] + units, refilled=made.found["refilled"] + units)
    more = replace(made, found=found)
    rows = told(more, first_look(more))
    found_at = block.due(detector, rows)
    followed = more.next_on > UNKNOWN_DAY
    again = more.at(followed).again()
    found_at[followed] = np.maximum(found_at[followed], block.due(detector, told(again, again.surprise())))
    return np.full(len(found), float(units)), found_at, rows


def silence(detector: Detector, block: Block, rng: np.random.Generator) -> InjectedFaults:
    """6 to 20 occupied nights over two stays or more in which nothing was found, told by their last check.

    In a few rooms at a time, so that the hotel's level stays what it is.
    """
    parameters = block.parameters(detector)
    seen = block.frames.between(block.since - LOOK_BACK["rooms"], block.until).rooms
    found = checks(seen, by_guests=parameters["by_guests"])
    ends = np.flatnonzero((found["day"] >= block.since).to_numpy())
    rooms = max(int(SILENT_ROOMS * found["room_id"].nunique()), 1)
    parts = []
    for _ in range(min(-(-SILENCES // (BLOCKS * rooms)), SILENT_ROUNDS)):
        picked = found.iloc[rng.permutation(ends)].drop_duplicates("room_id").index[:rooms].to_numpy()
        nights = rng.choice(SILENT_NIGHTS, len(picked))
        first = _begins(found, picked, nights)
        usable = first >= 0
        parts.append(_silenced(detector, block, found, first[usable], picked[usable], nights[usable].astype(float)))
    return merged(parts)


def _begins(found: pd.DataFrame, last: Ints, nights: Ints) -> Ints:
    """The check after which a silence of so many nights, two stays and four checks begins; -1 where there is none."""
    room, day = found["room_id"].to_numpy(), found["day"].to_numpy()
    slept = np.cumsum(found["nights"].to_numpy(dtype=float))
    stay = np.cumsum(np.r_[1, np.diff(found["stay_on"].to_numpy()) != 0])
    by_nights = np.searchsorted(slept, slept[last] - nights, "right") - 1
    by_stays = np.searchsorted(stay, stay[last] - 1, "right") - 2
    first = np.minimum(np.minimum(by_nights, by_stays), last - SILENT_CHECKS)
    fits = (first >= 0) & (room[first] == room[last]) & (day[last] - day[first] <= LONGEST_SILENCE)
    return np.where(fits, first, -1)


def _silenced(
    detector: Detector, block: Block, found: pd.DataFrame, first: Ints, last: Ints, nights: Floats
) -> tuple[Floats, Floats, pd.DataFrame]:
    change = np.zeros(len(found) + 1)
    np.add.at(change, first + 1, 1)
    np.add.at(change, last + 1, -1)
    units = np.where(np.cumsum(change)[:-1] > 0, 0.0, found["units"].to_numpy(dtype=float))
    told_at = found.iloc[last][["room_id", "day"]].assign(size=nights)
    rooms, evenings = told_at["room_id"].to_numpy(), block.frames.calendar.evenings()
    run = runs_of(found.assign(units=units), block.parameters(detector), evenings, of_rooms=rooms)
    rows = run.merge(told_at, on=["room_id", "day"]).drop(columns="size")
    order = told_at.merge(rows[["room_id", "day"]], on=["room_id", "day"])
    return order["size"].to_numpy(dtype=float), block.due(detector, rows.assign(lower=1.0, upper=np.nan)), rows
