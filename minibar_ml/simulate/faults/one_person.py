"""What one attendant of each hotel does wrong for three weeks, labelled."""

import numpy as np

from minibar_ml.simulate.arrays import of_first
from minibar_ml.simulate.faults.left_out import LAST_DAYS
from minibar_ml.simulate.plan import Fault, FaultKind, HotelPlan
from minibar_ml.simulate.presence.schedule import Roster


def of_one_person(plan: HotelPlan, roster: Roster) -> list[Fault]:
    """A label for the first attendant of each hotel, and for each of what that one does."""
    done: list[tuple[FaultKind, float, str]] = [
        ("attendant_excess", plan.adds, f"{plan.adds:g} units a check are entered that no guest took"),
        ("attendant_silence", plan.leaves_out, f"nothing is entered at {plan.leaves_out:.0%} of checks"),
    ]
    since, until = plan.date_of(plan.days - LAST_DAYS), plan.ends_on
    return [
        Fault(
            kind,
            int(roster.attendant_hotel[who]) + 1,
            "attendant",
            int(roster.attendant_id[who]),
            since,
            until,
            size,
            note,
        )
        for kind, size, note in done
        for who in np.flatnonzero(of_first(plan))
        if size
    ]
