"""Reservations as a driver of demand: how full the coming days will be against the last two weeks.

Nobody knows when a reservation was entered, so what was reserved as of a past day can't be separated from what came
later. So the driver is used only for the instant of a live run. Past days, and the stored points that accuracy is
measured on, are forecast without it: there it would be a look ahead.
"""

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.forecasting.days_left import HORIZON_DAYS
from minibar_ml.ml.stats.panels import Floats, Ints

PAST_DAYS, PRESENT_DAYS, AHEAD_DAYS = 28, 14, 40
LEAST_ARRIVALS_A_DAY = 0.5
RECORDING_DAYS = 3
BOOKING_DAYS: NDArray[np.float64] = np.geomspace(0.3, 60.0, 60)
WEIGHT = 0.7
LIMITS = (0.5, 2.0)


def driver(arrives: Ints, departs: Ints, rooms: Floats, today: int) -> Floats | None:
    """Factor on demand for each of 90 days, the first being `today` (an ordinal); None where reservations say nothing.

    One entry a pair of days: `rooms` that are taken from the night of `arrives` to that before `departs`. Expected
    for a night ahead: guests who are in house and stay, bookings, and of the usual later arrivals the share that is
    not booked yet. That share is learned from the reservations as they stand: as if arrivals ahead were booked with
    probability exp(-lead / days), the `days` that explain how many there are. So missing bookings never count as
    empty rooms, and only what stands out from the usual thinning moves demand. By half at most, at 0.7 of its size.
    """
    came = (arrives < today) & (arrives >= today - PAST_DAYS)
    usual = rooms[came].sum() / PAST_DAYS
    recorded = arrives[came & (arrives >= today - RECORDING_DAYS)]
    known_long = len(departs) > 0 and departs.min() <= today - PAST_DAYS
    if usual < LEAST_ARRIVALS_A_DAY or not len(recorded) or not known_long:
        return None
    present = _nights(arrives, departs, rooms, today - PRESENT_DAYS, PRESENT_DAYS).mean()
    booked = _nights(arrives, departs, rooms, today, AHEAD_DAYS)
    later = _usual_newcomers(arrives[came], departs[came], rooms[came])
    expected = booked + later * (1.0 - _booked_share(arrives, rooms, today, usual))
    factor = np.clip(expected / max(present, 1.0), *LIMITS) ** WEIGHT
    return np.concatenate([factor, np.ones(HORIZON_DAYS - AHEAD_DAYS)])


def _nights(arrives: Ints, departs: Ints, rooms: Floats, first: int, days: int) -> Floats:
    """Rooms taken in each of so many nights from an ordinal on."""
    begin, end = (np.clip(day - first, 0, days) for day in (arrives, departs))
    change = np.bincount(begin, rooms, days + 1) - np.bincount(end, rooms, days + 1)
    return np.asarray(change.cumsum()[:days])


def _usual_newcomers(arrives: Ints, departs: Ints, rooms: Floats) -> Floats:
    """Rooms taken, each night ahead, by guests who come from today on, as the arrivals of the last weeks stayed."""
    nights = departs - arrives
    lasting = [rooms[nights > age].sum() / PAST_DAYS for age in range(AHEAD_DAYS)]
    return np.asarray(np.cumsum(lasting))


def _booked_share(arrives: Ints, rooms: Floats, today: int, usual: float) -> Floats:
    """Share of each coming night's newcomers that is reserved already."""
    lead = np.arange(PAST_DAYS)
    ahead = (arrives >= today) & (arrives < today + PAST_DAYS)
    ratio = rooms[ahead].sum() / usual
    sums = np.exp(-lead[None, :] / BOOKING_DAYS[:, None]).sum(axis=1)
    days = BOOKING_DAYS[np.argmin(np.abs(sums - ratio))] if ratio > 0 else 0.0
    return np.asarray(np.exp(-np.arange(AHEAD_DAYS) / days) if days else np.zeros(AHEAD_DAYS))
