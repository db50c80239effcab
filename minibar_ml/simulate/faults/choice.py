"""How faults are chosen among candidates, most of them in the plan's fault days."""

import numpy as np

from minibar_ml.simulate.arrays import Ints
from minibar_ml.simulate.plan import HotelPlan

QUIET_DAYS = 10
EARLY_SHARE = 0.15


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
