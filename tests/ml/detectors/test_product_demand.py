"""Product demand: a shift of some days is found; one that lasts is found once and is then the usual."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import DAYS, FIRST_DAY, HOTEL, LAST_DAY, changed, moment
from support.hotels.ordinary_life import ordinary as wild

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.contract import Limits, TooLittle
from minibar_ml.ml.detectors.product_demand import ProductDemand
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import level_shift

SEEDS = range(700, 712)
PRODUCT = 112
BEGIN = FIRST_DAY + 36
LOOK_BACK = 3
DAYS_UNTIL_USUAL = level_shift.LEAST_AFTER + LOOK_BACK
Factor = Callable[[int], float]


def ordinary(seed: int) -> Frames:
    """Twenty products of which guests take 2 to 30 a day, more at weekends; rooms differ less than in a wild week."""
    rng = np.random.default_rng(seed)
    busy = rng.lognormal(0, 0.15, DAYS) * (1 + 0.3 * (np.arange(FIRST_DAY, FIRST_DAY + DAYS) % 7 >= 5))
    units = rng.poisson(np.linspace(2, 30, 20)[:, None] * busy * rng.gamma(50, 1 / 50, (20, DAYS)))
    product, day = np.indices(units.shape)
    table = {"hotel_id": HOTEL, "product_id": 100 + product.ravel(), "day": FIRST_DAY + day.ravel()}
    return changed(wild(seed), products=pd.DataFrame({**table, "units": units.ravel().astype(float), "refilled": 0.0}))


def shifted(frames: Frames, factor: float, since: int, until: int = LAST_DAY + 1) -> Frames:
    """The frames with PRODUCT's units multiplied from one day to before another."""
    rows = (frames.products["product_id"] == PRODUCT) & (frames.products["day"] >= since)
    rows &= frames.products["day"] < until
    units = frames.products["units"].where(~rows, (factor * frames.products["units"]).round())
    return changed(frames, products=frames.products.assign(units=units))


def nightly(frames: Frames, since: int, until: int = LAST_DAY) -> list[Finding]:
    """What is found of PRODUCT on each day by what the night's training would have learned, three days left out."""
    found = []
    for day in range(since, until + 1):
        learned = ProductDemand().fit(frames.between(day - LOOK_BACK - 30, day - LOOK_BACK), 100)
        assert not isinstance(learned, TooLittle)
        scores = ProductDemand().score(frames.between(day - 60, day + 1), learned, moment(day))
        found += ProductDemand().decide(scores, learned, Limits(), moment(day))
    return [finding for finding in found if finding.entity_id == PRODUCT]


@pytest.mark.parametrize(("factor", "reason"), [(3.0, "product_high"), (0.2, "product_low")])
def test_a_shift_of_three_days_is_found(factor: float, reason: str) -> None:
    found = [nightly(shifted(ordinary(seed), factor, LAST_DAY - 2), LAST_DAY - 2) for seed in SEEDS]
    assert {finding.reason for findings in found for finding in findings} == {reason}
    assert sum(map(bool, found)) >= 0.8 * len(SEEDS)


def test_an_ordinary_product_is_left_alone() -> None:
    assert sum(len(nightly(ordinary(seed), LAST_DAY - 9)) for seed in SEEDS) <= 1


@pytest.mark.parametrize("factor", [2.5, 0.3])
def test_a_shift_that_lasts_is_found_and_is_the_usual_after_two_weeks(factor: float) -> None:
    days = [
        finding.occurred_on.toordinal() - BEGIN
        for seed in SEEDS
        for finding in nightly(shifted(ordinary(seed), factor, BEGIN), BEGIN)
    ]
    assert len([day for day in days if day < 4]) >= len(SEEDS)
    assert [day for day in days if day >= DAYS_UNTIL_USUAL] == []


def test_the_new_usual_is_watched_as_well_as_the_old_one() -> None:
    found = 0
    for seed in SEEDS:
        frames = shifted(shifted(ordinary(seed), 2.5, BEGIN), 2.5, LAST_DAY - 2)
        found += bool(nightly(frames, LAST_DAY - 2))
    assert found >= 0.8 * len(SEEDS)


def test_what_was_the_usual_before_the_shift_is_strange_after_it() -> None:
    found = [nightly(shifted(ordinary(seed), 4.0, BEGIN, LAST_DAY - 1), LAST_DAY - 1) for seed in SEEDS]
    assert {finding.reason for findings in found for finding in findings} == {"product_low"}
    assert sum(map(bool, found)) >= 0.8 * len(SEEDS)


def test_a_fault_of_four_days_is_not_taken_for_the_usual() -> None:
    frames = [shifted(ordinary(seed), 3.0, LAST_DAY - 12, LAST_DAY - 8) for seed in SEEDS]
    assert [finding for one in frames for finding in nightly(one, LAST_DAY - 7)] == []


def test_a_product_that_is_gone_for_good_is_missed_for_two_weeks_at_most() -> None:
    days = [finding.occurred_on.toordinal() - BEGIN for finding in nightly(shifted(ordinary(700), 0.0, BEGIN), BEGIN)]
    assert days[0] <= 2
    assert max(days) < DAYS_UNTIL_USUAL


