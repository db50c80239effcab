"""How faults are chosen among candidates, most of them in the plan's fault days; attendants' slow days."""

from dataclasses import replace

import numpy as np

from minibar_ml.simulate.arrays import Floats, Ints, stream
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.schedule import Roster, Schedule

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


def choose_slow_days(plan: HotelPlan, roster: Roster) -> Floats:
    """Factors (attendant x day) on the gaps between visits; 1 is the usual pace."""
    rng = stream(plan, "slow days")
    slowness = np.ones(roster.on_duty.shape)
    if plan.wants("refill_delay"):
        attendant, day = np.nonzero(roster.on_duty)
        picked = choose(plan, rng, day, how_many(plan, 0.008 * len(slowness), 2))
        slowness[attendant[picked], day[picked]] = rng.uniform(1.7, 2.5, len(picked))
    return slowness


def label_slow_days(plan: HotelPlan, roster: Roster, schedule: Schedule) -> tuple[Schedule, list[Fault]]:
    """Labels of slow days with enough visits to show; the others are put back to the usual pace."""
    shape = roster.on_duty.shape
    visits = np.zeros(shape, dtype=np.int64)
    np.add.at(visits, (schedule.attendant, schedule.day), 1)
    enough = visits[schedule.attendant, schedule.day] >= SLOW_DAY_VISITS
    kept = replace(schedule, slowness=np.where(enough, schedule.slowness, 1.0))
    factors = np.ones(shape)
    factors[kept.attendant, kept.day] = kept.slowness
    labels = []
    for attendant, day in zip(*np.nonzero(factors > 1), strict=True):
        factor, on = float(factors[attendant, day]), plan.date_of(int(day))
        hotel, user = int(roster.attendant_hotel[attendant]) + 1, int(roster.attendant_id[attendant])
        note = f"every gap times {factor:.2f}, {visits[attendant, day]} visits"
        labels.append(Fault("refill_delay", hotel, "attendant", user, on, on, factor, note))
    return kept, labels
