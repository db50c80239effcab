"""The parts of the forecast: known answers by hand, what is hidden, what is calibrated, and what always holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from minibar_ml.domain.hotels.supplies import Supplies, Supply
from minibar_ml.ml.forecasting.days_left import expected_days, quantiles, until_reached
from minibar_ml.ml.forecasting.demand import capped, classify, intervals, sba, tsb, unseen
from minibar_ml.ml.forecasting.guests import driver
from minibar_ml.ml.forecasting.model import WINDOW_DAYS, Outlook, forecast
from minibar_ml.ml.forecasting.orders import last_days, quantities
from minibar_ml.ml.forecasting.rates import rates, smoothed, weekday_factors
from minibar_ml.ml.stats.panels import Floats

FIRST = 739_000


def row(*units: float) -> Floats:
    return np.array([units], dtype=float)


def test_intervals_and_sizes_by_hand() -> None:
    adi, cv2 = intervals(row(0, 2, 0, 4, 0, 0))
    assert adi[0] == 3
    assert cv2[0] == pytest.approx(1 / 9)  # mean 3, variance 1


@pytest.mark.parametrize(
    ("units", "word"),
    [((5, 6, 5, 4), "smooth"), ((1, 1, 1, 9), "erratic"), ((0, 5, 0, 5), "intermittent"), ((0, 1, 0, 9), "lumpy")],
)
def test_demand_is_sorted_as_syntetos_boylan_and_croston_do(units: tuple[float, ...], word: str) -> None:
    assert classify(row(*units)).tolist() == [word]


def test_sba_by_hand() -> None:
    """First size 3 and interval 2 are the means of all; then smoothed by a half on days with use."""
    found = sba(row(2, 0, 4, 0), 0.5)[0]
    first = 0.75 * 2.5 / 1.5  # size 3 -> 2.5, interval 2 -> 1.5
    second = 0.75 * 3.25 / 1.75  # size 2.5 -> 3.25, interval 1.5 -> 1.75
    assert found == pytest.approx([first, first, second, second])


def test_tsb_by_hand() -> None:
    """The probability, first 1/2, is smoothed every day: .75, .375, .6875, .34375."""
    found = tsb(row(2, 0, 4, 0), 0.5)[0]
    assert found == pytest.approx([2.5 * 0.75, 2.5 * 0.375, 3.25 * 0.6875, 3.25 * 0.34375])


def test_an_unseen_day_moves_no_rate() -> None:
    for method in (sba, tsb):
        whole, gap = method(row(2, 0, 4, 0), 0.5)[0], method(row(2, 0, np.nan, 4, 0), 0.5)[0]
        assert gap[[0, 1, 3, 4]] == pytest.approx(whole)
        assert gap[2] == gap[1]


def test_a_product_that_is_used_no_more_fades_by_tsb_and_not_by_sba() -> None:
    used = row(*([5.0] * 20), *([0.0] * 40))
    assert tsb(used, 0.1)[0, -1] < 0.1
    assert sba(used, 0.1)[0, -1] > 1


def test_demand_that_a_stock_out_hid_is_not_zero() -> None:
    used, level = row(5, 0, 0, 2, 0, 0), row(10, 0, 0, 0, 0, 9)
    assert unseen(used, level)[0].tolist() == pytest.approx([5, 0, np.nan, 2, np.nan, 0], nan_ok=True)


def test_the_first_filling_is_not_a_day_s_demand() -> None:
    used = np.full((1, 60), 4.0)
    used[0, 0] = 900.0
    assert capped(used).max() <= 25
    assert capped(used)[0, 1:].tolist() == used[0, 1:].tolist()


def test_weekday_factors_are_shrunk_and_mean_one() -> None:
    total = np.where((FIRST + np.arange(56)) % 7 == 3, 20.0, 10.0)
    found = weekday_factors(total, FIRST)
    assert found.mean() == pytest.approx(1)
    assert 1.3 < found[3] < 1.75


def test_the_level_follows_a_step_sooner_where_the_past_moved() -> None:
    step = np.concatenate([np.full(40, 100.0), np.full(20, 200.0)])
    assert smoothed(step)[-1] == pytest.approx(200, rel=0.05)
    noise = 100 + 30 * np.random.default_rng(3).normal(size=60)
    assert abs(smoothed(noise)[-1] - 100) < 15


def test_a_product_follows_the_hotel_before_its_own_days_show_it() -> None:
    """All other products have doubled for ten days, its own last days were by chance as before."""
    used = np.full((20, 60), 10.0)
    used[1:, 50:] = 20.0
    assert rates(used, FIRST).after[0, -1] > 14


def test_days_until_a_level_is_reached_with_fractions() -> None:
    cumulated = np.array([[4.0, 4.0, 10.0]] * 4)
    assert until_reached(cumulated, np.array([2.0, 7.0, 0.0, 11.0])) == pytest.approx(
        [0.5, 2.5, 0.0, np.nan], nan_ok=True
    )


def test_beyond_the_days_given_use_goes_on() -> None:
    assert expected_days(np.full((2, 90), 2.0), np.array([400.0, 4000.0])).tolist() == [200, 365]


def test_quantiles_lie_about_the_middle_and_widen_with_dispersion() -> None:
    expected, level = np.full((2, 90), 10.0), np.array([100.0, 100.0])
    low, high = quantiles(expected, level, np.array([1.0, 6.0]), (np.full(2, 0.1), np.full(2, 0.9)))
    assert low[1] < low[0] < 10 < high[0] < high[1]


def outlook(used: Floats, level: float = 50.0, now: float | None = None) -> Outlook:
    last = np.full(len(used), now) if now is not None else None
    return forecast(used, np.full(used.shape, level), np.full(len(used), 90.0), FIRST, last)


def test_eight_in_ten_fall_inside_and_as_many_to_either_side() -> None:
    """Hotels whose demand wanders; the truth is what came after. Nothing here was used to choose a constant."""
    below, above = [], []
    for seed in range(30):
        rng = np.random.default_rng(9000 + seed)
        drift = np.exp(np.cumsum(rng.normal(0, 0.02, 110)))
        mean = rng.uniform(1.5, 20, 25)[:, None] * drift
        used = rng.negative_binomial(4, 4 / (4 + mean)).astype(float)
        level = np.ceil(mean[:, WINDOW_DAYS] * rng.uniform(2, 12, 25))
        made = forecast(used[:, :WINDOW_DAYS], np.full((25, WINDOW_DAYS), 99.0), np.full(25, 90.0), FIRST, level)
        truth = until_reached(used[:, WINDOW_DAYS:].cumsum(axis=1), level)
        truth = np.where(np.isnan(truth), 99.0, truth)
        below += (truth < made.earliest)[made.known].tolist()
        above += (truth > made.latest)[made.known].tolist()
    assert len(below) > 600
    assert 0.05 <= np.mean(below) <= 0.15
    assert 0.05 <= np.mean(above) <= 0.15


def test_a_hotel_that_was_less_sure_gets_wider_intervals() -> None:
    rng = np.random.default_rng(5)
    calm = rng.poisson(10, (20, 60)).astype(float)
    wild = rng.poisson(10 * np.repeat(rng.lognormal(0, 0.5, 10), 6), (20, 60)).astype(float)
    assert outlook(wild).widths.lower > outlook(calm).widths.lower
    assert outlook(calm).widths.cases > 100


@pytest.mark.parametrize(
    ("used", "level", "history", "reason"),
    [
        (5.0, np.nan, 90, "no_level"),
        (5.0, -1.0, 90, "negative_level"),
        (0.0, 9.0, 90, "no_use"),
        (5.0, 9.0, 13, "little_history"),
    ],
)
def test_there_is_no_forecast_without_a_reason(used: float, level: float, history: int, reason: str) -> None:
    made = forecast(np.full((1, 60), used), np.full((1, 60), level), np.array([float(history)]), FIRST)
    assert (made.reasons[0], bool(made.known[0]), bool(np.isnan(made.days[0]))) == (reason, False, True)


@given(
    used=arrays(float, (4, WINDOW_DAYS), elements=st.integers(0, 60).map(float)),
    level=arrays(float, 4, elements=st.integers(-5, 900).map(float)),
)
def test_days_are_ordered_finite_and_fall_with_the_level(used: Floats, level: Floats) -> None:
    made = forecast(used, np.full(used.shape, 99.0), np.full(4, 90.0), FIRST, level)
    less = forecast(used, np.full(used.shape, 99.0), np.full(4, 90.0), FIRST, np.where(level > 0, level - 1, level))
    known = made.known & less.known
    assert np.isfinite(made.days[made.known]).all()
    assert (made.earliest[known] <= made.days[known]).all()
    assert (made.days[known] <= made.latest[known]).all()
    assert (less.days[known] <= made.days[known] + 1e-9).all()
    assert (made.reasons[~made.known] != "").all()


def reservations(arrivals: list[tuple[int, int, int]], today: int) -> Floats | None:
    """Stays as first and last day from today and rooms."""
    arrives, departs, rooms = (np.array(column) for column in zip(*arrivals, strict=True))
    return driver(arrives + today, departs + today, rooms.astype(float), today)


USUAL = [(day, day + 2, 20) for day in range(-60, 0)]


def test_missing_bookings_are_not_missing_guests() -> None:
    factor = reservations(USUAL, FIRST)
    assert factor is not None
    assert np.abs(factor - 1).max() < 0.05


def test_a_thinning_book_is_as_usual_but_a_group_stands_out() -> None:
    thinning = USUAL + [(day, day + 2, round(20 * np.exp(-day / 6))) for day in range(20)]
    plain, group = reservations(thinning, FIRST), reservations([*thinning, (10, 13, 30)], FIRST)
    assert plain is not None
    assert group is not None
    assert np.abs(plain - 1).max() < 0.12
    assert group[10] > plain[10] + 0.2
    assert (plain >= 0.5).all()


def test_without_stays_on_record_reservations_are_not_used() -> None:
    assert driver(*np.zeros((2, 0), dtype=np.int64), np.zeros(0), FIRST) is None
    assert reservations([stay for stay in USUAL if stay[0] < -5], FIRST) is None
    assert reservations([stay for stay in USUAL if stay[0] > -20], FIRST) is None


def test_an_order_lasts_through_delivery_and_cover() -> None:
    products, none = np.array([1, 2, 3]), np.zeros(3)
    supplies = Supplies(Supply(3), cover_days=7, by_id={2: Supply(3, 12), 3: Supply(3, 12, 600)})
    found = quantities(products, none, np.full(3, 10.0), np.ones(3), 0.9, supplies)
    assert 100 < found[0] < 140
    assert found[1] % 12 == 0
    assert found[1] - found[0] in range(12)
    assert found[2] == 600
    assert quantities(products, none + 500, np.full(3, 10.0), np.ones(3), 0.9, supplies).tolist() == [0, 0, 0]


def test_an_order_is_due_before_the_early_end_less_the_delivery_and_never_in_the_past() -> None:
    found = last_days(np.array([1, 2]), np.array([9.8, 1.2]), FIRST, Supplies(Supply(4)))
    assert (found - FIRST).tolist() == [5, 0]


@pytest.mark.parametrize("days", [14, 21, 40])
def test_days_before_a_hotel_opened_are_no_days_without_demand(days: int) -> None:
    chance = np.random.default_rng(days)
    daily = []
    for _ in range(20):
        used, level = np.zeros((6, WINDOW_DAYS)), np.full((6, WINDOW_DAYS), np.nan)
        used[:, -days:], level[:, -days:] = chance.poisson(4, (6, days)), 24.0
        daily.append(forecast(used, level, np.full(6, float(days)), FIRST).daily)
    assert np.mean(daily) == pytest.approx(4.0, rel=0.05)


def test_a_hotel_that_was_closed_takes_up_where_it_was_and_one_that_is_closed_takes_nothing() -> None:
    chance = np.random.default_rng(1)
    used, level = chance.poisson(4, (6, WINDOW_DAYS)).astype(float), np.full((6, WINDOW_DAYS), 24.0)
    used[:, 20:-7] = 0
    history = np.full(6, 300.0)
    assert forecast(used, level, history, FIRST).daily.mean() == pytest.approx(4.0, rel=0.15)
    used[:, -7:] = 0
    assert forecast(used, level, history, FIRST).daily.mean() < 1


@pytest.mark.parametrize(("products", "every", "units"), [(6, 10, 20), (1, 9, 2), (1, 12, 2)])
def test_rounds_that_are_entered_seldom_are_no_closed_hotel(products: int, every: int, units: int) -> None:
    used = np.zeros((products, WINDOW_DAYS))
    used[:, every - 1 :: every] = units
    daily = forecast(used, np.full(used.shape, 100.0), np.full(products, 300.0), FIRST).after[:, -1]
    assert daily.mean() == pytest.approx(units / every, rel=0.3)
