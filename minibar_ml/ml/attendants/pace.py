"""Attendants' pace: minutes from room to room, the day's work mix taken out.

A gap takes c0 + c1 x min(items, 10) minutes, fitted to the medians by items, so that breaks weigh nothing. A shift is
the median log residual of a day's gaps; an attendant's usual pace is the median of the shifts, shrunk to the hotel's.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from minibar_ml.ml.stats.panels import Floats, medians

if TYPE_CHECKING:
    from pandas import DataFrame

ITEMS_CAP = 10
PSEUDO_DAYS = 5.0
TAIL_FREEDOM = 60.0
SHORTEST_MINUTES = 0.5
LEAST_SPREAD = 0.03
MEDIAN_VARIANCE = np.pi / 2
"""Of a median, relative to a mean's (normal errors)."""
MAD_TO_SD = 1.4826


def usable(gaps: "DataFrame") -> "DataFrame":
    """The gaps that took time and whose number of items is known."""
    return gaps[(gaps["minutes"] > 0) & gaps["items"].notna()]


def fit_work(gaps: "DataFrame") -> tuple[float, float]:
    """Minutes of a gap without items and for each item, by weighted least squares on the medians by items."""
    items = gaps["items"].clip(0, ITEMS_CAP).round()
    by_items = gaps["minutes"].groupby(items).agg(["median", "size"])
    x, y, weight = by_items.index.to_numpy(dtype=float), by_items["median"].to_numpy(), by_items["size"].to_numpy()
    mean_x, mean_y = np.average(x, weights=weight), np.average(y, weights=weight)
    spread = float(np.sum(weight * (x - mean_x) ** 2))
    slope = float(np.sum(weight * (x - mean_x) * (y - mean_y))) / spread if spread > 0 else 0.0
    slope = max(slope, 0.0)
    return max(float(mean_y - slope * mean_x), SHORTEST_MINUTES), slope


def _residuals(gaps: "DataFrame", base: float, per_item: float) -> tuple[Floats, Floats]:
    """Logarithm of minutes over the minutes that the items explain, and those."""
    explained = base + per_item * gaps["items"].clip(0, ITEMS_CAP).to_numpy(dtype=float)
    return np.log(gaps["minutes"].to_numpy(dtype=float) / explained), explained


def shifts_of(gaps: "DataFrame", base: float, per_item: float) -> "DataFrame":
    """By attendant and day: median residual, typical minutes that the work explains, number of gaps."""
    import pandas as pd

    residual, explained = _residuals(gaps, base, per_item)
    # As groupby(...).median() does, in a tenth of its time: training scores hundreds of days.
    attendant, day = (gaps[name].to_numpy(dtype=np.int64) for name in ("attendant_id", "day"))
    order = np.lexsort((day, attendant))
    attendant, day = attendant[order], day[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(attendant) != 0) | (np.diff(day) != 0)][: len(order)])
    return pd.DataFrame(
        {
            "attendant_id": attendant[starts],
            "day": day[starts],
            "residual": medians(residual[order], starts),
            "explained": medians(explained[order], starts),
            "gaps": np.diff(np.r_[starts, len(order)]),
        }
    )


def fit_paces(shifts: "DataFrame", gaps: "DataFrame", base: float, per_item: float) -> dict[str, Any]:
    """Attendants' offsets and shifts, and spreads: of a gap, between days, between attendants (all logarithms)."""
    centre = float(shifts["residual"].median())
    by_attendant = shifts["residual"].groupby(shifts["attendant_id"])
    own, count = by_attendant.median() - centre, by_attendant.size()
    off = shifts["residual"] - centre - shifts["attendant_id"].map(own)
    residual = _residuals(gaps, base, per_item)[0]
    gap_spread = MAD_TO_SD * float(np.median(np.abs(residual - np.median(residual))))
    sampling = MEDIAN_VARIANCE * gap_spread**2 / shifts["gaps"]
    return {
        "attendants": own.index.to_numpy(dtype=np.int64),
        "offsets": (own * count / (count + PSEUDO_DAYS)).to_numpy(dtype=float),
        "shifts": count.to_numpy(dtype=np.int64),
        "centre": centre,
        "gap_spread": max(gap_spread, LEAST_SPREAD),
        "day_variance": max(_variance(off) - float(sampling.median()), LEAST_SPREAD**2),
        "between_variance": max(_variance(own), LEAST_SPREAD**2),
        "usual_gaps": float(shifts["gaps"].median()),
    }


def _variance(values: Any) -> float:
    return (MAD_TO_SD * float(values.abs().median())) ** 2


def score(shifts: "DataFrame", learned: Any) -> "DataFrame":
    """z and score of each shift's ratio to the attendant's usual pace; newcomers are held against all attendants."""
    import pandas as pd

    ids = shifts["attendant_id"].to_numpy(dtype=np.int64)
    known = learned["attendants"]
    place = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    is_known = known[place] == ids
    offset, count = (np.where(is_known, learned[name][place], 0.0) for name in ("offsets", "shifts"))
    gaps = shifts["gaps"].to_numpy(dtype=float)
    of_the_day = learned["day_variance"] + MEDIAN_VARIANCE * learned["gap_spread"] ** 2 / np.maximum(gaps, 1.0)
    unknown = (learned["between_variance"] * PSEUDO_DAYS + of_the_day) / (count + PSEUDO_DAYS)
    spread = np.sqrt(of_the_day + unknown)
    ratio = shifts["residual"].to_numpy(dtype=float) - learned["centre"] - offset
    usual = shifts["explained"].to_numpy(dtype=float) * np.exp(learned["centre"] + offset)
    z = ratio / spread
    return pd.DataFrame(
        {
            "entity_id": ids,
            "day": shifts["day"].to_numpy(dtype=np.int64),
            "value": usual * np.exp(ratio),
            "expected": usual,
            "lower": usual * np.exp(-2 * spread),
            "upper": usual * np.exp(2 * spread),
            "score": -np.log(np.maximum(special.stdtr(TAIL_FREEDOM, -z), 1e-300)),
            "z": z,
            "gaps": gaps,
            "pace": np.exp(ratio),
        }
    )
