"""How faults are chosen among candidates, most of them in the plan's fault days; attendants' slow days."""

import numpy as np

from minibar_ml.simulate.arrays import Ints, rank_in_group, stream
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.schedule import VISITS_PER_SHIFT, Roster, Schedule

QUIET_DAYS = 10
EARLY_SHARE = 0.15
SLOW_DAY_VISITS = 10


def how_many(plan: HotelPlan, per_day: float, at_least: int) -> int:
    """Number of faults for a rate a day of the fault days (a fraction of it before them)."""
    late = plan.days - plan.first_fault_day
    early = max(0, plan.first_fault_day - QUIET_DAYS)
    return int(np.ceil(max(per_day * (late + EARLY_SHARE * early), at_least) * plan.fault_rate))


def choose(plan: HotelPlan, rng: np.random.Generator, day: Ints, count: int) -> Ints:
    """Indices of ``count`` candidates (fewer if there are not enough), the fault days preferred."""
    weight = np.where(day >= plan.first_fault_day, 1.0, EARLY_SHARE) * (day >= QUIET_DAYS)
    usable = np.flatnonzero(weight)
    key = rng.random(len(usable)) ** (1.0 / weight[usable])
    return np.sort(usable[np.argsort(-key, kind="stable")[:count]])


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
