"""Lists as hotels keep them: guests called Page, merged cells, rooms without noughts, a status beside each room."""

from datetime import date
from pathlib import Path

import pytest
from support.hotels.house_of_lists import DAY, IN_HOUSE, imported, nights, workbook
from support.hotels.simulated import sql

Capture = pytest.CaptureFixture[str]
UNITS = "SELECT product, consumed FROM minibar_in.check_line WHERE room = '101' ORDER BY product"


def let(house: str) -> list[tuple[str, int | None]]:
    """The rooms that are let on the day, with their guests."""
    return [(room, guests) for room, _, guests, *_ in nights(house)]


def test_a_guest_called_page_or_total_is_a_guest(house: str) -> None:
    rows = 'Guest;Room;Adults\n"Page, Jimmy";101;2\n"Total, Marie";102;1\nTotal guests: 3;;\n'
    assert imported(house, "in_house", rows, "--day", DAY) == 0
    assert let(house) == [("101", 2), ("102", 1)]


@pytest.mark.parametrize("status", ["FO Status,OCC,VAC", "Oda Durumu,Dolu,Boş", "Durum,OD,OOO"])
def test_a_room_that_its_status_calls_vacant_is_not_let(house: str, capsys: Capture, status: str) -> None:
    heading, occupied, vacant = status.split(",")
    rows = f"Room;{heading}\n101;{occupied}\n102;{vacant}\n103;{vacant}\n"
    assert imported(house, "in_house", rows, "--day", DAY) == 0
    assert let(house) == [("101", None)]
    assert "2 rows without a room or a guest left out" in capsys.readouterr().out


def test_a_status_that_is_about_cleaning_says_nothing_of_guests(house: str, capsys: Capture) -> None:
    assert imported(house, "in_house", "Room;Durum\n101;Temiz\n102;Kirli\n", "--day", DAY) == 0
    assert let(house) == [("101", None), ("102", None)]
    assert "without column Durum" in capsys.readouterr().out


def test_sharers_in_one_merged_cell_are_in_one_room(house: str) -> None:
    stay = ("18.11.2026", "22.11.2026")
    rows = workbook(["Room", "Arrival", "Departure", "Adults"], ["101", *stay, 1], [None, *stay, 1], ["102", *stay, 2])
    assert imported(house, "in_house", rows, "--day", DAY, name="list.xlsx") == 0
    assert let(house) == [("101", 2), ("102", 2)]


def test_arrivals_without_a_room_yet_are_left_out(house: str, capsys: Capture) -> None:
    rows = "Room,Arrival,Departure\n101,2026-11-20,2026-11-22\n,2026-11-20,2026-11-21\n,2026-11-20,2026-11-23\n"
    assert imported(house, "arrivals", rows, "--day", DAY) == 0
    assert "1 row imported; list of 20 Nov 2026; 2 rows without a room" in capsys.readouterr().out


def test_rooms_are_known_without_their_noughts_and_with_a_spreadsheets_point(house: str) -> None:
    assert imported(house, "rooms", "Room No\n007\n008\n") == 0
    assert imported(house, "in_house", "Room\n7\n8.0\n101.0\n", "--day", DAY) == 0
    assert [room for room, _ in let(house)] == ["007", "008", "101"]


def test_the_day_of_a_list_is_not_the_day_when_it_was_printed(house: str) -> None:
    rows = workbook(["Guests in house 20-NOV-26"], ["Printed on 23.11.2026"], ["Room", "Adults"], ["101", 2])
    assert imported(house, "in_house", rows, name="list.xlsx") == 0
    assert [str(night) for _, night, *_ in nights(house)] == [DAY]


def test_two_spellings_in_one_list_are_one_product(house: str) -> None:
    assert imported(house, "products", "Product\nIce Tea\nICE-TEA\nIce  tea\n") == 0
    assert sql(house, "SELECT name FROM minibar_in.product WHERE name ILIKE 'ice%'") == [("Ice Tea",)]
    assert imported(house, "checks", "Room,Date,Item,Qty\n101,20.11.2026,ice tea,1\n") == 0


def test_checks_of_which_only_the_day_is_known_add_up_over_files(house: str) -> None:
    assert imported(house, "checks", "Room,Date,Item,Qty\n101,20.11.2026,Cola,2\n", name="a.csv") == 0
    assert imported(house, "checks", "Room,Date,Item,Qty\n101,20.11.2026,Su 50 cl,1\n", name="b.csv") == 0
    assert imported(house, "checks", "Room,Date,Item,Qty\n101,20.11.2026,Cola,3\n", name="c.csv") == 0
    assert sql(house, UNITS) == [("Cola", 3), ("Su 50 cl", 1)]


def test_a_row_that_says_nothing_of_what_was_found_takes_nothing_away(house: str) -> None:
    assert imported(house, "checks", "Room,Date,Time,Item,Qty\n101,20.11.2026,09:30,Cola,2\n", name="a.csv") == 0
    assert imported(house, "checks", "Room,Date,Time,Item,Qty\n101,20.11.2026,09:30,,\n", name="b.csv") == 0
    assert sql(house, UNITS) == [("Cola", 2)]
    assert imported(house, "checks", "Room,Date,Time,Result\n101,20.11.2026,09:30,Empty\n", name="c.csv") == 0
    assert sql(house, UNITS) == []


def test_a_list_that_was_corrected_wrongly_can_be_taken_again(house: str) -> None:
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY, name="first.csv") == 0
    assert imported(house, "in_house", "Room,Adults\n101,2\n", "--day", DAY, name="second.csv") == 0
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY, "--again", name="first.csv") == 0
    assert let(house) == [("101", 2), ("102", 1)]


def test_a_time_may_be_a_number_without_its_colon(house: str) -> None:
    rows = workbook(["Room", "Date", "Time", "Item", "Qty"], ["101", date(2026, 11, 20), 930, "Cola", 1])
    assert imported(house, "checks", rows, name="list.xlsx") == 0
    assert [str(at) for (at,) in sql(house, "SELECT at::time FROM minibar_in.check")] == ["09:30:00"]


def test_a_dry_run_names_no_file_that_it_does_not_write(house: str, capsys: Capture) -> None:
    assert imported(house, "in_house", "Room\n999\n", "--day", DAY, "--dry-run") == 6
    shown = capsys.readouterr().out
    assert "1 of 1 rows would be rejected, and so nothing imported" in shown and "rejects.csv" not in shown
    assert not Path("list.csv.rejects.csv").exists()


def test_a_heading_of_the_map_that_is_not_there_refuses_the_file(house: str, capsys: Capture) -> None:
    Path("map.toml").write_text('[in_house]\nroom = "Room"\nguests = "Heads"\n', encoding="utf-8")
    assert imported(house, "in_house", "Room,Head\n101,2\n", "--day", DAY, "--map", "map.toml") == 6
    assert "--map names Heads; the file has: Room, Head" in capsys.readouterr().out


def test_a_list_says_which_columns_would_tell_more(house: str, capsys: Capture) -> None:
    assert imported(house, "in_house", "Room;Giriş Trh.;Y\n101;18.11.2026;2\n", "--day", DAY) == 0
    assert "no column for Arrival, Departure, Adults" in capsys.readouterr().out
