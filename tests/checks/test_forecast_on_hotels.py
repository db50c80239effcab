"""The forecast against what came after, on simulated hotels that no constant was chosen on, day by day."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from minibar_ml.ml.forecasting.days_left import expected_days, quantiles, until_reached
from minibar_ml.ml.forecasting.model import WINDOW_DAYS, forecast
from minibar_ml.ml.stats.panels import Floats
from minibar_ml.simulate import HotelPlan, generate

SEEDS = range(4000, 4006)
LEVELS_IN_DAYS = (2, 4, 6, 8, 10, 12)
SHORT_DAYS, AHEAD_DAYS, STEP_DAYS = 10, 22, 6
VARIETY = (
    {"rooms": 60, "occupancy": 0.68, "ends_on": date(2025, 11, 16)},
    {"rooms": 120, "occupancy": 0.45, "season_swing": 0.30, "ends_on": date(2025, 7, 1)},
    {"rooms": 250, "occupancy": 0.80, "season_swing": 0.05, "check_every_days": 2, "ends_on": date(2025, 3, 20)},
    {"rooms": 500, "occupancy": 0.60, "has_stays": False, "season_swing": 0.25, "ends_on": date(2025, 9, 15)},
    {"rooms": 1500, "occupancy": 0.55, "season_swing": 0.30, "ends_on": date(2025, 5, 20)},
    {"rooms": 90, "occupancy": 0.85, "has_stays": False, "check_every_days": 3, "ends_on": date(2025, 10, 10)},
)


@dataclass(frozen=True)
class Outcome:
    """Of one hotel: errors in days where ten or fewer were left, and which truths lay outside on either side."""

    errors: Floats
    naive_errors: Floats
    earlier: float
    later: float


def used_by_day(plan: HotelPlan) -> Floats:
    """Units that rooms were refilled with, products by days."""
    tables = generate(plan).tables
    visits, lines = tables["minibar_islemleri"].set_index("id"), tables["minibar_islem_detay"]
    local = visits["islem_tarihi"].dt.tz_convert(plan.timezone).dt.tz_localize(None).dt.normalize()
    day = (local - pd.Timestamp(plan.starts_on)).dt.days.loc[lines["islem_id"]].to_numpy()
    used = np.zeros((plan.products, plan.days))
    np.add.at(used, (lines["urun_id"].to_numpy() - 1, day), lines["eklenen_miktar"].to_numpy())
    return used


@cache
def outcome(number: int) -> Outcome:
    """Each sixth day of three months, each product at six levels of two to twelve days of its mean use."""
    plan = HotelPlan(seed=SEEDS[number], days=170, **VARIETY[number])  # type: ignore[arg-type]
    used = used_by_day(plan)
    rows: list[tuple[Floats, Floats, Floats, Floats, Floats]] = []
    for day in range(75, plan.days - AHEAD_DAYS, STEP_DAYS):
        seen = used[:, day + 1 - WINDOW_DAYS : day + 1]
        full = np.full(seen.shape, 99.0)
        made = forecast(seen, full, full[:, 0], plan.starts_on.toordinal() + day + 1 - WINDOW_DAYS)
        shares = [np.full(len(used), share) for share in made.widths.probabilities()]
        mean = seen[:, -28:].mean(axis=1)
        for days in LEVELS_IN_DAYS:
            level = np.ceil(mean * days)
            low, high = quantiles(made.expected, level, made.dispersion, (shares[0], shares[1]))
            truth = until_reached(used[:, day + 1 :].cumsum(axis=1), level)
            middle, last_week = expected_days(made.expected, level), np.tile(seen[:, -7:], (1, 13))
            figures = (truth, middle, low, high, expected_days(last_week, level))
            rows.append(tuple(column[made.known] for column in figures))  # type: ignore[arg-type]
    truth, middle, low, high, naive = (np.concatenate(column) for column in zip(*rows, strict=True))
    short, lasted = truth <= SHORT_DAYS, np.where(np.isnan(truth), np.inf, truth)
    return Outcome(
        np.abs(middle - truth)[short],
        np.abs(naive - truth)[short],
        float(np.mean(lasted < np.minimum(low, middle))),
        float(np.mean(lasted > np.maximum(high, middle))),
    )


def test_where_ten_days_or_fewer_are_left_the_mean_error_is_within_1_6_days() -> None:
    means = [float(outcome(number).errors.mean()) for number in range(len(VARIETY))]
    assert np.mean(means) <= 1.6
    assert max(means) <= 2.5


def test_it_beats_the_seasonal_naive_forecast() -> None:
    """Not on every hotel: where the season turns as steeply as it ever does, last week knows as much."""
    own, naive = (
        [float(getattr(outcome(n), name).mean()) for n in range(len(VARIETY))] for name in ("errors", "naive_errors")
    )
    assert np.mean(own) < 0.9 * np.mean(naive)
    assert sum(one < other for one, other in zip(own, naive, strict=True)) >= len(VARIETY) - 1


def test_eight_in_ten_truths_lie_inside_and_the_misses_are_on_both_sides() -> None:
    earlier, later = (
        np.mean([getattr(outcome(n), side) for n in range(len(VARIETY))]) for side in ("earlier", "later")
    )
    assert 0.05 <= earlier <= 0.15
    assert 0.05 <= later <= 0.15
    assert 0.75 <= 1 - earlier - later <= 0.90
