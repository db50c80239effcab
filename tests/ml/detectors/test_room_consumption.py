"""Rooms' checks: what guests and their stay explain, and the second test when the next check is there."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import HOTEL, LAST_DAY, moment, ordinary

from minibar_ml.ml.contract import Limits, Parameters, TooLittle
from minibar_ml.ml.detectors.room_consumption import RoomConsumption
from minibar_ml.ml.frames import AFTER_DEPARTURE, BEFORE_DEPARTURE, CERTAIN, MISSING_LIST, Frames
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.check_scores import EARLY_PENALTY
from minibar_ml.ml.rooms.predictive import predict

FIRST_DAY = LAST_DAY - 59
DETECTOR = RoomConsumption()


def stays(seed: int, rooms: int = 150, days: int = 60, nights: int = 5) -> pd.DataFrame:
    """Stays of five nights, each with a multiplier of its own: most guests take little, a few a lot; checked daily."""
    rng = np.random.default_rng(seed)
    room, day = np.divmod(np.arange(rooms * days), days)
    arrived = (day - 1 + room % nights) // nights * nights - room % nights
    multiplier = rng.gamma(0.9, 1 / 0.9, (rooms, days // nights + 2))
    units = rng.negative_binomial(4, 4 / (4 + multiplier[room, (arrived + nights) // nights])).astype(float)
    night = (day - 1 - arrived) % nights
    return pd.DataFrame(
        {
            "hotel_id": HOTEL, "room_id": room + 1, "day": day + FIRST_DAY, "units": units, "refilled": units,
            "visits": 1, "products_found": 1, "attendant_id": 1, "room_type": "STANDARD", "known": True, "nights": 1,
            "guest_nights": 2.0, "guests": 2, "arriving": 0, "staying": np.where(night < nights - 1, 2, 0), "stays": 1,
            "stay_on": arrived + FIRST_DAY, "previous_on": day + FIRST_DAY - 1, "occupancy": 1.0,
        }
    )  # fmt: skip


HOTELS_ROOMS = stays(5)


def with_units(rooms: pd.DataFrame, room: int, units: dict[int, float]) -> pd.DataFrame:
    """The rooms with other counts in one of them, by day."""
    mine = (rooms["room_id"] == room) & rooms["day"].isin(units)
    return rooms.assign(units=rooms["units"].mask(mine, rooms["day"].map(units)))


def frames(rooms: pd.DataFrame) -> Frames:
    return replace(ordinary(1), rooms=rooms)


@pytest.fixture(scope="module")
def learned() -> Parameters:
    found = DETECTOR.fit(frames(HOTELS_ROOMS).between(0, LAST_DAY - 5), 100)
    assert not isinstance(found, TooLittle)
    return found


def scored(rooms: pd.DataFrame, learned: Parameters, day: int) -> pd.DataFrame:
    return DETECTOR.score(frames(rooms).between(0, day + 1), learned, moment(day)).set_index(["room_id", "day"])


def stay_of(room: int, last: int = LAST_DAY) -> list[int]:
    """Days of the room's last stay that has all its checks by `last`."""
    rows = HOTELS_ROOMS[(HOTELS_ROOMS["room_id"] == room) & (HOTELS_ROOMS["day"] <= last)]
    ends = rows[rows["staying"] == 0]["day"].max()
    return list(range(int(ends) - 4, int(ends) + 1))


def test_a_guest_who_keeps_taking_a_lot_is_expected_to(learned: Parameters) -> None:
    days = stay_of(7)
    heavy = with_units(HOTELS_ROOMS, 7, dict.fromkeys(days, 6.0))
    rows = [scored(heavy, learned, day).loc[(7, day)] for day in days]
    expectations = [row["expected"] for row in rows]
    assert expectations == sorted(expectations)
    assert rows[-1]["score"] < rows[0]["score"]


def test_an_earlier_guest_says_nothing_about_the_next(learned: Parameters) -> None:
    days = stay_of(7)
    before = with_units(HOTELS_ROOMS, 7, dict.fromkeys(range(days[0] - 5, days[0]), 9.0))
    first = days[0]
    changed, plain = (scored(rooms, learned, first).loc[(7, first)] for rooms in (before, HOTELS_ROOMS))
    assert changed["expected"] == pytest.approx(plain["expected"], rel=0.2)


def test_a_new_check_must_be_stranger_while_the_next_one_is_to_come(learned: Parameters) -> None:
    days = stay_of(7)
    rooms = with_units(HOTELS_ROOMS, 7, {days[0]: 9.0})
    leaving = rooms.assign(staying=0)
    waiting, final = (scored(one, learned, days[0]).loc[(7, days[0])] for one in (rooms, leaving))
    assert final["score"] - waiting["score"] == pytest.approx(EARLY_PENALTY)


@pytest.mark.parametrize(("next_units", "is_stranger"), [(0.0, True), (9.0, False)], ids=["nothing", "a lot again"])
def test_the_next_check_of_the_same_guests_distinguishes_a_fault_from_a_heavy_guest(
    learned: Parameters, next_units: float, is_stranger: bool
) -> None:
    days = stay_of(7)
    rooms = with_units(HOTELS_ROOMS, 7, {days[0]: 9.0, days[1]: next_units})
    first = scored(rooms, learned, days[0]).loc[(7, days[0])]["score"] + EARLY_PENALTY
    second = scored(rooms, learned, days[1]).loc[(7, days[0])]["score"]
    assert bool(second > first) == is_stranger


