"""A list of guests in house that does not have a room: what it says of the morning, and of the next one."""

from datetime import date

import pytest
from support.hotels.application import Application
from support.hotels.presence import listed_hotel, states, vacant
from support.hotels.simulated import points, sql

NIGHTLY = [f"2025-11-{day}T02:00" for day in (13, 14, 15)]


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel whose lists are loaded every morning at eight and name who has come by then, and the store."""
    made = listed_hotel(installed)
    for day in ("12", "13"):
        made.empty(1, f"2025-11-{day} 10:00")
    return made


def _run(hotel: Application, *at: str) -> dict[str, float]:
    return [vacant(hotel, as_of) for as_of in (*NIGHTLY, *at)][-1]


def _expected(hotel: Application, arrives: str = "2025-11-14", departs: str = "2025-11-16") -> None:
    hotel.stay(1, arrives, departs, kind="arrival", made="2025-11-14 07:30")


@pytest.mark.parametrize(("hour", "found"), [("09:30", {"2025-11-14": 3}), ("10:30", {})])
def test_within_two_hours_of_a_list_without_the_guest_nobody_had_come(
    hotel: Application, hour: str, found: dict[str, float]
) -> None:
    _expected(hotel)
    hotel.setup(1, f"2025-11-14 {hour}", 1, 3)
    assert _run(hotel) == found
    row = hotel.stay(1, "2025-11-14", "2025-11-16", made="2025-11-15 08:00")
    assert vacant(hotel, "2025-11-16T02:00") == found
    # The next guest's list overwrites the row that showed it; the record still has it.
    hotel.overwrite(row, "2025-11-16", "2025-11-18", "2025-11-16 08:00")
    assert vacant(hotel, "2025-11-17T02:00") == found


def test_a_guest_whom_the_list_of_the_day_names_may_have_been_there(hotel: Application) -> None:
    _expected(hotel)
    hotel.stay(1, "2025-11-14", "2025-11-16", made="2025-11-14 08:00")
    hotel.setup(1, "2025-11-14 09:30", 1, 3)
    assert _run(hotel) == {}


def test_lists_of_who_slept_there_say_nothing_of_the_day_of_arrival(hotel: Application) -> None:
    sql(hotel.url, "UPDATE misafir_kayitlari SET kayit_tipi = 'arrival'")
    hotel.stay(3, "2025-11-10", "2025-11-18", made="2025-11-11 08:00")
    _expected(hotel)
    hotel.setup(1, "2025-11-14 09:30", 1, 3)
    assert _run(hotel) == {}


def test_a_list_that_no_run_read_before_the_next_one_is_not_recorded(hotel: Application) -> None:
    _expected(hotel)
    hotel.setup(1, "2025-11-14 09:30", 1, 3)
    assert vacant(hotel, "2025-11-15T09:00") == {}


def test_an_hour_of_arrival_that_comes_before_counts(hotel: Application) -> None:
    _expected(hotel, "2025-11-14 09:00")
    hotel.setup(1, "2025-11-14 09:30", 1, 3)
    assert _run(hotel) == {}


@pytest.mark.parametrize("lists_name_arrivals", [True, False])
def test_who_never_came_was_not_there_in_the_morning_nor_left_on_the_next_one(
    hotel: Application, lists_name_arrivals: bool
) -> None:
    if not lists_name_arrivals:
        sql(hotel.url, "UPDATE misafir_kayitlari SET kayit_tipi = 'arrival'")
        hotel.stay(3, "2025-11-10", "2025-11-18", made="2025-11-11 08:00")
        # Whoever slept there is named on the morning of the departure, too.
        hotel.stay(2, "2025-11-12", "2025-11-13", made="2025-11-13 08:00")
    _expected(hotel, departs="2025-11-15")
    hotel.setup(1, "2025-11-14 09:30", 1, 3)
    hotel.empty(1, "2025-11-15 10:00")
    hotel.setup(1, "2025-11-16 10:00", 1, 2)
    hotel.uploads(date(2025, 11, 17), date(2025, 11, 17))
    found = _run(hotel, "2025-11-16T02:00", "2025-11-17T12:00")
    assert found == {"2025-11-16": 2} | ({"2025-11-14": 3} if lists_name_arrivals else {})
    assert states(hotel, "2025-11-14")[-1] == "unknown"


@pytest.mark.parametrize("names_leavers", [True, False])
def test_a_list_of_who_stays_on_does_not_say_that_its_leavers_have_left(
    hotel: Application, names_leavers: bool
) -> None:
    # Lists that name everybody again every day, also on the day of departure or up to the day before.
    last = "13" if names_leavers else "12"
    for room in (2, 3, 4):
        row = hotel.stay(room, "2025-11-09", "2025-11-13", made="2025-11-10 08:00")
        hotel.overwrite(row, "2025-11-09", "2025-11-13", f"2025-11-{last} 08:00")
    sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE oda_id = 5 AND cikis_tarihi > '2025-11-11'")
    row = hotel.stay(1, "2025-11-11", "2025-11-14 13:30", made="2025-11-12 08:00")
    hotel.overwrite(row, "2025-11-11", "2025-11-14", "2025-11-13 08:00")
    hotel.empty(1, "2025-11-14 10:27")
    hotel.setup(1, "2025-11-15 10:00", 1, 3)
    assert _run(hotel, "2025-11-16T12:00") == ({"2025-11-15": 3} if names_leavers else {})


@pytest.mark.parametrize(("others_named_on", "found"), [("09", {}), ("16", {"2025-11-14": 3})])
def test_lists_that_name_nobody_again_do_not_say_who_has_left(
    hotel: Application, others_named_on: str, found: dict[str, float]
) -> None:
    # A file of another kind adds rows and leaves those that are there as they were.
    for room in (1, 2, 3, 4):
        row = hotel.stay(room, "2025-11-05", "2025-11-18", made="2025-11-06 08:00")
        hotel.overwrite(row, "2025-11-05", "2025-11-18", f"2025-11-{'09' if room == 1 else others_named_on} 08:00")
    for room in (2, 3, 4):
        row = hotel.stay(room, "2025-10-28", "2025-11-04", made="2025-10-29 08:00")
        hotel.overwrite(row, "2025-10-28", "2025-11-04", "2025-11-03 08:00")
    hotel.setup(1, "2025-11-14 10:00", 1, 3)
    assert _run(hotel, "2025-11-16T02:00", "2025-11-17T02:00") == found


def test_a_second_find_does_not_silence_the_first_where_the_list_has_the_room_empty(hotel: Application) -> None:
    hotel.stay(1, "2025-11-11", "2025-11-13", made="2025-11-12 08:00")
    hotel.setup(1, "2025-11-14 09:30", 1, 3)
    hotel.setup(1, "2025-11-14 15:00", 2, 1)
    found = _run(hotel, "2025-11-15T12:00")
    assert found == {"2025-11-14": 1}
    (context,) = (c for key, (_, c) in points(hotel.url, "vacant_consumption").items() if key[2][:10] == "2025-11-14")
    assert "after_departure_check" not in context


@pytest.mark.parametrize(
    ("came_from", "expected", "found"), [(4, False, {"2025-11-14": 3}), (4, True, {}), (None, False, {})]
)
def test_a_guest_who_moved_here_was_not_here_before(
    hotel: Application, came_from: int | None, expected: bool, found: dict[str, float]
) -> None:
    hotel.setup(1, "2025-11-14 10:00", 1, 3)
    if came_from:
        hotel.stay(came_from, "2025-11-13", "2025-11-20", made="2025-11-13 08:00")
    assert _run(hotel, "2025-11-16T02:00") == {"2025-11-14": 3}
    # Whose arrival was the 13th, and who came to this room on the 15th.
    hotel.stay(1, "2025-11-13", "2025-11-20", made="2025-11-16 08:00")
    if expected:
        hotel.stay(1, "2025-11-13", "2025-11-20", kind="arrival", made="2025-11-13 08:00")
    assert vacant(hotel, "2025-11-17T02:00") == found
    # Who stands on no other room's rows was entered late, and may have been there.
    assert states(hotel, "2025-11-14") == ([] if found else ["occupied"])
    assert states(hotel, "2025-11-15") == ["occupied"]
