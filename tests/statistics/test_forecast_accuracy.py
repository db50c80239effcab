"""Accuracy figures by hand, and unknown where there is too little."""

from dataclasses import replace

import numpy as np
import pytest

from minibar_ml.ml.forecasting.accuracy import Cases, accuracy


def cases(count: int = 30, days: float = 5.0, after: float = 10.0, daily: float = 10.0) -> Cases:
    """A level of 50 units, forecast to last `days` and two on either side; before it weeks of 56 and 84 in turn."""
    weeks = np.repeat([8.0, 12.0, 8.0, 12.0, 8.0], 7)
    full = np.full(count, 1.0)
    return Cases(
        level=50 * full, days=days * full, earliest=(days - 2) * full, latest=(days + 2) * full, daily=daily * full,
        empty_in_7=0.8 * full, before=np.tile(weeks, (count, 1)), after=np.full((count, 20), after),
    )  # fmt: skip


def test_a_perfect_forecast_by_hand() -> None:
    found = accuracy(cases())
    assert (found.cases, found.settled, found.coverage, found.earlier, found.later) == (30, 30, 1, 0, 0)
    assert (found.forecast.mase, found.forecast.rmsse, found.forecast.mean_error_days) == (0, 0, 0)
    assert found.forecast.pinball["p50"] == 0
    assert found.forecast.pinball["p10"] == pytest.approx(0.1 * 2)
    assert found.forecast.brier_7_days == pytest.approx(0.04)


def test_the_naive_forecast_is_compared_with_it() -> None:
    """Last week had 8 a day: 56 units where 70 came, and 6.25 days where 5 passed."""
    found = accuracy(cases())
    changes = np.abs(np.convolve(cases().before[0], np.ones(7), "valid"))
    typical = np.abs(changes[7:] - changes[:-7]).mean()
    assert found.naive.mase == pytest.approx(14 / typical)
    assert found.naive.mean_error_days == pytest.approx(1.25)
    assert found.naive.brier_7_days == 0


def test_each_side_s_misses_are_separate() -> None:
    early, late = accuracy(cases(days=9.0)), accuracy(cases(days=2.0))
    assert (early.earlier, early.later) == (1, 0)
    assert (late.earlier, late.later) == (0, 1)


def test_what_is_not_over_is_not_measured() -> None:
    given = cases()
    after = given.after.copy()
    after[:, 4:] = np.nan
    found = accuracy(replace(given, after=after))
    assert (found.settled, found.coverage, found.forecast.mean_error_days) == (0, None, None)
    assert (found.forecast.mase, found.forecast.brier_7_days) == (None, None)


def test_few_cases_are_unknown() -> None:
    found = accuracy(cases(19))
    assert (found.cases, found.coverage, found.forecast.mase, found.naive.rmsse) == (19, None, None, None)


def test_no_cases_are_no_error() -> None:
    assert accuracy(cases(0)).forecast.pinball == {"p10": None, "p50": None, "p90": None}
