"""Walking rounds that leave rooms out: nothing is lost, nothing is seen that was not visited."""

import numpy as np
import pytest
from pandas import DataFrame

from quality import rounds

ROOMS, DAYS = 40, 45


def _full(seed: int = 3) -> DataFrame:
    """Rooms that are occupied all the time by guests who stay five nights, each checked every day."""
    rng = np.random.default_rng(seed)
    day, room = (axis.ravel() for axis in np.meshgrid(np.arange(100, 100 + DAYS), np.arange(ROOMS), indexing="ij"))
    stay_on = day - (day + room) % 5
    appetite = rng.gamma(0.5, 2.0, (ROOMS, DAYS + 10))[room, stay_on - 95]
    guests = 1 + room % 2
    return DataFrame({
        "hotel_id": 1, "room_id": room, "day": day, "units": rng.poisson(appetite * guests).astype(float),
        "refilled": 0.0, "visits": 1, "products_found": 0, "attendant_id": 1, "room_type": "A", "known": True,
        "nights": 1,
        "guest_nights": guests.astype(float), "guests": guests, "arriving": 0,
        "staying": np.where((day + room) % 5 == 4, 0, guests), "stays": 1, "stay_on": stay_on, "previous_on": day - 1,
        "occupancy": 1.0,
    })  # fmt: skip


@pytest.fixture(scope="module")
def full() -> DataFrame:
    """The checks of full rounds."""
    return _full()


def test_a_full_round_finds_everything_the_same_day(full: DataFrame) -> None:
    walked = rounds.walk(full, 130, rounds.by_units, 1.0)
    assert walked.visits == walked.rooms
    assert walked.found_within(0) == pytest.approx(1.0)


def test_what_is_left_out_is_found_later_and_not_later_than_the_limit(full: DataFrame) -> None:
    walked = rounds.walk(full, 130, rounds.at_random, 0.3, every=3)
    assert walked.found_within(0) < walked.found_within(1) < walked.found_within(2)
    assert max(walked.waited) <= 2


def test_guests_who_take_much_are_found_by_what_they_took_before(full: DataFrame) -> None:
    shares = {
        name: rounds.walk(full, 130, rank, 0.5, every=9).found_within(0) for name, rank in rounds.POLICIES.items()
    }
    assert shares["rounds"] > shares["random"] + 0.1
    assert shares["rounds"] > shares["checked longest ago"] + 0.1


def test_who_knows_what_is_there_finds_the_most(full: DataFrame) -> None:
    known = full.set_index(["room_id", "day"])["units"]
    found = rounds.walk(full, 130, rounds.knowing(known), 0.5, every=9).found_within(0)
    assert found > rounds.walk(full, 130, rounds.by_units, 0.5, every=9).found_within(0) + 0.1


def test_a_policy_sees_no_units_of_a_room_that_it_left_out(full: DataFrame) -> None:
    seen: list[DataFrame] = []

    def never(ahead: DataFrame, known: DataFrame, _model: object, _rng: object) -> tuple[rounds.Floats, rounds.Floats]:
        seen.append(known)
        return np.zeros(len(ahead)), np.full(len(ahead), np.nan)

    rounds.walk(full, 130, never, 0.0, every=99)
    known = seen[-1]
    late = known[known["day"] >= 130]
    assert len(late)
    assert set((late["day"] + late["room_id"]) % 5) == {4}, "only departures were visited"
