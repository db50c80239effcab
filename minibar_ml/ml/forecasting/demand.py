"""Daily demand of products: what a stock-out hid, what kind of demand it is, and the rate of the uneven kinds.

Arrays are products (rows) by days (columns), units a day, the oldest day first. NaN marks demand that nobody could
see; it counts neither as use nor as no use.
"""

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.stats.panels import Floats

Flags = NDArray[np.bool_]
LONGEST_INTERVAL, LARGEST_CV2 = 1.32, 0.49
"""Cut-offs of Syntetos, Boylan & Croston (2005), Journal of the Operational Research Society 56."""
SMOOTHING = 0.05
LARGEST_OF_USUAL, LARGEST_EXTRA = 5.0, 5.0


def unseen(used: Floats, level: Floats) -> Floats:
    """The use, NaN on days that began and ended without stock and had no use: such demand is hidden, not absent.

    `level` is the ledger's at the end of each day (NaN: unknown, taken as in stock). What rooms still got out of the
    attendants' hands on such a day was seen, and counts.
    """
    out = level <= 0
    began_out = np.concatenate([out[:, :1], out[:, :-1]], axis=1)
    return np.where(out & began_out & (used <= 0), np.nan, used)


def capped(used: Floats) -> Floats:
    """The use, each product's at most five times its 90 % point (of days with use) and five units.

    The first filling of a hotel's minibars is not a day's demand, nor is a typing error.
    """
    with_use = np.where(used > 0, used, np.nan)
    usual = np.zeros(len(used))
    rows = np.isfinite(with_use).any(axis=1)
    usual[rows] = np.nanquantile(with_use[rows], 0.9, axis=1)
    return np.asarray(np.fmin(used, LARGEST_OF_USUAL * usual[:, None] + LARGEST_EXTRA) + 0 * used)


def intervals(used: Floats) -> tuple[Floats, Floats]:
    """ADI, seen days per day with use (inf: none), and CV² of the units on days with use."""
    seen, some = np.isfinite(used), np.nan_to_num(used) > 0
    count = some.sum(axis=1)
    mean = np.where(some, used, 0.0).sum(axis=1) / np.maximum(count, 1)
    spread = np.where(some, (used - mean[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count, 1)
    adi = np.where(count > 0, seen.sum(axis=1) / np.maximum(count, 1), np.inf)
    return adi, np.where(count > 0, spread / np.maximum(mean, 1e-12) ** 2, 0.0)


def classify(used: Floats) -> NDArray[np.str_]:
    """Smooth, erratic, intermittent or lumpy, a word a product (Syntetos, Boylan & Croston 2005)."""
    adi, cv2 = intervals(used)
    rare, uneven = adi >= LONGEST_INTERVAL, cv2 >= LARGEST_CV2
    return np.asarray(np.select([rare & uneven, rare, uneven], ["lumpy", "intermittent", "erratic"], "smooth"))


def _start(used: Floats) -> tuple[Floats, Floats]:
    """Units of a day with use and probability of one, over all seen days: where smoothing starts from."""
    seen, some = np.isfinite(used), np.nan_to_num(used) > 0
    count = np.maximum(some.sum(axis=1), 1)
    return np.where(some, used, 0.0).sum(axis=1) / count, some.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)


def sba(used: Floats, smoothing: float = SMOOTHING) -> Floats:
    """Rate after each day, units a day: Croston's method with the bias taken off (Syntetos & Boylan 2005).

    Sizes and intervals are smoothed on days with use only; the quotient is multiplied by 1 - smoothing / 2.
    """
    size, probability = _start(used)
    interval = 1 / np.maximum(probability, 1e-9)
    since = np.ones(len(used))
    rates = np.empty(used.shape)
    for day in range(used.shape[1]):
        today = used[:, day]
        some = np.nan_to_num(today) > 0
        size = np.where(some, size + smoothing * (np.nan_to_num(today) - size), size)
        interval = np.where(some, interval + smoothing * (since - interval), interval)
        since = np.where(some, 1.0, since + np.isfinite(today))
        rates[:, day] = (1 - smoothing / 2) * size / interval
    return rates


def tsb(used: Floats, smoothing: float = SMOOTHING) -> Floats:
    """Rate after each day, units a day (Teunter, Syntetos & Babai 2011): size x probability of a day with use.

    The probability is smoothed on every seen day, so that a product that is used no more fades.
    """
    size, probability = _start(used)
    rates = np.empty(used.shape)
    for day in range(used.shape[1]):
        today = used[:, day]
        some, seen = np.nan_to_num(today) > 0, np.isfinite(today)
        size = np.where(some, size + smoothing * (np.nan_to_num(today) - size), size)
        probability = np.where(seen, probability + smoothing * (some - probability), probability)
        rates[:, day] = size * probability
    return rates
