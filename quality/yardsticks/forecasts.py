"""How good `days left` is where little is left, compared with naive forecasts.

Few products of an orderly hotel run low, so at the end of each scored day every product is taken to have what lasts 1
to 12 days at its pace of late. What really was used on the days that followed says how long that would have lasted.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import stats

from minibar_ml.ml.forecasting import accuracy as measures
from minibar_ml.ml.forecasting.accuracy import SHORT_DAYS, WEEK, Accuracy, Cases
from minibar_ml.ml.forecasting.days_left import until_reached
from minibar_ml.ml.forecasting.frames import Stock, forecast_stock, stock_of
from minibar_ml.ml.forecasting.model import WINDOW_DAYS
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats.panels import Floats
from quality import points
from quality.cache import cached, source_hash
from quality.hotels import Hotel
from quality.shares import Share
from quality.walk import scored_days

MADE_BY = (*points.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "quality/yardsticks/forecasts.py")
AHEAD_DAYS, BEFORE_DAYS = 20, 28
"""Days after a forecast that are known, and days before it for the naive ones."""
SHORTEST, LONGEST = 1.0, 12.0
LINE_DAYS, FARTHEST = 30, 60.0


@dataclass(frozen=True, slots=True)
class Forecasts:
    """A hotel's cases, with each the days left by a line through the levels, and the unit counts of naive weeks.

    `weeks` has a row a case: units of the week that followed, and the 80 % interval of a Poisson with the mean of late.
    """

    cases: Cases
    line: Floats
    weeks: Floats


def fetch(hotel: Hotel) -> Forecasts:
    """A hotel's forecasts."""
    return cached("forecasts", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> Forecasts:
    """Forecast at the end of every scored day that has enough days after it."""
    rng = np.random.default_rng(hotel.plan.seed)
    made = [_nothing()]
    for hotel_id in known.frames.hotels():
        frames = known.frames.of_hotel(hotel_id)
        if len(frames.levels) and len(frames.products):
            made += [_on(frames, day.toordinal(), rng) for day in scored_days(hotel)[:-AHEAD_DAYS]]
    return together(made)


def together(parts: "list[Forecasts]") -> Forecasts:
    """All cases of several."""
    columns = {field.name: np.concatenate([getattr(one.cases, field.name) for one in parts]) for field in fields(Cases)}
    line, weeks = (np.concatenate([getattr(one, name) for one in parts]) for name in ("line", "weeks"))
    return Forecasts(Cases(**columns), line, weeks)


def _nothing() -> Forecasts:
    single, before, after = np.zeros(0), np.zeros((0, BEFORE_DAYS)), np.zeros((0, AHEAD_DAYS))
    columns = dict.fromkeys((field.name for field in fields(Cases)), single) | {"before": before, "after": after}
    return Forecasts(Cases(**columns), single, np.zeros((0, 3)))


def _on(frames: Frames, day: int, rng: np.random.Generator) -> Forecasts:
    stock = stock_of(frames, day + 1 - WINDOW_DAYS, day + 1 + AHEAD_DAYS)
    before, after = stock.used(day + 1 - BEFORE_DAYS, day + 1), stock.used(day + 1, day + 1 + AHEAD_DAYS)
    pace = before.mean(axis=1)
    level = np.maximum(np.round(pace * rng.uniform(SHORTEST, LONGEST, len(pace))), 1.0)
    made = forecast_stock(_with_level(stock, day, level), day, is_complete=True)
    kept = np.isin(stock.products, made.products[made.outlook.known])
    known = made.outlook.known
    cases = Cases(
        level=level[kept],
        days=made.outlook.days[known],
        earliest=made.outlook.earliest[known],
        latest=made.outlook.latest[known],
        daily=made.outlook.daily[known],
        empty_in_7=made.chances(WEEK)[known, -1],
        before=before[kept],
        after=after[kept],
    )
    past = stock.levels[kept, : day + 1 - stock.since][:, -LINE_DAYS:]
    return Forecasts(cases, by_line(past, level[kept]), _weeks(before[kept], after[kept]))


def _with_level(stock: Stock, day: int, level: Floats) -> Stock:
    """The same, but for what is there at the day's end."""
    levels = stock.levels.copy()
    levels[:, day - stock.since] = level
    return replace(stock, levels=levels)


def by_line(levels: Floats, now: Floats) -> Floats:
    """The naive forecast: what is there over the slope of a line through the levels, its sign taken off; at most 60."""
    days = np.arange(levels.shape[1], dtype=float)
    filled = np.where(np.isfinite(levels), levels, np.nanmean(levels, axis=1, keepdims=True))
    slope = np.abs(np.polyfit(days, filled.T, 1)[0])
    return np.asarray(np.minimum(now / np.maximum(slope, 1e-9), FARTHEST))


def _weeks(before: Floats, after: Floats) -> Floats:
    """Units of the week that followed, and the naive 80 % interval of a Poisson of the mean week."""
    mean = before.mean(axis=1) * WEEK
    return np.column_stack([after[:, :WEEK].sum(axis=1), stats.poisson.ppf(0.1, mean), stats.poisson.ppf(0.9, mean)])


@dataclass(frozen=True, slots=True)
class Pooled:
    """The forecast's figures, the line's mean error over cases that lasted ten days or less, Poisson's coverage."""

    accuracy: Accuracy
    line_error: float
    poisson: Share


def accuracy(forecasts: Forecasts) -> Pooled:
    """All figures of all cases."""
    cases = forecasts.cases
    lasted = until_reached(cases.after.cumsum(axis=1), cases.level)
    few = np.isfinite(lasted) & (lasted <= SHORT_DAYS)
    error = float(np.abs(forecasts.line - lasted)[few].mean()) if few.any() else float("nan")
    units, low, high = forecasts.weeks.T
    inside = int(((units >= low) & (units <= high)).sum())
    return Pooled(measures.accuracy(cases), error, Share(inside, len(units)))
