"""A hotel's room checks by several attendants, as `Frames.rooms` has them: what one leaves out the next one finds."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HOTEL, FIRST_DAY, DAYS = 7, 740_000, 36
DAY = FIRST_DAY + DAYS
"""The day after the last one."""


def rooms(
    rng: np.random.Generator,
    *,
    count: int = 90,
    attendants: int = 3,
    rotate: bool = False,
    leaving_out: Mapping[int, float] | None = None,
    since: int = FIRST_DAY,
    spread: float = 0.05,
    overlooked: float = 0.03,
) -> pd.DataFrame:
    """Checks of every day by attendants 1, 2, ..., who have floors of their own or rotate by day.

    Four guests of ten take nothing, the others by a Gamma of their own; guests stay three nights on average.
    `leaving_out`: by attendant, the probability that a check which finds something enters nothing, from `since` on.
    `spread`: how much what attendants overlook differs.
    """
    floor, base = np.arange(count) * attendants // count, np.clip(rng.normal(overlooked, spread, attendants), 0, 0.5)
    guests, taste, left = (np.zeros(count) for _ in range(3))
    began, checked = np.zeros(count, dtype=int), np.full(count, FIRST_DAY - 1)
    missing = np.zeros(count, dtype=int)
    found = []
    for day in range(FIRST_DAY, DAY):
        slept = guests > 0
        nights = slept.astype(int)
        missing += np.where(slept, rng.poisson(0.5 * taste * np.maximum(guests, 1)), 0)
        left = np.maximum(left - 1, 0)
        staying = np.where(left > 0, guests, 0)
        who = (floor + (day if rotate else 0)) % attendants
        silent = np.array([(leaving_out or {}).get(one + 1, 0.0) if day >= since else 0.0 for one in range(attendants)])
        entered = (missing > 0) & (rng.random(count) >= silent[who]) & (rng.random(count) >= base[who])
        units = np.where(entered, missing, 0)
        found.append(_day(day, who + 1, units, nights, guests, staying, began, checked))
        missing = np.where(entered, 0, missing)
        checked[:] = day
        guests = np.where(left > 0, guests, 0)
        arrives = (guests == 0) & (rng.random(count) < 0.5)
        guests = np.where(arrives, rng.integers(1, 4, count), guests)
        taste = np.where(arrives, np.where(rng.random(count) < 0.4, 0.0, rng.gamma(0.9, 1.0, count)), taste)
        left, began = np.where(arrives, rng.geometric(1 / 3, count), left), np.where(arrives, day, began)
    return pd.concat(found).sort_values(["room_id", "day"], ignore_index=True)


def _day(
    day: int,
    who: NDArray[np.int64],
    units: NDArray[np.int64],
    nights: NDArray[np.int64],
    guests: NDArray[np.float64],
    staying: NDArray[np.float64],
    began: NDArray[np.int64],
    checked: NDArray[np.int64],
) -> pd.DataFrame:
    slept = nights > 0
    return pd.DataFrame(
        {
            "hotel_id": HOTEL, "room_id": 1000 + np.arange(len(units)), "day": day, "units": units.astype(float),
            "refilled": units.astype(float), "visits": 1, "products_found": np.minimum(units, 3), "attendant_id": who,
            "last_by": np.where(units > 0, 0, who), "room_type": "STANDARD", "known": True, "nights": nights,
            "guest_nights": nights * guests, "guests": np.where(slept, guests, 0).astype(int), "arriving": 0,
            "staying": staying.astype(int), "stays": nights, "stay_on": np.where(slept, began, 0),
            "previous_on": checked.copy(), "occupancy": 0.6, "beyond": 0.0,
        }
    )  # fmt: skip
