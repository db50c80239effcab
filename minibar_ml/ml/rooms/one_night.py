"""What guests of one night take, as the hotel's own checks have it: the measure of a guest whom nobody has listed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pandas import DataFrame


def at_least(rooms: "DataFrame") -> Callable[[float], float]:
    """By number of units, the probability that a check after one night with guests finds so many or more.

    Never rarer than the rule of succession allows: one in all such checks, and two (Laplace 1814).
    """
    found = np.sort(rooms.loc[(rooms["known"] == 1) & (rooms["nights"] == 1), "units"].to_numpy(dtype=float))
    return lambda units: float(len(found) - np.searchsorted(found, units) + 1) / (len(found) + 2)
