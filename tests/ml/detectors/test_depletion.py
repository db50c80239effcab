"""Depletion: days of use left, by the rooms' use and not by the slope of the level."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import DAYS, FIRST_DAY, LAST_DAY, changed, found_on, moment, ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.hotels.supplies import Supplies, Supply
from minibar_ml.i18n.messages import sentences
from minibar_ml.ml.contract import Limits
from minibar_ml.ml.detectors.depletion import Depletion
from minibar_ml.ml.frames import Frames


def stocked(used: object, levels: dict[int, float], product: int = 500) -> Frames:
    """One product used `used` a day, with these levels by days before the last one."""
    use = np.broadcast_to(np.asarray(used, dtype=float), DAYS)
    days = np.arange(FIRST_DAY, LAST_DAY + 1)
    products = pd.DataFrame({"hotel_id": 7, "product_id": product, "day": days, "units": use, "refilled": use})
    rows = [
        {"hotel_id": 7, "product_id": product, "day": LAST_DAY - ago, "at": 1e9 - 86400.0 * ago, "level": level,
         "kind": "cikis"}
        for ago, level in levels.items()
    ]  # fmt: skip
    return changed(ordinary(1), products=products[products["units"] > 0], levels=pd.DataFrame(rows))


def found_in(frames: Frames, hours: float = 24.0) -> list[Finding]:
    return found_on(Depletion(), frames, moment(hours=hours))


@pytest.mark.parametrize(
    ("level", "severity"), [(70.0, "medium"), (41.0, "medium"), (40.0, "high"), (20.0, "critical"), (0.0, "critical")]
)
def test_seven_four_and_two_days_are_the_steps(level: float, severity: str) -> None:
    at_once = Limits(supplies=Supplies(Supply(lead_time_days=0)))
    (found,) = found_on(Depletion(), stocked(10, {50: 900.0, 0: level}), moment(), at_once)
    assert (found.severity, found.reason, found.metric) == (severity, "depletion", "stock_days_left")
    assert found.value == pytest.approx(level / 10)
    assert found.facts is not None
    assert (found.facts["level"], found.facts["daily_units"]) == (level, 10.0)
    assert found.lower == found.facts["p10"] <= found.value <= found.facts["p90"] == found.upper


def with_floor(frames: Frames, units: float, ago: int = 0) -> Frames:
    """The frames with so much of the product in the floor store on a day, which is the last that is known of it."""
    row = {"hotel_id": 7, "product_id": 500, "day": LAST_DAY - ago, "units": units}
    return changed(frames, floor=pd.DataFrame([row]))


def test_what_the_floor_store_holds_is_stock_too() -> None:
    assert found_in(with_floor(stocked(10, {50: 900.0, 0: 5.0}), 200.0)) == []
    assert found_in(stocked(10, {50: 900.0, 0: 5.0})) != []


@pytest.mark.parametrize("depot", [10.0, 0.0, -4.0])
def test_the_sentence_names_what_is_in_either_store(depot: float) -> None:
    (found,) = found_in(with_floor(stocked(10, {50: 900.0, 0: depot}), 30.0))
    there = max(depot, 0.0)
    assert found.value == pytest.approx((there + 30) / 10)
    assert found.facts is not None
    assert (found.facts["level"], found.facts["depot_units"], found.facts["floor_units"]) == (there + 30, there, 30)
    assert (
        f"In stock: {there + 30:g} units ({there:g} in the depot, 30 in the floor store)"
        in sentences(found, "A", "en")[0]
    )


def test_before_the_days_first_collection_the_floor_store_holds_what_it_held() -> None:
    assert found_in(with_floor(stocked(10, {50: 900.0, 0: 5.0}), 200.0, ago=1), hours=0.1) == []


@pytest.mark.parametrize(("lead_time_days", "severity"), [(0, "medium"), (3, "medium"), (6, "high"), (14, "high")])
def test_an_order_that_is_due_today_is_high_however_long_the_stock_lasts(lead_time_days: int, severity: str) -> None:
    supplies = Limits(supplies=Supplies(Supply(lead_time_days=lead_time_days)))
    (found,) = found_on(Depletion(), stocked(10, {50: 900.0, 0: 65.0}), moment(), supplies)
    assert found.facts is not None
    assert (found.facts["order_by"] == date.fromordinal(LAST_DAY + 1).isoformat()) == (severity == "high")
    assert found.severity == severity


def test_it_says_how_much_to_order_and_by_when() -> None:
    (found,) = found_in(stocked(10, {50: 900.0, 0: 65.0}))
    assert found.facts is not None
    # through three days of delivery and fourteen of cover at the least
    assert 17 * 10 - 65 <= found.facts["order_quantity"] <= 1.4 * 17 * 10 - 65
    left = int(found.facts["p10"]) - 3
    assert found.facts["order_by"] == date.fromordinal(LAST_DAY + 1 + left).isoformat()
    assert found.facts["empty_on"] == date.fromordinal(LAST_DAY + 1 + 6).isoformat()


def test_an_order_comes_in_whole_multiples_and_not_below_the_least() -> None:
    supplies = Supplies(Supply(lead_time_days=2, order_multiple=24), by_id={501: Supply(2, 24, min_order=400)})
    for product, units in ((500, 144), (501, 408)):
        frames = stocked(10, {50: 900.0, 0: 50.0}, product)
        (found,) = found_on(Depletion(), frames, moment(), Limits(supplies=supplies))
        assert found.facts is not None
        assert found.facts["order_quantity"] == units


def test_reservations_bring_the_end_nearer_in_a_live_run_and_in_no_other() -> None:
    """Thirty rooms a night so far, and sixty are booked for the coming ones."""
    days = np.arange(LAST_DAY - 60, LAST_DAY + 15)
    reservations = pd.DataFrame({"hotel_id": 7, "day": np.minimum(days, LAST_DAY), "arrives_on": days})
    reservations = reservations.assign(departs_on=days + 1, rooms=np.where(days < LAST_DAY, 30, 60))
    plain = stocked(10, {50: 900.0, 0: 60.0})
    full = changed(plain, reservations=reservations)
    (usual,), (live,) = found_in(plain, hours=9), found_in(full, hours=9)
    assert live.value < 0.75 * usual.value
    assert found_in(full)[0].value == found_in(plain)[0].value


def ordered(units: float, due_in: int | None, product: int = 500, used: float = 10.0, level: float = 40.0) -> Frames:
    """The product with four days left, and an order due in so many days from the running one (None: no date)."""
    due = 0 if due_in is None else LAST_DAY + due_in
    order = {"hotel_id": 7, "day": LAST_DAY - 3, "product_id": product, "due_on": due, "units": units}
    return changed(stocked(used, {50: 900.0, 0: level}), orders=pd.DataFrame([order]))


def test_what_is_on_order_need_not_be_ordered_again() -> None:
    (plain,), (live,) = found_in(stocked(10, {50: 900.0, 0: 40.0}), hours=9), found_in(ordered(84, 2), hours=9)
    assert plain.facts is not None
    assert live.facts is not None
    assert live.facts["order_quantity"] == plain.facts["order_quantity"] - 84
    assert (live.facts["ordered_units"], live.facts["due_on"]) == (84.0, date.fromordinal(LAST_DAY + 2).isoformat())
    assert (live.value, live.severity) == (plain.value, plain.severity)


def test_an_order_that_covers_all_and_comes_in_time_is_only_to_be_watched() -> None:
    (found,) = found_in(ordered(1000, 2), hours=9)
    assert found.severity == "low"
    assert found.facts is not None
    assert "order_quantity" not in found.facts
    assert sentences(found, "A", "en")[1].startswith("Check with the supplier")


@pytest.mark.parametrize("due_in", [6, -2, None])
def test_an_order_that_may_come_too_late_leaves_the_alert_as_severe_as_it_was(due_in: int | None) -> None:
    (plain,), (found,) = found_in(stocked(10, {50: 900.0, 0: 40.0}), hours=9), found_in(ordered(1000, due_in), hours=9)
    assert found.severity == plain.severity == "high"
    assert found.facts is not None
    assert found.facts["ordered_units"] == 1000
    assert ("due_on" in found.facts) == (due_in is not None)
    assert "order_quantity" not in found.facts


def test_orders_of_other_products_and_those_far_ahead_count_for_nothing() -> None:
    (plain,) = found_in(stocked(10, {50: 900.0, 0: 40.0}), hours=9)
    for frames in (ordered(1000, 2, product=501), ordered(1000, 60)):
        mixed = changed(stocked(10, {50: 900.0, 0: 40.0}), orders=frames.orders)
        assert found_in(mixed, hours=9) == [plain]


def test_a_past_day_knows_no_open_orders() -> None:
    assert found_in(ordered(1000, 2)) == found_in(stocked(10, {50: 900.0, 0: 40.0}))


def test_eight_days_are_enough() -> None:
    assert found_in(stocked(10, {50: 900.0, 0: 80.0})) == []


def test_it_began_on_the_first_of_the_low_days() -> None:
    (found,) = found_in(stocked(10, {50: 900.0, 9: 60.0, 8: 200.0, 5: 65.0, 2: 40.0}))
    assert found.occurred_on == date.fromordinal(LAST_DAY - 5)


def test_the_level_falls_by_cases_but_the_use_is_smooth() -> None:
    """Sixty units went yesterday: at that slope the rest would last a day, at the rooms' pace it lasts nine."""
    assert found_in(stocked(10, {50: 900.0, 3: 150.0, 1: 90.0})) == []


