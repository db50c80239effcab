"""Units that left the depot for a reason that no guest gives: raised setups, floor stores filled up, new products."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats.panels import Floats, Ints
from minibar_ml.ml.stock.floor import floor_levels

if TYPE_CHECKING:
    from pandas import DataFrame

FILLED_WITHIN_DAYS = 30
"""So long after a setup was raised its rooms are filled, and the depot issues what that takes."""
LOW_DAYS = 2.0
"""A floor store that holds so many days' use or less is due to be filled up."""
LOW_SHARE = 0.5
"""And it must hold no more than this share of what it usually holds in the evening."""
RISING_DAYS = 7
"""So long before an issue a floor store's highest level counts: later ones may hold what is missing already."""
NEW_DAYS = 14
"""So long after its first issue, or the floor store's first units, stores are being filled for the first time."""


def setups(rises: "DataFrame", products: Ints, since: int, surplus: Floats) -> Floats:
    """Of the surplus (products x days from `since` on), what raised setups ask for; each once, the earliest first."""
    excused = np.zeros_like(surplus)
    if not len(rises):
        return excused
    wanted = rises[rises["product_id"].isin(products)].sort_values("day", kind="stable")
    for product, day, units in wanted[["product_id", "day", "units"]].itertuples(index=False):
        row, first = int(np.searchsorted(products, product)), max(int(day) - since, 0)
        span = slice(first, max(int(day) - since + FILLED_WITHIN_DAYS, 0))
        left = np.maximum(surplus[row, span] - excused[row, span], 0.0)
        excused[row, span] += np.diff(np.minimum(np.cumsum(left), float(units)), prepend=0.0)
    return excused


def restocked(
    frames: Frames, products: Ints, since: int, use: Floats, used: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """What was put into the floor store to fill it up on each day, and whether it had been low.

    It is filled up to what it held at most in the days before, and that day's use; for the first time without a limit.
    All of it where it then holds no more than it did up to a week before: what never arrived stays in its book.
    `use`: units a day of late, `used`: of the day itself.
    """
    until = since + used.shape[1]
    floor = floor_levels(frames, products, since, until)
    held = frames.floor["day"].to_numpy(dtype=np.int64)
    if not (held < until).any():
        return np.zeros_like(floor), np.zeros(floor.shape, dtype=np.bool_)
    begun, day = int(held[held < until].min()) - since, np.arange(until - since)
    before = np.concatenate([floor[:, :1], floor[:, :-1]], axis=1)
    given = np.maximum(floor - before + used, 0.0)
    # Where it is given each morning what the day takes, it is low every evening, and that says nothing.
    usual = np.median(before[:, max(begun, 0) :], axis=1, keepdims=True)
    is_low = (before <= LOW_DAYS * use) & (before <= LOW_SHARE * usual) & (day > begun)
    missing = np.where(is_low, np.maximum.accumulate(before, axis=1) - before + use, 0.0)
    week_before = np.pad(floor, ((0, 0), (RISING_DAYS, 0)))[:, : floor.shape[1]]
    missing = np.where(floor <= np.maximum.accumulate(week_before, axis=1), given, missing)
    is_first = (day >= begun) & (day < begun + NEW_DAYS) & (begun >= NEW_DAYS)
    return np.where(is_first, given, np.minimum(missing, given)), (is_low | is_first) & (given > used)


def is_new(first: Ints, issued: Floats, since: int) -> NDArray[np.bool_]:
    """Days (products x days) up to two weeks after the first issue of a product that came into the range meanwhile."""
    day = np.arange(issued.shape[1])
    is_late = first - since >= NEW_DAYS
    begins = np.where((issued > 0).any(axis=1), np.argmax(issued > 0, axis=1), issued.shape[1])
    return np.asarray(is_late[:, None] & (day < begins[:, None] + NEW_DAYS))
