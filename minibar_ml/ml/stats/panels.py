"""Long frames as arrays: entities down, days across."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHECKS_IF_UNKNOWN = 300
"""Rooms checked a day where no room is on record: a chain's common store has none of its own."""


def ids_of(frame: "DataFrame", entity: str) -> Ints:
    """The frame's entity ids, in order, each once."""
    return np.unique(frame[entity].to_numpy(dtype=np.int64))


def panel(frame: "DataFrame", entity: str, ids: Ints, column: str, since: int, until: int) -> Floats:
    """Sums of `column` by entity (rows, as in the sorted `ids`) and day since <= day < until; 0 where there is none.

    NaN counts as 0; rows of other entities and days are left out.
    """
    sums = np.zeros((len(ids), max(until - since, 0)))
    if not sums.size:
        return sums
    entities, days = frame[entity].to_numpy(dtype=np.int64), frame["day"].to_numpy(dtype=np.int64)
    row = np.minimum(np.searchsorted(ids, entities), len(ids) - 1)
    wanted = (ids[row] == entities) & (days >= since) & (days < until)
    values = np.nan_to_num(frame[column].to_numpy(dtype=float)[wanted])
    np.add.at(sums, (row[wanted], days[wanted] - since), values)
    return sums


def trailing_means(values: Floats, days: int) -> Floats:
    """Mean of up to `days` columns before each column; the first, which has none before it, gets its own value."""
    if not values.shape[1]:
        return values.copy()
    total = np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
    until = np.maximum(np.arange(values.shape[1]), 1)
    since = np.maximum(until - days, 0)
    return np.asarray((total[:, until] - total[:, since]) / (until - since), dtype=float)


def trailing_sums(values: Floats, days: int) -> Floats:
    """Sum of each column and the `days` - 1 before it."""
    total = values.cumsum(axis=1)
    total[:, days:] -= total[:, :-days].copy()
    return np.asarray(total, dtype=float)


def rises(values: Floats, lag: int, days: int) -> Floats:
    """How far each column is above the highest of the `days` columns that end `lag` before it; -inf where none are."""
    width = lag + days - 1
    padded = np.concatenate([np.full((len(values), width), -np.inf), values], axis=1)
    if not values.size:
        return values.copy()
    before = np.lib.stride_tricks.sliding_window_view(padded, days, axis=1)[:, : values.shape[1]].max(axis=2)
    return np.where(np.isfinite(before), values - np.where(np.isfinite(before), before, 0.0), -np.inf)


def weighted_medians(values: Floats, weights: Floats) -> Floats:
    """Median of each column, its rows counted by `weights` (one a row, positive)."""
    order = np.argsort(values, axis=0, kind="stable")
    reached = np.cumsum(weights[order], axis=0)
    middle = np.argmax(reached >= reached[-1] / 2, axis=0)
    return np.asarray(np.take_along_axis(values, order, axis=0)[middle, np.arange(values.shape[1])], dtype=float)


def medians(values: Floats, starts: Ints) -> Floats:
    """Median of each group of values; a group goes from its place in `starts` to the next one's."""
    sizes = np.diff(np.r_[starts, len(values)])
    ordered = values[np.lexsort((values, np.repeat(np.arange(len(starts)), sizes)))]
    return np.asarray((ordered[starts + (sizes - 1) // 2] + ordered[starts + sizes // 2]) / 2)


def room_days(rooms: "DataFrame", days: int) -> int:
    """Checks of rooms over which false alerts are counted: those on record, else a middling hotel's."""
    return len(rooms) or CHECKS_IF_UNKNOWN * max(days, 1)
