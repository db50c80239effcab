"""Rounds that never happened: checks entered one after the other from a chair, with nothing found."""

from dataclasses import dataclass

import numpy as np

from minibar_ml.simulate.arrays import Flags, Floats, Ints, stream
from minibar_ml.simulate.faults.choice import choose, how_many
from minibar_ml.simulate.faults.rooms import RoomFaults
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.schedule import Roster, Schedule

FEWEST, MOST = 8, 15
SECONDS, SPREAD, QUICKEST, SLOWEST = 18.0, 0.5, 4.0, 60.0


@dataclass(frozen=True)
class UnseenRounds:
    """Visits in which nobody was in the room.

    ``visit`` marks them. ``gap`` is minutes since the visit before for all of a run but its first, NaN elsewhere.
    """

    visit: Flags
    gap: Floats
    labels: list[Fault]


def sit_out(plan: HotelPlan, roster: Roster, schedule: Schedule, faults: RoomFaults) -> UnseenRounds:
    """Let some attendants enter 8 to 15 rooms of a round in a row without going there.

    Rooms with a fault of their own are left alone: what is found there is to be found on its day.
    """
    visit, gap = np.zeros(len(schedule.room), dtype=bool), np.full(len(schedule.room), np.nan)
    labels: list[Fault] = []
    if not plan.wants("unseen_round"):
        return UnseenRounds(visit, gap, labels)
    rng = stream(plan, "unseen rounds")
    staff = len(roster.attendant_id)
    first, length = _stretches(schedule, faults, staff)
    picked = choose(plan, rng, schedule.day[first], how_many(plan, 0.012 * staff, 2))
    for start, most in zip(first[picked].tolist(), length[picked].tolist(), strict=True):
        rooms = int(rng.integers(FEWEST, min(most, MOST), endpoint=True))
        begin = start + int(rng.integers(0, most - rooms, endpoint=True))
        visit[begin : begin + rooms] = True
        seconds = SECONDS * rng.lognormal(0, SPREAD, rooms - 1)
        gap[begin + 1 : begin + rooms] = np.clip(seconds, QUICKEST, SLOWEST) / 60
        on, attendant = plan.date_of(int(schedule.day[begin])), schedule.attendant[begin]
        hotel, user = int(roster.attendant_hotel[attendant]) + 1, int(roster.attendant_id[attendant])
        note = f"{rooms} rooms entered without being seen"
        labels.append(Fault("unseen_round", hotel, "attendant", user, on, on, float(rooms), note))
    return UnseenRounds(visit, gap, labels)


def _stretches(schedule: Schedule, faults: RoomFaults, staff: int) -> tuple[Ints, Ints]:
    """First visit and length of each shift's longest stretch of at least eight rooms that nothing else is done to."""
    spared = np.asarray(faults.silent.any(axis=1))
    spared[schedule.room[faults.grabs["visit"].to_numpy(dtype=np.int64)]] = True
    usable = ~spared[schedule.room] & ~schedule.first & (schedule.slowness == 1.0)
    shift = schedule.day * staff + schedule.attendant
    begins = usable & np.r_[True, ~usable[:-1] | (shift[1:] != shift[:-1])][: len(usable)]
    ends = usable & np.r_[~usable[1:] | (shift[1:] != shift[:-1]), True][: len(usable)]
    first = np.flatnonzero(begins)
    length = np.flatnonzero(ends) - first + 1
    order = np.lexsort((-length, shift[first]))
    longest = order[np.r_[True, np.diff(shift[first][order]) != 0][: len(order)]]
    longest = longest[length[longest] >= FEWEST]
    return first[longest], length[longest]
