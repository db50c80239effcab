"""How good `days left` is where little is left, beside naive forecasts.

Few products of an orderly hotel run low, so on each judged day every product's stock is taken to be what lasts 1 to 12
days at its pace of late: its level is moved, its movements stay. What really was used on the days that followed says
how long that would have lasted.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from minibar_ml.ml.detectors.depletion import Depletion
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.training import LOOK_BACK_DAYS
from quality import points
from quality.cache import cached, source_hash
from quality.hotels import Hotel
from quality.shares import Share
from quality.walk import judged_days, settled

MADE_BY = (*points.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "quality/forecasts.py")
AHEAD_DAYS = 20
"""Days after a judged one that must be known, to see when its stock would have been used up."""
SHORTEST, LONGEST = 1.0, 12.0
FEW_DAYS = 10.0
PACE_DAYS, LINE_DAYS, POISSON_DAYS = 28, 30, 7


@dataclass(frozen=True, slots=True)
class Forecasts:
    """One row a product and day: `left` (inf: beyond the known days), forecast `value`, `lower`, `upper`, and `line`.

    `poisson` has a row a product and day: `units` used in the week to come, `low` and `high` of a Poisson interval.
    """

    rows: pd.DataFrame
    poisson: pd.DataFrame


def fetch(hotel: Hotel) -> Forecasts:
    """A hotel's forecasts."""
    return cached("forecasts", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> Forecasts:
    """Forecast on every judged day that has enough days after it."""
    plan, rng = settled(hotel), np.random.default_rng(hotel.plan.seed)
    rows, poisson = [], []
    for hotel_id in known.frames.hotels():
        frames = known.frames.of_hotel(hotel_id)
        if not len(frames.levels) or not len(frames.products):
            continue
        used = _used(frames)
        for day in judged_days(hotel)[:-AHEAD_DAYS]:
            moment, on = plan.moment(hotel_id, day), day.toordinal()
            pace = used.loc[on - PACE_DAYS + 1 : on].mean()
            wanted = (pace * rng.uniform(SHORTEST, LONGEST, len(pace))).round().clip(lower=1.0)
            seen = _with_levels(frames.between(on - LOOK_BACK_DAYS, on + 1), wanted)
            scores = Depletion().score(seen, {}, moment)
            rows.append(_compare(scores, seen, used.loc[on + 1 :], on))
            poisson.append(_poisson(used.loc[on - PACE_DAYS + 1 : on], used.loc[on + 1 : on + POISSON_DAYS]))
    empty = pd.DataFrame(columns=["left", "value", "lower", "upper", "line"], dtype=float)
    return Forecasts(pd.concat([empty, *rows]), pd.concat([pd.DataFrame(columns=["units", "low", "high"]), *poisson]))


def _used(frames: Frames) -> pd.DataFrame:
    """Units refilled, days x products; what nobody used is 0."""
    every = range(int(frames.products["day"].min()), int(frames.products["day"].max()) + 1)
    return frames.products.pivot_table("refilled", "day", "product_id", "sum").reindex(every).fillna(0.0)


def _with_levels(frames: Frames, wanted: "pd.Series[float]") -> Frames:
    """Each product's levels moved so that the last one is what is wanted."""
    levels = frames.levels[frames.levels["product_id"].isin(wanted.index)].sort_values("at", kind="stable")
    last = levels.dropna(subset="level").groupby("product_id")["level"].last()
    moved = levels["level"] + levels["product_id"].map(wanted - last)
    return replace(frames, levels=levels.assign(level=moved))


def _compare(scores: pd.DataFrame, seen: Frames, ahead: pd.DataFrame, on: int) -> pd.DataFrame:
    level = scores.set_index("entity_id")["level"]
    left = [_days_until(ahead[product].to_numpy(), units) for product, units in level.items()]
    line = [_by_line(seen.levels[seen.levels["product_id"] == product], on) for product in level.index]
    return scores[["value", "lower", "upper"]].assign(left=left, line=line)


def _days_until(use: "np.ndarray[tuple[int], np.dtype[np.float64]]", units: float) -> float:
    """Days, with the last one's share, until so many units are used; infinite where they last beyond what is known."""
    total = np.cumsum(use)
    reached = np.flatnonzero(total >= units)
    if not len(reached):
        return float("inf")
    day = int(reached[0])
    return day + float((units - (total[day] - use[day])) / use[day])


def _by_line(levels: pd.DataFrame, on: int) -> float:
    """The naive forecast: the last level over the slope of a line through 30 days of levels, its sign taken off."""
    recent = levels[levels["day"] > on - LINE_DAYS].dropna(subset="level")
    if recent["day"].nunique() < 2:
        return float("inf")
    slope = abs(float(np.polyfit(recent["day"] - on, recent["level"], 1)[0]))
    return float(recent["level"].iloc[-1]) / slope if slope > 0 else float("inf")


def _poisson(past: pd.DataFrame, week: pd.DataFrame) -> pd.DataFrame:
    """The naive interval: 80 % of a Poisson of the mean week."""
    mean = past.mean() * POISSON_DAYS
    low, high = stats.poisson.ppf(0.1, mean), stats.poisson.ppf(0.9, mean)
    return pd.DataFrame({"units": week.sum(), "low": low, "high": high})[(mean > 0).to_numpy()]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of days left: mean absolute error where 10 or fewer really were left, and where the truth fell beside P10..P90.

    Shares below, within and above are of forecasts of 10 days or fewer.
    """

    cases: int
    error: float
    line_error: float
    below: Share
    within: Share
    above: Share
    poisson: Share


def accuracy(forecasts: "list[Forecasts]") -> Accuracy:
    """Pooled over hotels. A line that never reaches the ground is taken to say 60 days."""
    rows, weeks = (pd.concat([getattr(one, name) for one in forecasts]) for name in ("rows", "poisson"))
    few = rows[rows["left"] <= FEW_DAYS]
    told = rows[rows["value"] <= FEW_DAYS]
    below, above = int((told["left"] < told["lower"]).sum()), int((told["left"] > told["upper"]).sum())
    covered = int(((weeks["units"] >= weeks["low"]) & (weeks["units"] <= weeks["high"])).sum())
    return Accuracy(
        cases=len(few),
        error=float((few["value"] - few["left"]).abs().mean()),
        line_error=float((few["line"].clip(upper=60.0) - few["left"]).abs().mean()),
        below=Share(below, len(told)),
        within=Share(len(told) - below - above, len(told)),
        above=Share(above, len(told)),
        poisson=Share(covered, len(weeks)),
    )
