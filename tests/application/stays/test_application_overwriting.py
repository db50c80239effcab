"""Rows of lists that were rejected, loaded twice or taken over by another guest: what is known, and what is not."""

import pytest
from support.hotels.application import Application
from support.hotels.presence import context, listed_hotel, states, vacant
from support.hotels.simulated import done, points, sql


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel whose lists are loaded every morning, and the store."""
    return listed_hotel(installed)


@pytest.mark.parametrize(
    ("rejects", "is_certain"),
    [
        ({}, True),
        ({"arrivals": 1}, False),
        ({"departures": 1}, True),
        ({"arrivals": 1, "departures": 2}, False),
        ({"in_house": 2}, True),
        ({"in_house": 3}, False),
    ],
)
def test_where_a_guest_may_have_been_on_a_rejected_row_a_find_is_evidence(
    hotel: Application, rejects: dict[str, int], is_certain: bool
) -> None:
    for day in range(2, 17):
        for kind in ("in_house", "arrivals", "departures"):
            hotel.file(f"2025-11-{day:02d} 08:00", kind, 20, rejects.get(kind, 0) if day == 10 else 0)
    for day in ("08", "09", "11", "12", "13"):
        hotel.setup(1, f"2025-11-{day} 10:00", 1, 3)
    certain = {f"2025-11-{day}": 3.0 for day in ("09", "11", "12", "13")}
    expected = certain if is_certain else {day: units for day, units in certain.items() if day >= "2025-11-12"}
    if not is_certain and "in_house" not in rejects:
        expected |= {"2025-11-09": 3.0}
    assert vacant(hotel) == expected
    context = next(c for key, (_, c) in points(hotel.url, "vacant_consumption").items() if key[2][:10] == "2025-11-11")
    assert context.get("rejected_rows", False) is not is_certain


def test_a_list_whose_rows_were_mostly_rejected_was_not_loaded(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in range(2, 17):
        hotel.file(f"2025-11-{day:02d} 08:00", "in_house", 30, 18 if day in (10, 11) else 0)
    # A list of yesterday's arrivals is loaded as one of guests in house.
    hotel.file("2025-11-10 08:05", "in_house", 3, 0)
    hotel.file("2025-11-13 08:05", "in_house", 3, 3)
    for day in ("09", "10", "11", "12", "13", "14", "15"):
        hotel.setup(1, f"2025-11-{day} 10:00", 1, 3)
    assert vacant(hotel) == {"2025-11-13": 3, "2025-11-14": 3, "2025-11-15": 3}
    assert {day: context(hotel, f"2025-11-{day}")["known"] for day in ("11", "15")} == {"11": False, "15": True}
    capsys.readouterr()
    done(hotel.url, "db", "check")
    assert "2 refused" in capsys.readouterr().out


# Sharers


@pytest.mark.parametrize(("kind", "is_vacant"), [("in_house", False), ("arrival", True)])
def test_of_two_guests_in_house_with_one_arrival_one_may_stay_longer(
    hotel: Application, kind: str, is_vacant: bool
) -> None:
    hotel.stay(1, "2025-11-05", "2025-11-12", guests=1, kind=kind, made="2025-11-06 08:00", code="p")
    hotel.stay(1, "2025-11-05", "2025-11-07", guests=1, made="2025-11-07 08:00", code="q")
    hotel.empty(1, "2025-11-08 10:00")
    for day in ("09", "15"):
        hotel.setup(1, f"2025-11-{day} 10:00", 1, 3)
    found = vacant(hotel)
    assert ("2025-11-09" in found) is is_vacant
    assert states(hotel, "2025-11-09") == ([] if is_vacant else ["unknown"])


def test_the_next_guest_shows_that_all_sharers_have_left(hotel: Application) -> None:
    hotel.stay(1, "2025-11-05", "2025-11-14", guests=1, made="2025-11-06 08:00", code="p")
    hotel.stay(1, "2025-11-05", "2025-11-07", guests=1, made="2025-11-07 08:00", code="q")
    hotel.stay(1, "2025-11-08", "2025-11-10", made="2025-11-09 08:00", code="r")
    assert vacant(hotel) == {}
    recorded = [states(hotel, f"2025-11-{day:02d}") for day in (6, 7, 9, 10, 13)]
    assert recorded == [["occupied"], ["unknown"], ["occupied"], [], []]


# Rows of former guests


def test_what_runs_have_read_of_a_row_before_it_was_overwritten_is_known(hotel: Application) -> None:
    row = hotel.stay(1, "2025-11-04", "2025-11-06", made="2025-11-04 08:00")
    for n in range(5, 12):
        vacant(hotel, f"2025-11-{n:02d}T02:00")
    hotel.overwrite(row, "2025-11-11", "2025-11-14", at="2025-11-11 08:00")
    hotel.empty(1, "2025-11-08 10:00")
    hotel.setup(1, "2025-11-10 10:00", 1, 3)
    assert vacant(hotel) == {"2025-11-10": 3}
    assert states(hotel, "2025-11-05")[-1] == "occupied"
    assert states(hotel, "2025-11-09") == []


@pytest.mark.parametrize(
    ("kind", "made", "is_known"),
    [
        ("arrival", "2025-11-11 09:00", True),
        ("arrival", "2025-11-10 09:00", False),
        ("in_house", "2025-11-11 09:00", False),
    ],
)
def test_a_list_of_arrivals_that_is_loaded_twice_hides_nobody(
    hotel: Application, kind: str, made: str, is_known: bool
) -> None:
    row = hotel.stay(1, "2025-11-11", "2025-11-14", kind=kind, made=made)
    hotel.overwrite(row, "2025-11-11", "2025-11-14", at="2025-11-11 14:30")
    hotel.empty(1, "2025-11-08 10:00")
    hotel.setup(1, "2025-11-10 10:00", 1, 3)
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    found = vacant(hotel)
    assert ("2025-11-10" in found) is is_known
    assert (states(hotel, "2025-11-10") == []) is is_known


def test_a_row_that_was_overwritten_before_a_run_read_it_leaves_its_nights_unknown(hotel: Application) -> None:
    row = hotel.stay(1, "2025-11-04", "2025-11-06", made="2025-11-09 08:00")
    vacant(hotel, "2025-11-09T02:00")
    hotel.overwrite(row, "2025-11-11", "2025-11-14", at="2025-11-09 20:30")
    hotel.empty(1, "2025-11-08 10:00")
    hotel.setup(1, "2025-11-10 10:00", 1, 3)
    for day in (10, 11, 12):
        assert vacant(hotel, f"2025-11-{day}T02:00") == {}
    # Another overwriting, after runs that could not know it either, makes it no better.
    hotel.overwrite(row, "2025-11-14", "2025-11-16", at="2025-11-14 08:00")
    assert vacant(hotel, "2025-11-14T12:00") == {}
    assert states(hotel, "2025-11-09") == ["unknown"]


def test_a_night_stays_known_where_its_row_went_to_the_next_guest_and_is_gone_by_now(hotel: Application) -> None:
    row = hotel.stay(1, "2025-11-07", "2025-11-10", made="2025-11-07 08:00")
    for day in ("08", "09", "10"):
        done(hotel.url, "collect", "--as-of", f"2025-11-{day}T09:00", "--quiet")
    hotel.overwrite(row, "2025-11-10", "2025-11-14", at="2025-11-10 10:00")
    # Another list has the next guest, too: deleting the row leaves that stay as it is recorded.
    hotel.stay(1, "2025-11-10", "2025-11-14", kind="departure", made="2025-11-10 10:00")
    for day in ("11", "12"):
        done(hotel.url, "collect", "--as-of", f"2025-11-{day}T09:00", "--quiet")
    sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE id = :row", row=row)
    done(hotel.url, "collect", "--as-of", "2025-11-12T10:00", "--quiet")
    assert {night: states(hotel, f"2025-11-{night}")[-1] for night in ("07", "08", "09", "10")} == dict.fromkeys(
        ("07", "08", "09", "10"), "occupied"
    )
