"""The naive rules, by known answers."""

from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from minibar_ml.ml.frames import Frames
from minibar_ml.simulate import HotelPlan
from quality.hotels import Hotel
from quality.yardsticks import naive
from quality.yardsticks.forecasts import by_line

HOTEL = Hotel("any", HotelPlan(seed=1, ends_on=date(2025, 11, 30), rooms=30, days=60), "b", 0.0, 30)
FIRST = HOTEL.first_scored.toordinal()
EMPTY = pd.DataFrame({"hotel_id": pd.Series(dtype=int), "day": pd.Series(dtype=int)})


def frames(**known: pd.DataFrame) -> Frames:
    named: dict[str, Any] = {one.name: EMPTY for one in fields(Frames) if one.name not in ("calendar", "reservations")}
    return Frames(**{**named, **known})


def rooms(**units: list[float]) -> Frames:
    """Daily checks of rooms by their number: `_4=[...]`."""
    rows = [
        {"hotel_id": 1, "room_id": int(name[1:]), "day": FIRST + n, "units": one, "refilled": one, "products_found": 1}
        for name, values in units.items()
        for n, one in enumerate(values)
    ]
    return frames(rooms=pd.DataFrame(rows))


def test_a_value_inside_its_own_baseline_is_never_two_and_a_half_spreads_off() -> None:
    values = np.zeros((1, 7))
    values[0, -1] = 1000.0
    assert naive.z_with_today(values, 7)[0] == pytest.approx(6 / np.sqrt(7))
    assert len(naive.room_with_today(rooms(_4=[0, 1, 0, 0, 2, 1, 900]), HOTEL)) == 0


def test_the_same_value_outside_the_baseline_is_marked() -> None:
    marked = naive.room_without_today(rooms(_4=[0, 1, 0, 0, 2, 1, 1, 6], _5=[0, 1, 0, 0, 2, 1, 1, 1]), HOTEL)
    assert marked[["room_id", "day"]].to_numpy().tolist() == [[4, FIRST + 7]]


def test_a_first_rise_after_a_week_of_nothing_is_marked_and_nothing_again_is_not() -> None:
    marked = naive.room_without_today(rooms(_4=[0.0] * 7 + [1.0], _5=[0.0] * 8), HOTEL)
    assert marked["room_id"].tolist() == [4]


def test_a_room_with_too_few_checks_is_not_compared_with_another_s() -> None:
    assert len(naive.room_without_today(rooms(_4=[0.0] * 5, _5=[9.0] * 5), HOTEL)) == 0


def levels(values: list[float]) -> Frames:
    days = np.arange(len(values)) + FIRST - 30
    table = pd.DataFrame({"hotel_id": 1, "product_id": 3, "day": days, "at": days * 86400.0, "level": values})
    return frames(levels=table)


def test_a_level_far_below_a_month_of_levels_is_marked_and_a_delivery_s_sawtooth_hides_a_leak() -> None:
    calm = [100.0 + n % 2 for n in range(30)]
    assert naive.stock_levels(levels([*calm, 60.0]), HOTEL)["day"].tolist() == [FIRST]
    sawtooth = [100.0 - 9 * (n % 10) for n in range(30)]
    assert len(naive.stock_levels(levels([*sawtooth, 60.0]), HOTEL)) == 0


def test_a_day_without_movements_keeps_the_level_of_the_day_before() -> None:
    table = levels([5.0, 4.0, 3.0]).levels.iloc[[0, 2]]
    assert naive.daily_levels(frames(levels=table))[1, 3].tolist() == [5.0, 5.0, 3.0]


def test_the_forest_marks_the_oddest_raw_values_and_a_share_of_ordinary_ones() -> None:
    rng = np.random.default_rng(3)
    values = {name: rng.poisson(2.0, 540).astype(float) for name in ("units", "refilled", "products_found")}
    table = pd.DataFrame({"hotel_id": 1, "room_id": 4, "day": np.tile(np.arange(60) + FIRST - 30, 9), **values})
    odd = table["day"] == FIRST + 5
    table.loc[odd, list(values)] = 40.0
    marked = naive.forest_on_raw_values(frames(rooms=table), HOTEL)
    assert (marked["day"] == FIRST + 5).sum() == 9
    assert 9 < len(marked) < 0.3 * 270


def test_units_found_on_a_day_of_departure_are_taken_for_theft() -> None:
    asleep = sorted(naive._recorded_nights(HOTEL))
    room, day = next((room, day) for room, day in asleep if (room, day + 1) not in asleep and day >= FIRST)
    table = pd.DataFrame({"hotel_id": 1, "room_id": room, "day": [day, day + 1], "units": 2.0})
    assert naive.nobody_tonight(frames(rooms=table), HOTEL)["day"].tolist() == [day + 1]


def test_a_line_through_a_falling_level_reaches_the_ground_and_one_through_deliveries_goes_astray() -> None:
    falling = np.arange(130.0, 100.0, -1.0)[None, :]
    assert by_line(falling, np.array([10.0])) == pytest.approx([10.0])
    steady = np.tile([50.0, 40.0, 30.0], 10)[None, :]
    assert by_line(steady, np.array([10.0]))[0] > 50
