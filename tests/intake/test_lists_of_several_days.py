"""A file that holds the lists of several days: a night for each, and never a guest on a day that is not listed."""

import pytest
from support.hotels.house_of_lists import DAY, imported, nights
from support.hotels.simulated import sql

Capture = pytest.CaptureFixture[str]
WEEK = """Tarih;Oda No;Geliş;Gidiş;Kişi
18.11.2026;101;18.11.2026;20.11.2026;2
19.11.2026;101;18.11.2026;20.11.2026;2
19.11.2026;102;19.11.2026;21.11.2026;1
20.11.2026;102;19.11.2026;21.11.2026;1
"""


def slept(house: str) -> list[tuple[str, str]]:
    return [(str(night), room) for room, night, *_ in sorted(nights(house), key=lambda row: (row[1], row[0]))]


def test_each_day_of_a_file_is_a_list_of_its_own(house: str, capsys: Capture) -> None:
    assert imported(house, "in_house", WEEK, name="in_house-2026-11-20.csv") == 0
    assert "lists of 3 days" in capsys.readouterr().out
    assert slept(house) == [
        ("2026-11-18", "101"), ("2026-11-19", "101"), ("2026-11-19", "102"), ("2026-11-20", "102"),
    ]  # fmt: skip
    lists = sql(house, "SELECT day::text, accepted FROM minibar_in.batch WHERE kind = 'in_house' ORDER BY day")
    assert lists == [("2026-11-18", 1), ("2026-11-19", 2), ("2026-11-20", 1)]


def test_a_file_of_several_days_again_changes_nothing(house: str, capsys: Capture) -> None:
    assert imported(house, "in_house", WEEK) == 0
    assert imported(house, "in_house", WEEK, name="again.csv") == 0
    assert "imported before" in capsys.readouterr().out
    assert sql(house, "SELECT count(*) FROM minibar_in.batch WHERE kind = 'in_house'") == [(3,)]


def test_a_file_with_rejected_rows_is_read_again_once_they_are_good(house: str) -> None:
    many = WEEK + "".join(f"{day}.11.2026;103;01.11.2026;21.11.2026;1\n" for day in range(1, 18))
    assert imported(house, "in_house", many + "20.11.2026;999;18.11.2026;21.11.2026;2\n") == 0
    assert ("2026-11-20", "999") not in slept(house)
    assert imported(house, "rooms", "Room No\n999\n") == 0
    assert imported(house, "in_house", many + "20.11.2026;999;18.11.2026;21.11.2026;2\n") == 0
    assert ("2026-11-20", "999") in slept(house)


def test_rows_of_other_days_are_rejected_where_the_day_is_said(house: str, capsys: Capture) -> None:
    assert imported(house, "in_house", WEEK, "--day", DAY) == 6
    assert "rejected" in capsys.readouterr().out
    assert nights(house) == []


def test_a_row_without_its_day_is_rejected(house: str) -> None:
    assert imported(house, "in_house", WEEK + ";103;19.11.2026;21.11.2026;1\n") == 6
    assert nights(house) == []


def test_a_column_of_one_day_says_the_day_of_the_list(house: str) -> None:
    assert imported(house, "in_house", "Date,Room,Adults\n2026-11-20,101,2\n2026-11-20,102,1\n") == 0
    assert slept(house) == [("2026-11-20", "101"), ("2026-11-20", "102")]


def test_a_name_that_contradicts_the_column_is_refused_until_the_day_is_said(house: str, capsys: Capture) -> None:
    content = "Date,Room,Adults\n2026-11-21,101,2\n"
    assert imported(house, "in_house", content, name="in_house-2026-11-20.csv") == 6
    assert "its name says another day than its column Date (2026-11-21)" in capsys.readouterr().out
    assert imported(house, "in_house", content, "--day", DAY, name="in_house-2026-11-20.csv") == 0
    assert slept(house) == [("2026-11-20", "101")]


def test_a_column_of_dates_outside_of_the_stays_is_about_something_else(house: str) -> None:
    booked = "Date,Room,Arrival,Departure\n2026-08-02,101,2026-11-18,2026-11-22\n2026-09-11,102,2026-11-20,2026-11-21\n"
    assert imported(house, "in_house", booked, "--day", DAY) == 0
    assert slept(house) == [("2026-11-20", "101"), ("2026-11-20", "102")]
