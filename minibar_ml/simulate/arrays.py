"""Array types, random streams, grouping and local time, shared by the simulator's parts."""

import zlib

import numpy as np
import numpy.typing as npt
import pandas as pd

from minibar_ml.simulate.plan import HotelPlan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def stream(plan: HotelPlan, concern: str) -> np.random.Generator:
    """A random stream of its own for each concern, so that a change in one leaves the others alone."""
    return np.random.default_rng([plan.seed, zlib.crc32(concern.encode())])


def of_first(plan: HotelPlan) -> Flags:
    """By attendant (all hotels in a row), whether it is the first of a hotel."""
    return np.asarray(np.arange(plan.hotels * plan.attendants_per_hotel) % plan.attendants_per_hotel == 0)


def in_first_stretch(plan: HotelPlan, room: Ints) -> Flags:
    """Whether rooms are of the first of the even stretches into which attendants divide their hotel."""
    return room % plan.rooms < plan.rooms // plan.attendants_per_hotel


def instants(plan: HotelPlan, day: Ints, seconds: Ints) -> pd.DatetimeIndex:
    """UTC instants of local wall-clock seconds after midnight of day indices."""
    start = np.datetime64(plan.starts_on, "s")
    local = pd.DatetimeIndex(start + (day * 86_400 + seconds).astype("timedelta64[s]"))
    return local.tz_localize(plan.timezone).tz_convert("UTC")


def dates(plan: HotelPlan, day: Ints) -> npt.NDArray[np.datetime64]:
    """Midnights (without zone) of day indices: the value of a date column."""
    return np.datetime64(plan.starts_on, "s") + (day * 86_400).astype("timedelta64[s]")


def group_starts(key: Ints) -> Ints:
    """For each element of a sorted key, the index at which its group begins."""
    first = np.r_[True, key[1:] != key[:-1]][: len(key)]
    return np.maximum.accumulate(np.where(first, np.arange(len(key)), 0))


def rank_in_group(key: Ints, order_by: Floats) -> Ints:
    """Rank from 0 of each element within its group by ``order_by``; the key need not be sorted."""
    order = np.lexsort((order_by, key))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - group_starts(key[order])
    return rank


def cumulate_in_group(key: Ints, values: Floats) -> Floats:
    """Running sum within each group of a sorted key."""
    total = np.cumsum(values)
    start = group_starts(key)
    return np.asarray(total - total[start] + values[start], dtype=np.float64)