def test_what_is_hardly_used_or_hardly_known_is_not_forecast() -> None:
    new = np.where(np.arange(DAYS) >= DAYS - 12, 10.0, 0.0)
    hardly = np.where(np.arange(DAYS) % 14 == 0, 3.0, 0.0)
    assert found_in(stocked(hardly, {50: 900.0, 0: 2.0})) == []
    assert found_in(stocked(new, {50: 900.0, 0: 20.0})) == []


def test_what_is_used_now_and_then_is_forecast_by_how_often_and_how_much() -> None:
    rarely = np.where(np.arange(DAYS) % 4 == 0, 3.0, 0.0)
    (found,) = found_in(stocked(rarely, {50: 900.0, 0: 3.0}))
    assert 3 < found.value < 6
    assert found.lower is not None
    assert found.lower < 3


def test_what_ran_out_is_no_less_in_demand() -> None:
    """Nine days without stock and so without use: the rate is what it was before them."""
    use = np.where(np.arange(DAYS) >= DAYS - 9, 0.0, 10.0)
    (found,) = found_in(stocked(use, {50: 900.0, 10: 0.0, 0: 40.0}))
    assert found.value == pytest.approx(4, rel=0.1)


def test_where_refills_are_not_recorded_consumption_counts() -> None:
    frames = stocked(10, {50: 900.0, 0: 30.0})
    (found,) = found_in(changed(frames, products=frames.products.assign(refilled=0.0)))
    assert found.value == pytest.approx(3)


