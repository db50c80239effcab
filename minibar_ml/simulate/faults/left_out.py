"""An attendant who leaves entries out: what a guest took is found by the next check, whoever makes it."""

import numpy as np

from minibar_ml.simulate.arrays import Flags, stream
from minibar_ml.simulate.faults.rooms import RoomFaults
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.schedule import Roster, Schedule

LAST_DAYS = 21


def leave_out(plan: HotelPlan, roster: Roster, schedule: Schedule, faults: RoomFaults) -> Flags:
    """The visits in which a hotel's first attendant enters nothing: a share of those of the last 21 days.

    No visit with a fault of its own: what is found there is to be found on its day.
    """
    left_out = np.zeros(len(schedule.room), dtype=bool)
    if not plan.leaves_out:
        return left_out
    first = np.r_[True, np.diff(roster.attendant_hotel) != 0]
    usable = first[schedule.attendant] & (schedule.day >= plan.days - LAST_DAYS) & ~schedule.first
    usable[faults.grabs["visit"].to_numpy(dtype=np.int64)] = False
    return np.asarray(usable & (stream(plan, "left out").random(len(usable)) < plan.leaves_out), dtype=np.bool_)
