"""Holidays and events in what a check is expected to find."""

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import HOTEL

from minibar_ml.ml.contract import TooLittle
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.predictive import predict
from minibar_ml.ml.rooms.special_days import is_special

FAIR = frozenset(range(110, 114))
ROOMS, DAYS = 80, 30


def _checks(busy: float, special_days: frozenset[int] = FAIR, seed: int = 1) -> pd.DataFrame:
    """Eighty rooms checked on days 100 to 129; guests take `busy` times as much on the evenings of some days."""
    rng = np.random.default_rng(seed)
    room, day = (index.ravel() for index in np.indices((ROOMS, DAYS)))
    day = day + 100
    mean = rng.gamma(2, 0.5, len(day)) * np.where(np.isin(day - 1, list(special_days)), busy, 1.0)
    plain = {"hotel_id": HOTEL, "refilled": 0.0, "visits": 1, "products_found": 1, "attendant_id": 1, "known": True}
    plain |= {
        "room_type": "STANDARD",
        "nights": 1,
        "guest_nights": 1.0,
        "guests": 1,
        "arriving": 0,
        "staying": 0,
        "stays": 1,
    }
    table = pd.DataFrame({"room_id": room, "day": day, "units": rng.poisson(mean).astype(float)}).assign(**plain)
    return table.assign(stay_on=table["day"] - 1, previous_on=table["day"] - 1, occupancy=0.7)


def _learnt(rooms: pd.DataFrame, special_days: frozenset[int]) -> float:
    learned = visit_model.fit(rooms, 100, special_days)
    assert not isinstance(learned, TooLittle)
    return float(learned["special"])


def test_special_days_have_a_factor_of_their_own_shrunk_to_the_usual() -> None:
    four_days = (4 * 2.0 + 2) / (4 + 2)
    assert _learnt(_checks(2.0), FAIR) == pytest.approx(four_days, rel=0.12)
    assert _learnt(_checks(1.0), FAIR) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    "special_days", [frozenset[int](), frozenset({110}), frozenset(range(90, 125)), frozenset({200})]
)
def test_too_few_days_of_either_kind_are_not_separated(special_days: frozenset[int]) -> None:
    assert _learnt(_checks(2.0), special_days) == 1.0


def test_more_is_expected_on_the_morning_after_and_on_no_other() -> None:
    rooms = _checks(2.0)
    learned = visit_model.fit(rooms, 100, FAIR)
    assert not isinstance(learned, TooLittle)
    found = visit_model.checks(rooms, by_guests=True)
    ratio = visit_model.expected(found, learned, FAIR) / visit_model.expected(found, learned)
    assert set(found["day"][ratio > 1.2]) == {day + 1 for day in FAIR}
    assert set(ratio[~found["day"].isin([day + 1 for day in FAIR])]) == {1.0}


@pytest.mark.parametrize(
    ("previous", "day", "is_found_special"),
    [(110, 111, True), (109, 110, False), (108, 111, False), (109, 111, True), (109, 114, True), (113, 115, True)],
)
def test_a_check_of_several_nights_is_special_if_half_of_them_were(
    previous: int, day: int, is_found_special: bool
) -> None:
    found = pd.DataFrame({"previous_on": [previous], "day": [day]})
    assert is_special(found, FAIR).tolist() == [is_found_special]


def test_on_a_busy_evening_that_is_known_less_looks_odd() -> None:
    past, today = _checks(2.5), _checks(2.5, frozenset({129}), seed=2).assign(day=lambda rooms: rooms["day"] + 1)
    today = today[today["day"] == 130].assign(previous_on=129)
    odd = []
    for special_days in (frozenset[int](), FAIR | {129}):
        learned = visit_model.fit(past, 100, special_days)
        assert not isinstance(learned, TooLittle)
        found = visit_model.checks(pd.concat([past, today]), by_guests=True)
        made = predict(found, learned, special_days=special_days)
        scored = made.at((made.found["day"] == 130).to_numpy())
        odd.append(float(scored.surprise().sum()))
    assert odd[1] < odd[0]


def test_a_long_stay_that_takes_a_lot_is_found_at_first_and_then_usual() -> None:
    rooms = _checks(1.0)
    guest = (rooms["room_id"] == 7) & (rooms["day"] >= 110)
    rooms = rooms.assign(units=rooms["units"].where(~guest, 14.0), stay_on=rooms["stay_on"].where(~guest, 109))
    learned = visit_model.fit(_checks(1.0, seed=3), 100)
    assert not isinstance(learned, TooLittle)
    made = predict(visit_model.checks(rooms, by_guests=True), learned)
    surprise = made.at(((made.found["room_id"] == 7) & (made.found["day"] >= 110)).to_numpy()).surprise()
    assert surprise[0] > 7
    assert surprise[7:].max() < surprise[0] - 2.3