def test_a_ledger_below_zero_is_not_a_stock() -> None:
    assert found_in(stocked(10, {50: 900.0, 0: -5.0})) == []


def test_a_running_day_s_use_is_not_taken_for_a_whole_day_s() -> None:
    use = np.full(DAYS, 10.0)
    use[-1] = 1.0
    (found,) = found_in(stocked(use, {50: 900.0, 0: 60.0}), hours=9)
    assert found.value == pytest.approx(6)


def test_eight_times_in_ten_the_stock_lasts_as_long_as_the_interval_says() -> None:
    rng = np.random.default_rng(77)
    inside = []
    for _ in range(150):
        demand = rng.negative_binomial(4, 4 / (4 + 12), DAYS + 40).astype(float)
        level = float(rng.integers(25, 80))
        (found,) = found_in(stocked(demand[:DAYS], {50: 900.0, 0: level})) or (None,)
        if found is not None and found.lower is not None and found.upper is not None:
            lasted = 1 + int(np.argmax(demand[DAYS:].cumsum() >= level))
            # demand comes in whole days, the quantiles in fractions of them
            inside.append(found.lower <= lasted and lasted - 1 <= found.upper)
    assert len(inside) > 80
    assert 0.75 <= np.mean(inside) <= 0.97


def test_a_well_stocked_hotel_is_quiet() -> None:
    assert [f for seed in range(6) for f in found_in(ordinary(700 + seed))] == []