def test_the_second_test_finds_the_fault_on_its_own_day(learned: Parameters) -> None:
    days = stay_of(7)
    rooms = with_units(HOTELS_ROOMS, 7, {days[0]: 14.0, days[1]: 0.0})
    scores = DETECTOR.score(frames(rooms).between(0, days[1] + 1), learned, moment(days[1]))
    found = [f for f in DETECTOR.decide(scores, learned, Limits(), moment(days[1])) if f.entity_id == 7]
    assert [(f.occurred_on.toordinal(), f.value) for f in found] == [(days[0], 14.0)]


@pytest.mark.parametrize(
    ("evidence", "missing", "said"),
    [
        (BEFORE_DEPARTURE, 30.0, ("vacant_consumption", "between_guests", 30.0)),
        (AFTER_DEPARTURE, 29.0, ("vacant_consumption", "between_guests", 29.0)),
        (MISSING_LIST, 30.0, ("vacant_consumption", "between_guests", 30.0)),
        # What guests had in the room that day is far too much by itself.
        (BEFORE_DEPARTURE, 10.0, ("consumption_anomaly", "room_high", 30.0)),
        (CERTAIN, 30.0, ("consumption_anomaly", "room_high", 30.0)),
    ],
    ids=["all of it", "nearly all", "a list is missing", "the lesser part", "certain"],
)
def test_what_is_missing_between_two_guests_is_no_guests_consumption(
    learned: Parameters, evidence: int, missing: float, said: tuple[str, str, float]
) -> None:
    day = stay_of(7)[0]
    rooms = with_units(HOTELS_ROOMS, 7, {day: 30.0})
    point = {"hotel_id": HOTEL, "room_id": 7, "day": day, "units": missing, "products_found": 3, "previous_on": day - 4}
    vacant = pd.DataFrame([{**point, "evidence": evidence, "check_hour": -1, "hidden": 0.0, "again_by": 0}])
    seen = replace(frames(rooms), vacant=vacant).between(0, day + 1)
    scores = DETECTOR.score(seen, learned, moment(day))
    (found,) = [f for f in DETECTOR.decide(scores, learned, Limits(), moment(day)) if f.entity_id == 7]
    assert (found.type, found.reason, found.value) == said
    is_vacant = found.type == "vacant_consumption"
    assert (found.score is None) is is_vacant
    assert found.metric == ("vacant_consumption" if is_vacant else "room_consumption")
    assert (found.facts or {}).get("previous_on") == (date.fromordinal(day - 4).isoformat() if is_vacant else None)


def test_a_check_after_the_guests_left_gives_no_second_test(learned: Parameters) -> None:
    days = stay_of(7, LAST_DAY - 1)
    assert (7, days[-1]) not in scored(HOTELS_ROOMS, learned, days[-1] + 1).index


def test_ordinary_scores_are_as_rare_as_they_say(learned: Parameters) -> None:
    rooms = visit_model.checks(stays(6, rooms=600), by_guests=True)
    for surprise in (predict(rooms, learned).surprise(), predict(rooms, learned).again().surprise()):
        for score in (3.0, 5.0):
            assert np.exp(-score) / 2 < float((surprise > score).mean()) < np.exp(-score) * 1.5


def test_only_the_wanted_checks_are_worked_out_and_alike(learned: Parameters) -> None:
    rooms = visit_model.checks(HOTELS_ROOMS, by_guests=True)
    wanted = (rooms["day"] >= LAST_DAY - 1).to_numpy()
    whole, part = predict(rooms, learned), predict(rooms, learned, wanted)
    assert len(part.found) == wanted.sum()
    np.testing.assert_allclose(part.surprise(), whole.surprise()[wanted], atol=1e-12)
    np.testing.assert_allclose(part.again().surprise(), whole.again().surprise()[wanted], atol=1e-12)


def test_a_day_on_which_all_take_more_explains_what_one_takes(learned: Parameters) -> None:
    hot = HOTELS_ROOMS.assign(units=HOTELS_ROOMS["units"] * np.where(HOTELS_ROOMS["day"] == LAST_DAY, 3, 1))
    busy, plain = (scored(rooms, learned, LAST_DAY) for rooms in (hot, HOTELS_ROOMS))
    assert busy["expected"].xs(LAST_DAY, level="day").mean() > 1.8 * plain["expected"].xs(LAST_DAY, level="day").mean()


@pytest.mark.parametrize(
    ("rooms", "why"),
    [
        (HOTELS_ROOMS[HOTELS_ROOMS["day"] < FIRST_DAY + 5], "days of checks"),
        (HOTELS_ROOMS[HOTELS_ROOMS["room_id"] == 3], "room checks"),
        (HOTELS_ROOMS.assign(units=0.0), "units found consumed"),
    ],
    ids=["five days", "one room", "nothing taken"],
)
def test_too_little_is_said(rooms: pd.DataFrame, why: str) -> None:
    found: Any = DETECTOR.fit(frames(rooms), 100)
    assert isinstance(found, TooLittle)
    assert found.unit == why