def _counts(seed: int, level: Factor) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.poisson([[20 * level(day)] for day in range(30)]).astype(float), np.full((30, 1), 200.0)


@pytest.mark.parametrize(
    ("level", "least", "most"),
    [
        (lambda day: 2.0 if day >= 18 else 1.0, 17, 19),
        (lambda day: 0.0 if day >= 20 else 1.0, 20, 20),
        (lambda day: 2.0 if day >= 24 else 1.0, 0, 0),  # six days are too few
        (lambda day: 3.0 if 22 <= day < 26 else 1.0, 0, 0),
        (lambda day: 3.0 if day >= 26 else 1.0, 0, 0),
        (lambda day: 1.2 if day >= 15 else 1.0, 0, 0),  # too small to raise an alert anyway
        (lambda day: 1.0, 0, 0),
    ],
)
def test_a_level_has_changed_where_it_differs_enough_and_lasts(level: Factor, least: int, most: int) -> None:
    found = [int(level_shift.since(*_counts(seed, level), 0.005)[0]) for seed in range(20)]
    assert sum(least <= day <= most for day in found) >= 19, found


def test_too_few_days_have_no_change_of_level() -> None:
    counts, exposure = _counts(1, lambda day: 5.0 if day >= 8 else 1.0)
    assert level_shift.since(counts[:16], exposure[:16], 0.005).tolist() == [0]


def test_the_frames_reach_back_as_far_as_the_walks_learn() -> None:
    assert BEGIN - LOOK_BACK - 30 >= FIRST_DAY
    assert BEGIN + DAYS_UNTIL_USUAL < FIRST_DAY + DAYS


def _shelves(until: int, empty: int = 5, left: float = 0.0) -> pd.DataFrame:
    """A floor store that holds all products, but of PRODUCT only what is left on so many evenings up to a day."""
    days = range(LAST_DAY - 60, LAST_DAY + 1)
    floor = pd.DataFrame(
        [(HOTEL, day, 100 + n, 20.0) for day in days for n in range(20)],
        columns=["hotel_id", "day", "product_id", "units"],
    )
    is_out = (floor["product_id"] == PRODUCT) & floor["day"].between(until - empty + 1, until)
    floor.loc[is_out, "units"] = left
    return floor[floor["units"] > 0]


@pytest.mark.parametrize(("last_empty", "is_found"), [(LAST_DAY - 3, False), (LAST_DAY - 12, True)])
def test_rooms_that_are_filled_after_the_floor_store_was_empty_are_no_demand(last_empty: int, is_found: bool) -> None:
    found = [
        nightly(changed(shifted(ordinary(seed), 4.0, LAST_DAY - 2), floor=_shelves(last_empty)), LAST_DAY - 2)
        for seed in SEEDS
    ]
    assert any(found) == is_found


def test_a_product_of_which_the_book_has_less_than_half_a_days_use_left_had_run_out() -> None:
    """Of so few the last may be missing from the shelf."""
    for seed in SEEDS:
        whole = shifted(ordinary(seed), 4.0, LAST_DAY - 2)
        use = ordinary(seed).products.query("product_id == @PRODUCT")["units"].mean()
        found = {
            left: nightly(changed(whole, floor=_shelves(LAST_DAY - 3, left=left * use)), LAST_DAY - 2)
            for left in (0.3, 0.8)
        }
        assert (bool(found[0.3]), bool(found[0.8])) == (False, True)


def test_what_is_missing_from_the_shelf_is_in_nobodys_total() -> None:
    """A product that makes up half of a day's units would make all the others look rare."""
    for seed in SEEDS:
        frames = changed(shifted(ordinary(seed), 30.0, LAST_DAY), floor=_shelves(LAST_DAY - 1))
        learned = ProductDemand().fit(frames.between(LAST_DAY - 33, LAST_DAY - 3), 100)
        assert not isinstance(learned, TooLittle)
        scores = ProductDemand().score(frames.between(LAST_DAY - 60, LAST_DAY + 1), learned, moment())
        assert PRODUCT not in set(scores["entity_id"])
        assert abs(scores["value"].sum() / scores["expected"].sum() - 1) < 0.05
        assert ProductDemand().decide(scores, learned, Limits(), moment()) == []


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_fortnight_without_a_product_is_not_its_usual_demand(is_recorded: bool) -> None:
    """Else its sales would be far too high on the day after it came back."""
    for seed in SEEDS:
        whole = ordinary(seed)
        gone = (whole.products["product_id"] == PRODUCT) & whole.products["day"].between(LAST_DAY - 17, LAST_DAY - 4)
        frames = changed(whole, products=whole.products[~gone])
        if is_recorded:
            frames = changed(frames, floor=_shelves(LAST_DAY - 5, empty=14))
        shares = [_share(one.between(LAST_DAY - 48, LAST_DAY - 3)) for one in (frames, whole)]
        assert (abs(shares[0] / shares[1] - 1) < 0.15) == is_recorded


def _share(past: Frames) -> float:
    learned = ProductDemand().fit(past, 100)
    assert not isinstance(learned, TooLittle)
    return float(learned["shares"][list(learned["products"]).index(PRODUCT)])
