"""Checks without an entry where there was something to enter: what a guest took is found by the next check."""

import numpy as np

from minibar_ml.simulate.arrays import Flags, of_first, stream
from minibar_ml.simulate.faults.rooms import RoomFaults
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.schedule import Schedule

LAST_DAYS = 21


def leave_out(plan: HotelPlan, schedule: Schedule, faults: RoomFaults) -> Flags:
    """The visits at which nothing is entered: a share of those of a hotel's first attendant in the last 21 days, and
    what anybody overlooks.

    No visit with a fault of its own: what is found there is to be found on its day.
    """
    left_out = np.zeros(len(schedule.room), dtype=bool)
    if plan.leaves_out:
        of_late = of_first(plan)[schedule.attendant] & (schedule.day >= plan.days - LAST_DAYS)
        left_out |= of_late & (stream(plan, "left out").random(len(left_out)) < plan.leaves_out)
    if plan.crew.overlooked:
        rng = stream(plan, "overlooked")
        share = rng.uniform(0, 2 * plan.crew.overlooked, plan.hotels * plan.attendants_per_hotel)
        left_out |= rng.random(len(left_out)) < share[schedule.attendant]
    left_out[schedule.first] = False
    left_out[faults.grabs["visit"].to_numpy(dtype=np.int64)] = False
    return left_out
