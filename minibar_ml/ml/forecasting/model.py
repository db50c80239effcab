"""Days left of every product of a hotel, P10, P50 and P90: the parts of the forecast put together.

Demand on the warehouse is what rooms use, not what is issued: issues go out by the case, days ahead of use, and come
back. A rate learned from issues forecasts even the warehouse's own end worse (docs/algorithms.md has the figures).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.forecasting.calibration import Widths, calibrate
from minibar_ml.ml.forecasting.days_left import HORIZON_DAYS, expected_days, quantiles
from minibar_ml.ml.forecasting.demand import Flags, capped, unseen
from minibar_ml.ml.forecasting.rates import Rates, rates
from minibar_ml.ml.stats.panels import Floats

WINDOW_DAYS = 60
LEAST_HISTORY_DAYS = 14
CLOSED_DAYS, CLOSED_GAPS = 7, 10.0
LEAST_DAYS_OF_USE = 6
LATEST_USE_DAYS = 28
DAILY_OF_DAYS = 14
DISPERSION_PSEUDO_DAYS = 14
LARGEST_DISPERSION = 50.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of each product (rows in the order given); NaN where `known` is false.

    `days`, `earliest`, `latest`: P50, P10 and P90 of days left; `daily`: units a day of the coming two weeks;
    `after`: units a day expected after each day of the window (0 before the hotel opened); `expected`: products x 90
    days, units; `dispersion`: variance over mean of a day's units.
    """

    days: Floats
    earliest: Floats
    latest: Floats
    daily: Floats
    after: Floats
    expected: Floats
    dispersion: Floats
    classes: NDArray[np.str_]
    known: Flags
    reasons: NDArray[np.str_]
    widths: Widths

    def method(self, row: int) -> str:
        """How one product's rate was learned: its share of the hotel's demand, or a mean of SBA and TSB times that."""
        return "share" if self.classes[row] == "smooth" else "sba+tsb"


def forecast(
    used: Floats, levels: Floats, history: Floats, first: int, now: Floats | None = None, driver: Floats | None = None
) -> Outlook:
    """Forecast days left after the window's last day.

    `used` and `levels` are products x days from the ordinal `first` on: units used a day, ledger level at its end
    (NaN: unknown). `history`: days since each product was first used. `now`: the level to start from, if it is not
    the last day's. `driver`: factor of each of the coming 90 days on demand, from reservations.
    """
    opened = _opening(used, history)
    seen = _open_days(unseen(capped(used), levels)[:, opened:])
    begin = first + opened
    found = rates(seen, begin)
    dispersion = _dispersion(seen, found, begin)
    start = (levels[:, -1] if levels.shape[1] else np.full(len(used), np.nan)) if now is None else now
    reasons = _reasons(seen, start, history)
    known = reasons == ""
    rate = found.after[:, -1] if seen.shape[1] else np.zeros(len(used))
    profile = found.profile(first + used.shape[1], HORIZON_DAYS) * (1.0 if driver is None else driver)
    expected = np.where(known, rate, 0.0)[:, None] * profile
    widths = calibrate(seen[known], _rows(found, known), begin, dispersion[known])
    level = np.where(known, np.nan_to_num(start), 0.0)
    days = expected_days(expected, level)
    shares = [np.full(len(used), share) for share in widths.probabilities()]
    earliest, latest = quantiles(expected, level, dispersion, (shares[0], shares[1]))
    return Outlook(
        days=np.where(known, days, np.nan),
        earliest=np.where(known, np.minimum(earliest, days), np.nan),
        latest=np.where(known, np.maximum(latest, days), np.nan),
        daily=expected[:, :DAILY_OF_DAYS].mean(axis=1),
        after=np.concatenate([np.zeros((len(used), opened)), found.after], axis=1),
        expected=expected,
        dispersion=dispersion,
        classes=found.classes,
        known=known,
        reasons=reasons,
        widths=widths,
    )


def _opening(used: Floats, history: Floats) -> int:
    """The window's day on which the hotel opened: an earlier day is not a day without demand.

    That is its first use ever, or the first in the window after a gap as of a closed season; 0 where neither is in it.
    """
    days = _days_of_use(used)
    if not len(days):
        return 0
    first = int(days[0])
    return first if first > _longest_gap(days) else min(first, max(used.shape[1] - int(history.max()), 0))


def _open_days(used: Floats) -> Floats:
    """The use, unseen (NaN) on days on which the hotel was closed: a gap in all use of a week or more that is over.

    It must be out of the ordinary too: where rounds are entered every ten days, ten days without use are none. A gap
    that is not over is not demand as long as it lasts.
    """
    days = _days_of_use(used)
    closed, longest = np.zeros(used.shape[1], dtype=bool), _longest_gap(days)
    for last, following in pairwise(days.tolist()):
        if following - last > longest:
            closed[last + 1 : following] = True
    return np.where(closed, np.nan, used)


def _days_of_use(used: Floats) -> NDArray[np.intp]:
    return np.flatnonzero((np.nan_to_num(used) > 0).any(axis=0))


def _longest_gap(days: NDArray[np.intp]) -> float:
    """Days between two days of use beyond which a hotel was closed; never where there are not two."""
    return max(CLOSED_DAYS, CLOSED_GAPS * float(np.median(np.diff(days)))) if len(days) > 1 else np.inf


def _rows(found: Rates, rows: Flags) -> Rates:
    return Rates(found.after[rows], found.weekday, found.classes[rows])


def _dispersion(seen: Floats, found: Rates, first: int) -> Floats:
    """Variance over mean of a day's units around what was expected of it, shrunk to the hotel's; at least 1."""
    expected = found.after * found.profile(first, seen.shape[1])
    there = np.isfinite(seen) & (expected > 0)
    squares = np.where(there, (np.nan_to_num(seen) - expected) ** 2 / np.maximum(expected, 1e-9), 0.0)
    days = there.sum(axis=1)
    own = squares.sum(axis=1) / np.maximum(days, 1)
    usual = float(np.median(own[days > 0])) if (days > 0).any() else 1.0
    shrunk = (days * own + DISPERSION_PSEUDO_DAYS * usual) / (days + DISPERSION_PSEUDO_DAYS)
    return np.asarray(np.clip(shrunk, 1.0, LARGEST_DISPERSION))


def _reasons(seen: Floats, level: Floats, history: Floats) -> NDArray[np.str_]:
    """Why there is no forecast of a product; empty where there is one."""
    some = np.nan_to_num(seen) > 0
    recent = some[:, -LATEST_USE_DAYS:].any(axis=1)
    conditions = [
        ~np.isfinite(level),
        level < 0,
        ~some.any(axis=1),
        history < LEAST_HISTORY_DAYS,
        ~recent,
        some.sum(axis=1) < LEAST_DAYS_OF_USE,
    ]
    words = ["no_level", "negative_level", "no_use", "little_history", "no_recent_use", "rare_use"]
    return np.asarray(np.select(conditions, words, ""))
