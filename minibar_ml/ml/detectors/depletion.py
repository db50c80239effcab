"""Products whose stock lasts only days more, at the pace the rooms use them."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerts import AlertType, Finding, Severity
from minibar_ml.domain.metrics import MetricType
from minibar_ml.ml import tails
from minibar_ml.ml.detectors.base import Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.panels import Floats, Ints, ids_of, panel, trailing_means

if TYPE_CHECKING:
    from pandas import DataFrame

USE_DAYS = 28
LEAST_DAYS = 14
LEAST_DAYS_OF_USE = 10
SEVERITIES: tuple[tuple[float, Severity], ...] = ((2.0, "critical"), (4.0, "high"), (7.0, "medium"))
LOW_DAYS = SEVERITIES[-1][0]
HORIZON_DAYS = 60
LONGEST_RUN_DAYS = 30
PSEUDO_DAYS = 14


class Depletion:
    """Level at the day's end / mean daily use of 28 days, with P10 and P90 from a negative binomial demand.

    The rate is what rooms are refilled with (found consumed, where refills are not recorded), never the slope of the
    level: that falls by cases and rises by deliveries. Demand of n days has n times the mean and n (1 + n / 28) times
    the variance of a day, the rate itself being known from 28 days only.
    """

    name: ClassVar[str] = "depletion"
    metric: ClassVar[MetricType] = "stock_days_left"
    types: ClassVar[tuple[AlertType, ...]] = ("stock_depletion",)

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule learns nothing."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a product whose use is known: days left (`value`), P10 and P90, and since when they are low."""
        import pandas as pd

        products = ids_of(frames.levels, "product_id")
        since, until = moment.day + 1 - USE_DAYS - LONGEST_RUN_DAYS, moment.day + 1
        # the running day's use is not all there yet, but its level is
        last = until if moment.is_complete else moment.day
        used = _used(frames, products, since, last)
        rate, days_of_use, variance = _use(used)
        level = _levels(frames, products, since, until)
        low = level / np.maximum(_rates(used, until - since), 1e-9) <= LOW_DAYS
        known = (days_of_use >= LEAST_DAYS_OF_USE) & (_history(frames, products, until) >= LEAST_DAYS)
        left, now = level[:, -1] / np.maximum(rate, 1e-9), level[:, -1]
        earliest, latest = _quantiles(now, rate, variance)
        found = pd.DataFrame(
            {
                "entity_id": products,
                "value": left,
                "expected": np.nan,
                "lower": np.minimum(earliest, left),
                "upper": np.maximum(latest, left),
                "score": np.nan,
                "level": now,
                "daily_units": rate,
                "since": until - np.maximum(_run(low), 1),
            }
        )
        # a level below zero is a wrong entry, not a stock
        return found[known & (rate > 0) & (now >= 0)]

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Products with seven days or fewer left."""
        return [_finding(row, moment) for row in scores[scores["value"] <= LOW_DAYS].to_dict("records")]


def _used(frames: Frames, products: Ints, since: int, until: int) -> Floats:
    refilled = panel(frames.products, "product_id", products, "refilled", since, until)
    consumed = panel(frames.products, "product_id", products, "units", since, until)
    return np.where(refilled.any(axis=1, keepdims=True), refilled, consumed)


def _use(used: Floats) -> tuple[Floats, Floats, Floats]:
    """Of the last 28 days: mean daily use, days with any, and variance of a day, shrunk to the hotel's dispersion."""
    recent = used[:, -USE_DAYS:]
    days = max(recent.shape[1], 1)
    rate = recent.sum(axis=1) / days
    own = recent.var(axis=1) if recent.shape[1] else np.zeros(len(used))
    ratio = own / np.maximum(rate, 1e-9)
    usual = float(np.median(ratio[rate > 0])) if (rate > 0).any() else 1.0
    ratio = (days * ratio + PSEUDO_DAYS * usual) / (days + PSEUDO_DAYS)
    return rate, (recent > 0).sum(axis=1), rate * np.maximum(ratio, 1.0)


def _rates(used: Floats, days: int) -> Floats:
    """Mean use of the 28 days up to and with each day; a running day has the day's before."""
    rates = trailing_means(np.concatenate([used, np.zeros((len(used), 1))], axis=1), USE_DAYS)[:, 1:]
    return np.concatenate([rates, rates[:, -1:]], axis=1)[:, :days]


def _levels(frames: Frames, products: Ints, since: int, until: int) -> Floats:
    """Level at the end of each day, the last known one carried on; NaN before the first."""
    ledger = frames.levels.dropna(subset="level").sort_values(["product_id", "at"], kind="stable")
    ends = ledger[ledger["day"] < until].drop_duplicates(["product_id", "day"], keep="last")
    day = np.maximum(ends["day"].to_numpy(dtype=np.int64), since) - since
    levels = np.full((len(products), until - since), np.nan)
    levels[np.searchsorted(products, ends["product_id"].to_numpy(dtype=np.int64)), day] = ends["level"]
    seen = np.where(np.isnan(levels), 0, np.arange(1, until - since + 1))
    place = np.maximum.accumulate(seen, axis=1)
    return np.where(place > 0, np.take_along_axis(levels, np.maximum(place - 1, 0), axis=1), np.nan)


def _history(frames: Frames, products: Ints, until: int) -> Floats:
    """Days since each product was first refilled or consumed."""
    first = frames.products.groupby("product_id")["day"].min().reindex(products)
    return np.asarray(until - first.fillna(until).to_numpy(dtype=float))


def _run(low: Any) -> Ints:
    """Days at the end of each row that are low without a break, 30 at most."""
    recent = low[:, -LONGEST_RUN_DAYS:][:, ::-1]
    return np.asarray(np.where(recent.all(axis=1), recent.shape[1], np.argmin(recent, axis=1)))


def _quantiles(level: Floats, rate: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """P10 and P90 of the days until demand has used up the level."""
    days = np.arange(1, HORIZON_DAYS + 1, dtype=float)
    mean = np.maximum(rate[:, None] * days, 1e-9)
    spread = variance[:, None] * days * (1 + days / USE_DAYS)
    size = mean**2 / np.maximum(spread - mean, 1e-6 * mean)
    empty = tails.upper_tail(np.maximum(np.nan_to_num(level), 0.0)[:, None], mean, size)
    return _first(empty, 0.1), _first(empty, 0.9)


def _first(empty: Floats, probability: float) -> Floats:
    """Days, with fractions, until the probability to be empty reaches this; the horizon if it never does."""
    reached = empty >= probability
    after = np.where(reached.any(axis=1), np.argmax(reached, axis=1), HORIZON_DAYS - 1)
    rows = np.arange(len(empty))
    high, low = empty[rows, after], np.where(after > 0, empty[rows, np.maximum(after - 1, 0)], 0.0)
    part = np.clip((probability - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
    return np.asarray(after + part, dtype=float)


def _finding(row: Any, moment: Moment) -> Finding:
    left = float(row["value"])
    return Finding(
        type="stock_depletion",
        hotel_id=moment.hotel_id,
        entity_type="product",
        entity_id=int(row["entity_id"]),
        metric="stock_days_left",
        occurred_on=date.fromordinal(int(row["since"])),
        reason="depletion",
        severity=next(severity for days, severity in SEVERITIES if left <= days),
        detector=Depletion.name,
        value=round(left, 1),
        lower=round(float(row["lower"]), 1),
        upper=round(float(row["upper"]), 1),
        facts={"level": float(row["level"]), "daily_units": round(float(row["daily_units"]), 1)},
    )
