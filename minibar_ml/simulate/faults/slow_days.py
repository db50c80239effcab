"""Attendants who are slow for a day."""

import numpy as np

from minibar_ml.simulate.arrays import rank_in_group, stream
from minibar_ml.simulate.faults.choice import choose, how_many
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.schedule import VISITS_PER_SHIFT, Roster, Schedule

SLOW_DAY_VISITS = 10


def slow_down(plan: HotelPlan, roster: Roster, schedule: Schedule) -> tuple[Schedule, list[Fault]]:
    """Make some attendants slow for a day: every gap is stretched, so they get to fewer of their rooms."""
    if not plan.wants("refill_delay"):
        return schedule, []
    rng = stream(plan, "slow days")
    shift = schedule.day * len(roster.attendant_id) + schedule.attendant
    visits = np.bincount(shift, minlength=plan.days * len(roster.attendant_id))
    busy = np.flatnonzero(visits >= SLOW_DAY_VISITS)
    count = how_many(plan, 0.008 * len(roster.attendant_id), 2)
    slow = busy[choose(plan, rng, busy // len(roster.attendant_id), count)]
    factor = np.ones(len(visits))
    factor[slow] = rng.uniform(1.7, 2.5, len(slow))
    reached = (rank_in_group(shift, rng.random(len(shift))) < VISITS_PER_SHIFT / factor[shift]) | schedule.first
    labels = []
    for index in slow.tolist():
        day, attendant = divmod(index, len(roster.attendant_id))
        on, size = plan.date_of(day), float(factor[index])
        hotel, user = int(roster.attendant_hotel[attendant]) + 1, int(roster.attendant_id[attendant])
        note = f"every gap times {size:.2f}"
        labels.append(Fault("refill_delay", hotel, "attendant", user, on, on, size, note))
    return Schedule(
        room=schedule.room[reached],
        day=schedule.day[reached],
        attendant=schedule.attendant[reached],
        first=schedule.first[reached],
        slowness=factor[shift][reached],
    ), labels
