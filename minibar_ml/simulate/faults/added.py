"""An attendant who writes down what no guest took."""

import numpy as np

from minibar_ml.simulate.arrays import Ints, of_first, stream
from minibar_ml.simulate.faults.left_out import LAST_DAYS
from minibar_ml.simulate.faults.rooms import RoomFaults, days_between, previous_visit_day
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.schedule import Schedule
from minibar_ml.simulate.presence.stays import NO_STAY, Stays


def add(plan: HotelPlan, stays: Stays, schedule: Schedule, faults: RoomFaults) -> Ints:
    """Units that a hotel's first attendant adds, by visit: only where a guest has slept who can be charged for them.

    No visit with a fault of its own: what is found there is labelled as it was.
    """
    added = np.zeros(len(schedule.room), dtype=np.int64)
    if not plan.adds:
        return added
    slept = days_between(stays.of_night != NO_STAY, schedule, previous_visit_day(schedule), schedule.day - 1) > 0
    usable = of_first(plan)[schedule.attendant] & (schedule.day >= plan.days - LAST_DAYS) & ~schedule.first & slept
    usable[faults.grabs["visit"].to_numpy(dtype=np.int64)] = False
    units = stream(plan, "added").poisson(plan.adds, len(added))
    return np.where(usable, units, 0)
