"""How many units of each product are used a day: its share of the hotel's demand times that demand.

A product's own days say little; the hotel's sum shows much sooner that the season turns. So the demand is learned from
the sum, and from the product only its share (smooth demand) or its rate relative to the sum (the uneven kinds).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.forecasting.demand import classify, sba, tsb
from minibar_ml.ml.stats.panels import Floats

WEEK = 7
SHARE_DAYS = 56
START_DAYS = 14
SMOOTHINGS = np.array([1 / 14, 1 / 28, 1 / 21, 1 / 9, 1 / 6, 1 / 4])
"""The first is taken until it is known which forecasts best."""
PSEUDO_WEEKS = 4.0
NEW_AFTER_DAYS = 21
LOWEST_DEMAND = 0.1


@dataclass(frozen=True, slots=True)
class Rates:
    """What is learned of each product from a window of days.

    `after`: units a day expected after each day of the window (products x days), on a day of middling weekday;
    `weekday`: factor of each of seven days, the first for the ordinals that 7 divides; `classes`: kind of demand.
    """

    after: Floats
    weekday: Floats
    classes: NDArray[np.str_]

    def profile(self, first: int, days: int) -> Floats:
        """The weekday's factor of so many days from an ordinal on."""
        return np.asarray(self.weekday[(first + np.arange(days)) % WEEK])


def rates(used: Floats, first: int) -> Rates:
    """Rates after every day of a window that begins with the ordinal `first`; NaN is unseen demand."""
    total = _total(used)
    weekday = weekday_factors(total, first)
    even = total / weekday[(first + np.arange(len(total))) % WEEK]
    demand = smoothed(even)
    classes = classify(used)
    after = _shares(used, even) * demand
    uneven = np.flatnonzero(classes != "smooth")
    if len(uneven) and even.any():
        relative = demand / even.mean()
        after[uneven] = _uneven(used[uneven] / np.maximum(relative, LOWEST_DEMAND)) * relative
    return Rates(after, weekday, classes)


def _uneven(used: Floats) -> Floats:
    """The mean of two ways to smooth uneven demand, whose errors differ."""
    return (sba(used) + tsb(used)) / 2


def _total(used: Floats) -> Floats:
    """The hotel's use a day; what could not be seen counts as the product's mean."""
    seen = np.isfinite(used)
    mean = np.nan_to_num(used).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return np.asarray(np.where(seen, used, mean[:, None]).sum(axis=0))


def weekday_factors(total: Floats, first: int) -> Floats:
    """Factor of each weekday on the hotel's use, shrunk to 1 by four weeks; their mean is 1."""
    mean = total.mean() if len(total) else 0.0
    if mean <= 0:
        return np.ones(WEEK)
    day = (first + np.arange(len(total))) % WEEK
    sums, count = np.bincount(day, total, WEEK), np.bincount(day, minlength=WEEK)
    factors = (sums / mean + PSEUDO_WEEKS) / (count + PSEUDO_WEEKS)
    return np.asarray(factors / factors.mean())


def smoothed(total: Floats) -> Floats:
    """The hotel's demand a day after each day, by simple exponential smoothing (Gardner 2006).

    The smoothing constant of each day is the one that forecast the sums of the weeks before it best.
    """
    paths = np.empty((len(SMOOTHINGS), len(total)))
    demand = np.full(len(SMOOTHINGS), total[:START_DAYS].mean() if len(total) else 0.0)
    for day, units in enumerate(total):
        demand = demand + SMOOTHINGS * (units - demand)
        paths[:, day] = demand
    best = np.argmin(_past_errors(paths, total), axis=0) if len(total) else np.zeros(0, dtype=int)
    return np.asarray(paths[best, np.arange(len(total))])


def _past_errors(paths: Floats, total: Floats) -> Floats:
    """Sum of squared errors of weekly means that were known by each day, by constant and day."""
    errors = np.zeros(paths.shape)
    weeks = len(total) - WEEK - START_DAYS + 1
    if weeks > 0:
        sums = np.concatenate([[0.0], total.cumsum()])
        means = (sums[WEEK:] - sums[:-WEEK]) / WEEK
        begin = START_DAYS - 1
        found = (means[begin + 1 : begin + 1 + weeks] - paths[:, begin : begin + weeks]) ** 2
        errors[:, begin + WEEK : begin + WEEK + weeks] = found.cumsum(axis=1)
    return errors


def _shares(used: Floats, even: Floats) -> Floats:
    """Each product's share of the hotel's use in up to 56 seen days up to and with each day."""
    seen = np.isfinite(used) & _listed(used)
    own = _trailing(np.where(seen, np.nan_to_num(used), 0.0))
    all_ = _trailing(np.where(seen, even[None, :], 0.0))
    return np.asarray(own / np.maximum(all_, 1e-12))


def _listed(used: Floats) -> NDArray[np.bool_]:
    """Days on which a product was there: all but those before the first use of one that is new in the window."""
    some = np.nan_to_num(used) > 0
    first = np.where(some.any(axis=1), np.argmax(some, axis=1), 0)
    began = np.where(first > NEW_AFTER_DAYS, first, 0)
    return np.asarray(np.arange(used.shape[1])[None, :] >= began[:, None])


def _trailing(values: Floats) -> Floats:
    sums = values.cumsum(axis=1)
    sums[:, SHARE_DAYS:] -= sums[:, :-SHARE_DAYS].copy()
    return np.asarray(sums)
