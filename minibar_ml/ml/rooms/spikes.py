"""Checks that found a great part of what a minibar holds, and what they say of the checks after them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame

Flags = NDArray[np.bool_]
SHARE = 0.5
"""A spike, or an empty minibar, is this share of the most that checks find (their 99.9 % point)."""
RECORDED = 0.5
"""Refills are on record where they make this share of what is found."""


def emptied(found: "DataFrame", most: float) -> Flags:
    """Whether a room still lacked half of what a minibar gives when it was checked: what is not there nobody takes.

    Rows as `visit_model.checks` gives them. False where the hotel's refills are not on record.
    """
    units, refilled = (found[name].to_numpy(dtype=float) for name in ("units", "refilled"))
    if refilled.sum() < RECORDED * units.sum():
        return np.zeros(len(found), dtype=bool)
    room = found["room_id"]
    taken = (found["units"] - found["refilled"]).groupby(room).cumsum()
    lacking = taken - np.minimum(taken.groupby(room).cummin(), 0.0)
    return np.asarray(lacking.groupby(room).shift(fill_value=0.0) >= SHARE * most, dtype=np.bool_)


def spikes(found: "DataFrame", most: float) -> Flags:
    """The checks that found half of what a minibar gives: they do not say what those guests take on other days."""
    return np.asarray(found["units"].to_numpy(dtype=float) >= max(SHARE * most, 2.0), dtype=np.bool_)
