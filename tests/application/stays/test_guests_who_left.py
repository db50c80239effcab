"""Guests who leave sooner than planned, stay on or never come: what the next lists say of them."""

from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.presence import listed_hotel, states, vacant
from support.hotels.simulated import done, points, sql


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel whose lists are loaded every morning, and the store."""
    return listed_hotel(installed)


def _collect(hotel: Application, *at: str) -> None:
    for as_of in at:
        done(hotel.url, "collect", "--as-of", as_of, "--quiet")


def _evidence(hotel: Application, day: str) -> dict[str, Any]:
    found = points(hotel.url, "vacant_consumption").items()
    return next(context for key, (_, context) in found if key[1] == 1 and key[2][:10] == day)


def test_a_guest_whom_two_lists_in_house_do_not_have_has_not_come(hotel: Application) -> None:
    hotel.stay(1, "2025-11-09", "2025-11-16", kind="arrival")
    for day in ("11", "12", "13"):
        hotel.empty(1, f"2025-11-{day} 16:00")
    hotel.setup(1, "2025-11-14 10:00", 1, 3)
    assert vacant(hotel) == {"2025-11-14": 3}
    assert states(hotel, "2025-11-10") == ["unknown"]


def test_after_one_list_an_arrival_may_have_been_entered_late(hotel: Application) -> None:
    hotel.stay(1, "2025-11-12", "2025-11-16", kind="arrival")
    for day in ("11", "12", "13"):
        hotel.empty(1, f"2025-11-{day} 16:00")
    hotel.setup(1, "2025-11-14 10:00", 1, 3)
    assert vacant(hotel) == {}


@pytest.mark.parametrize(("last_run", "found"), [("2025-11-12T00:10", {"2025-11-14": 3}), ("2025-11-12T20:00", {})])
def test_a_night_that_was_given_up_before_it_came_never_was_occupied(
    hotel: Application, last_run: str, found: dict[str, float]
) -> None:
    stay = hotel.stay(1, "2025-11-10", "2025-11-14")
    _collect(hotel, "2025-11-11T00:10", last_run)
    # The list of the 12th has it right; one that says so only the day after may as well be wrong.
    hotel.overwrite(stay, "2025-11-10", "2025-11-12", "2025-11-12 08:00")
    for day in ("12", "13"):
        hotel.empty(1, f"2025-11-{day} 19:00")
    hotel.setup(1, "2025-11-14 10:00", 1, 3)
    assert vacant(hotel) == found


def test_before_an_arrival_the_hour_of_the_check_itself_counts(hotel: Application) -> None:
    hotel.stay(1, "2025-11-14", "2025-11-16")
    for day in ("12", "13"):
        hotel.empty(1, f"2025-11-{day} 10:00")
    hotel.setup(1, "2025-11-14 09:00", 1, 3)
    assert vacant(hotel) == {}
    context = _evidence(hotel, "2025-11-14")
    assert (context["before_arrival"], context["check_hour"]) == (True, 9)


@pytest.mark.parametrize(("last_named", "found"), [("11", {"2025-11-15": 3}), ("13", {})])
def test_a_guest_whom_two_lists_no_longer_have_has_left(
    hotel: Application, last_named: str, found: dict[str, float]
) -> None:
    # Guests of other rooms are named every day.
    other = hotel.stay(2, "2025-11-02", "2025-11-06", made="2025-11-03 08:00")
    hotel.overwrite(other, "2025-11-02", "2025-11-06", "2025-11-06 08:00")
    stay = hotel.stay(1, "2025-11-08", "2025-11-20", made="2025-11-09 08:00")
    hotel.overwrite(stay, "2025-11-08", "2025-11-20", f"2025-11-{last_named} 08:00")
    for day in ("12", "13", "14"):
        hotel.empty(1, f"2025-11-{day} 10:00")
    hotel.setup(1, "2025-11-15 10:00", 1, 3)
    assert vacant(hotel) == found


def test_a_guest_on_the_list_of_departures_stayed_though_lists_in_house_were_silent(hotel: Application) -> None:
    other = hotel.stay(2, "2025-11-02", "2025-11-06", made="2025-11-03 08:00")
    hotel.overwrite(other, "2025-11-02", "2025-11-06", "2025-11-06 08:00")
    stay = hotel.stay(1, "2025-11-08", "2025-11-16", made="2025-11-09 08:00")
    hotel.overwrite(stay, "2025-11-08", "2025-11-16", "2025-11-11 08:00")
    hotel.stay(1, "2025-11-08", "2025-11-16", kind="departure", made="2025-11-16 08:00")
    hotel.empty(1, "2025-11-14 10:00")
    hotel.setup(1, "2025-11-15 10:00", 1, 3)
    assert vacant(hotel) == {}


def test_a_row_that_was_deleted_after_the_next_guest_took_it_over_unsays_no_night(hotel: Application) -> None:
    row = hotel.stay(1, "2025-11-04", "2025-11-06", made="2025-11-04 08:00")
    _collect(hotel, "2025-11-05T02:00", "2025-11-06T02:00", "2025-11-07T02:00")
    hotel.overwrite(row, "2025-11-08", "2025-11-10", "2025-11-08 08:00")
    _collect(hotel, "2025-11-09T02:00", "2025-11-10T02:00")
    sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE id = :row", row=row)
    _collect(hotel, "2025-11-12T02:00")
    assert states(hotel, "2025-11-05")[-1] == "occupied"
    assert states(hotel, "2025-11-08")[-1] == "unknown"
