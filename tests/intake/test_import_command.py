"""Lists as hotels export them: what is taken, what is rejected and why, in both languages; nothing is ever invented."""

import csv
import json
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.hotels.house_of_lists import AMBIGUOUS, DAY, IN_HOUSE, ROOMS, imported, nights, workbook
from support.hotels.simulated import ZONE, command, done, sql

Capture = pytest.CaptureFixture[str]


def test_a_list_of_guests_in_house_is_the_night_of_its_day(house: str) -> None:
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY) == 0
    assert nights(house) == [
        ("101", date(2026, 11, 20), 2, date(2026, 11, 18), date(2026, 11, 22)),
        ("102", date(2026, 11, 20), 1, date(2026, 11, 20), date(2026, 11, 21)),
    ]


def test_a_corrected_list_replaces_its_own_night_and_no_other(house: str) -> None:
    assert imported(house, "in_house", IN_HOUSE, "--day", "2026-11-19") == 6, "102 arrives a day later"
    assert imported(house, "in_house", IN_HOUSE.replace("2026-11-20", "2026-11-19"), "--day", "2026-11-19") == 0
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY) == 0
    assert (
        imported(house, "in_house", "Room,Arrival,Departure,Adults\n103,2026-11-20,2026-11-22,2\n", "--day", DAY) == 0
    )
    assert [(room, str(night)) for room, night, *_ in nights(house)] == [
        ("101", "2026-11-19"), ("102", "2026-11-19"), ("103", "2026-11-20"),
    ]  # fmt: skip


def test_the_same_file_again_changes_nothing(house: str, capsys: Capture) -> None:
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY) == 0
    before = sql(house, "SELECT * FROM minibar_in.night ORDER BY room")
    capsys.readouterr()
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY, name="other-name.csv") == 0
    assert "imported before" in capsys.readouterr().out
    assert sql(house, "SELECT * FROM minibar_in.night ORDER BY room") == before
    assert sql(house, "SELECT count(*) FROM minibar_in.batch WHERE kind = 'in_house'") == [(1,)]


def test_a_file_of_checks_again_names_people_who_have_become_known(house: str, capsys: Capture) -> None:
    text = "Room,Date,Time,User,Item,Qty\n101,20.11.2026,10:05,Hatice Koç,Cola,1\n102,20.11.2026,10:15,Guest,Cola,2\n"
    assert imported(house, "checks", text) == 0
    assert "import a list of people, then this file again" in capsys.readouterr().out
    assert imported(house, "people", "Name\nHatice Koç\n", name="people.csv") == 0
    for said in ("2 rows imported", "imported before"):
        capsys.readouterr()
        assert imported(house, "checks", text) == 0
        assert said in capsys.readouterr().out
    assert [tuple(row) for row in sql(house, "SELECT room, person FROM minibar_in.check ORDER BY room")] == [
        ("101", "Hatice Koç"), ("102", None),
    ]  # fmt: skip
    assert [int(units) for (units,) in sql(house, "SELECT consumed FROM minibar_in.check_line ORDER BY room")] == [1, 2]


def test_a_list_of_several_hotels_is_a_list_of_each(house: str) -> None:
    assert imported(house, "rooms", "Room No\n11\n", "--hotel", "Harbour", "--add-missing", name="rooms2.csv") == 0
    text = "Hotel,Room,Arrival,Departure\nPier,101,2026-11-18,2026-11-22\nHARBOUR,11,2026-11-18,2026-11-22\n"
    for _ in range(2):
        assert imported(house, "in_house", text, "--day", DAY) == 0
    assert [(room, str(night)) for room, night, *_ in nights(house)] == [("101", DAY), ("11", DAY)]
    found = sql(house, "SELECT hotel, accepted FROM minibar_in.batch WHERE kind = 'in_house' ORDER BY 1")
    assert [tuple(row) for row in found] == [("Harbour", 1), ("Pier", 1)]
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY) == 6, "whose list is it?"


def test_a_former_version_of_a_list_does_not_come_back(house: str) -> None:
    newer = IN_HOUSE + "103,2026-11-20,2026-11-21,2\n"
    for content in (IN_HOUSE, newer, IN_HOUSE):
        assert imported(house, "in_house", content, "--day", DAY) == 0
    assert len(nights(house)) == 3


def test_a_guest_who_leaves_that_day_is_no_night_of_it(house: str) -> None:
    assert imported(house, "in_house", "Room,Arrival,Departure\n101,2026-11-18,2026-11-20\n", "--day", DAY) == 0
    assert nights(house) == []
    assert sql(house, "SELECT room, list, departs_on::text FROM minibar_in.stay_hint") == [("101", "in_house", DAY)]


def test_guests_whom_nobody_counted_are_unknown_and_not_one(house: str) -> None:
    stay = "2026-11-18,2026-11-22"
    text = f"Room,Arrival,Departure,Adults\n101,{stay},\n101,{stay},2\n102,{stay},0\n"
    assert imported(house, "in_house", text, "--day", DAY) == 0
    assert [(room, guests) for room, _, guests, *_ in nights(house)] == [("101", None), ("102", None)]


def test_the_night_of_uncounted_guests_is_occupied(house: str) -> None:
    for number in range(3):
        day = f"2026-11-{18 + number}"
        assert imported(house, "in_house", "Room,Arrival,Departure\n101,2026-11-18,2026-11-22\n", "--day", day) == 0
    checks = "Room,Date,Time,Product,Qty\n101,2026-11-18,10:00,Cola,1\n101,2026-11-20,10:00,Cola,2\n"
    assert imported(house, "checks", checks) == 0
    done(house, "collect", "--as-of", "2026-11-21")
    context = sql(
        house, "SELECT context FROM minibar_ml.ml_metrics WHERE metric_type = 'room_consumption' ORDER BY observed_at"
    )
    assert (context[1][0]["nights"], context[1][0]["known"], context[1][0].get("guest_nights")) == (2, False, None)
    assert sql(house, "SELECT DISTINCT metric_value FROM minibar_ml.ml_metrics WHERE metric_type = 'occupancy'") == [
        (0.25,)
    ]
    assert sql(house, "SELECT count(*) FROM minibar_ml.ml_metrics WHERE metric_type = 'vacant_consumption'") == [(0,)]


def test_an_unknown_room_is_rejected_and_never_made(house: str, capsys: Capture) -> None:
    many = "".join(f"{room},2026-11-18,2026-11-22,2\n" for room in ["101"] * 40 + ["999"])
    capsys.readouterr()
    assert imported(house, "in_house", "Room,Arrival,Departure,Adults\n" + many, "--day", DAY) == 0
    assert "1 rejected; see list.csv.rejects.csv" in capsys.readouterr().out
    rows = list(csv.reader(Path("list.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["row", "column", "value", "reason"]
    assert rows[1][:3] == ["42", "Room", "999"]
    assert sql(house, "SELECT count(*) FROM minibar_in.room") == [(4,)]


def test_more_than_five_percent_of_rejects_refuse_the_whole_file(house: str, capsys: Capture) -> None:
    text = IN_HOUSE + "999,2026-11-18,2026-11-22,2\n"
    assert imported(house, "in_house", text, "--day", DAY, ML_LANG="tr") == 6
    done(house, "config", "set", "lang", "tr")
    capsys.readouterr()
    assert imported(house, "in_house", text, "--day", DAY) == 6
    assert "3 satırın 1 tanesi reddedildi: hiçbiri alınmadı" in capsys.readouterr().out
    assert "böyle bir oda yok" in Path("list.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert nights(house) == [] and sql(house, "SELECT count(*) FROM minibar_in.batch WHERE kind = 'in_house'") == [(0,)]


def test_rooms_are_made_where_somebody_asks_for_it(house: str, capsys: Capture) -> None:
    text = IN_HOUSE + "999,2026-11-18,2026-11-22,2\n"
    assert imported(house, "in_house", text, "--day", DAY, "--add-missing") == 0
    assert "; 1 new room, product or person\n" in capsys.readouterr().out
    assert len(nights(house)) == 3


def test_a_dry_run_shows_all_and_changes_nothing(house: str, capsys: Capture) -> None:
    text = IN_HOUSE + "999,2026-11-18,2026-11-22,2\n"
    capsys.readouterr()
    assert imported(house, "in_house", text, "--day", DAY, "--dry-run") == 6
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "999" in shown and "2 rows would be imported" in shown
    assert nights(house) == [] and not Path("list.csv.rejects.csv").exists()


def test_titles_two_spellings_and_totals_around_a_list_are_understood(house: str) -> None:
    book = workbook(
        ["Pier Hotel", None, None, None], ["Odadaki Misafirler", "20.11.2026"], [],
        ["Oda No", "Geliş", "Gidiş", "Kişi"],
        [101.0, date(2026, 11, 18), date(2026, 11, 22), 2],
        ["Oda 102", "20.11.2026", "21.11.2026", "1+1"],
        ["Oda No", "Geliş", "Gidiş", "Kişi"],
        ["Room 103", "2026-11-20", "2026-11-21", None],
        ["Toplam", None, None, 3],
    )  # fmt: skip
    assert imported(house, "in_house", book, name="list.xlsx") == 0
    assert [(room, guests) for room, _, guests, *_ in nights(house)] == [("101", 2), ("102", 1), ("103", None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1254"])
def test_a_file_is_read_in_the_encoding_that_it_is_in(house: str, encoding: str) -> None:
    text = "Ürün;Kod;Satış Fiyatı\nÇikolata fındıklı;7;12,50\nİçecek şişe ığ;8;1.234,50\n"
    assert imported(house, "products", text.encode(encoding)) == 0
    found = sql(house, "SELECT name, sale_price FROM minibar_in.product WHERE code IN ('7', '8') ORDER BY code")
    assert [(name, float(price)) for name, price in found] == [("Çikolata fındıklı", 12.5), ("İçecek şişe ığ", 1234.5)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_file_is_read_by_the_delimiter_that_it_has(house: str, mark: str) -> None:
    assert imported(house, "in_house", IN_HOUSE.replace(",", mark), "--day", DAY) == 0
    assert len(nights(house)) == 2


def test_an_hour_may_stand_beside_the_date_or_in_it(house: str) -> None:
    text = (
        "Room,Date,Time,User,Item,Qty\n101,20/11/2026 10:05,,nobody,Cola,1\n"
        "102,20/11/2026,2:30 PM,nobody,1002,2\n103,20/11/2026,,,Cola,1\n"
    )
    assert imported(house, "checks", text) == 0
    found = sql(house, "SELECT room, at::time::text, is_timed, person FROM minibar_in.check ORDER BY room")
    assert [tuple(row) for row in found] == [
        ("101", "10:05:00", True, None), ("102", "14:30:00", True, None), ("103", "12:00:00", False, None),
    ]  # fmt: skip


def test_a_count_says_what_is_there_and_a_reversal_takes_back_what_it_names(house: str) -> None:
    text = (
        "Tarih;Ürün;Hareket;Miktar;Fiş No\n01.11.2026 08:00;Cola;Sayım;100;\n02.11.2026 08:00;Cola;Çıkış;30;F1\n"
        "03.11.2026 08:00;Cola;İptal;30;F1\n04.11.2026 08:00;Cola;Çıkış;20;F2\n05.11.2026 08:00;Cola;Sayım;75;\n"
    )
    assert imported(house, "movements", text) == 0
    done(house, "collect", "--as-of", "2026-11-21")
    found = sql(
        house, "SELECT metric_value FROM minibar_ml.ml_metrics WHERE metric_type = 'stock_level' ORDER BY observed_at"
    )
    assert [value for (value,) in found] == [100, 70, 100, 80, 75]
    movements = "minibar_ml.source_stock_movements('2000-01-01', '2100-01-01')"
    flows = sql(house, f"SELECT flow, signed_units::integer FROM {movements} ORDER BY moved_at")
    assert [tuple(row) for row in flows] == [
        ("opening", 100), ("issue", -30), ("issue_reversal", 30), ("issue", -20), ("count", -5),
    ]  # fmt: skip


def test_an_export_of_the_same_days_again_adds_only_what_is_new(house: str) -> None:
    first = "Date,Product,Movement,Units\n2026-11-01 08:00,Cola,Delivery,10\n2026-11-01 08:00,Cola,Delivery,10\n"
    assert imported(house, "movements", first) == 0
    assert imported(house, "movements", first + "2026-11-02 08:00,Cola,Delivery,5\n") == 0
    assert sql(house, "SELECT count(*), sum(units) FROM minibar_in.movement") == [(3, 25)]


def test_dates_that_can_be_read_two_ways_refuse_the_file(house: str, capsys: Capture) -> None:
    assert imported(house, "checks", AMBIGUOUS) == 6
    assert "03/04/2026 can be day/month or month/day" in capsys.readouterr().out
    assert imported(house, "checks", AMBIGUOUS, "--dates", "mdy") == 0
    assert sql(house, "SELECT min(at)::date::text FROM minibar_in.check") == [("2026-03-04",)]


def test_one_clear_date_decides_for_the_whole_file(house: str) -> None:
    assert imported(house, "checks", AMBIGUOUS + "103,25/06/2026,Cola,1\n") == 0
    assert sql(house, "SELECT min(at)::date::text, max(at)::date::text FROM minibar_in.check") == [
        ("2026-04-03", "2026-06-25")
    ]


def test_the_day_of_a_list_decides_how_its_dates_are_read(house: str) -> None:
    assert (
        imported(
            house, "in_house", "Room,Arrival,Departure\n101,11/10/2026,12/10/2026\n", name="in_house 2026-10-11.csv"
        )
        == 0
    )
    assert nights(house) == [("101", date(2026, 10, 11), None, date(2026, 10, 11), date(2026, 10, 12))]


def test_a_cell_that_a_spreadsheet_would_compute_is_text_in_the_file_of_rejects(house: str) -> None:
    assert imported(house, "in_house", 'Room,Arrival,Departure\n"=1+1",2026-11-18,2026-11-22\n', "--day", DAY) == 6
    assert "'=1+1" in Path("list.csv.rejects.csv").read_text(encoding="utf-8-sig")


def test_headings_that_nobody_knows_are_given_by_a_map(house: str, capsys: Capture) -> None:
    text = "Kammer,Von,Bis\n101,2026-11-18,2026-11-22\n"
    assert imported(house, "in_house", text, "--day", DAY) == 6
    done(house, "import", "map", "list.csv", "--kind", "in_house", "--out", "map.toml")
    proposed = Path("map.toml").read_text(encoding="utf-8")
    assert "there are: Kammer, Von, Bis" in proposed and 'room = ""' in proposed
    filled = proposed.replace('room = ""', 'room = "Kammer"').replace('arrives_on = ""', 'arrives_on = "VON"')
    Path("map.toml").write_text(filled.replace('departs_on = ""', 'departs_on = "Bis"'), encoding="utf-8")
    assert imported(house, "in_house", text, "--day", DAY, "--map", "map.toml") == 0
    assert nights(house) == [("101", date(2026, 11, 20), None, date(2026, 11, 18), date(2026, 11, 22))]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_a_template_is_a_list_that_can_be_imported(lists_url: str, lang: str, suffix: str) -> None:
    done(lists_url, "config", "set", "lang", lang)
    for kind in ("rooms", "products", "people", "orders", "movements", "in_house", "arrivals", "departures", "checks"):
        done(lists_url, "import", "template", kind, "--out", kind + suffix, ML_LANG=lang)
        options = ["--add-missing"] if kind != "rooms" else ["--hotel", "Pier"]
        options += (
            ["--day", f"{datetime.now(ZoneInfo(ZONE)):%Y-%m-%d}"]
            if kind in ("in_house", "arrivals", "departures")
            else []
        )
        assert command(lists_url, "import", kind, kind + suffix, *options) == 0, kind
    assert sql(lists_url, "SELECT count(*) FROM minibar_in.check_line") == [(1,)]


def test_files_are_answered_as_json(house: str, capsys: Capture) -> None:
    capsys.readouterr()
    assert imported(house, "in_house", IN_HOUSE + "999,2026-11-18,2026-11-22,2\n", "--day", DAY, "--json") == 6
    answer = json.loads(capsys.readouterr().out)
    assert answer[0]["is_refused"] and answer[0]["rejects"][0]["reason"] == "unknown_room"


def test_lists_need_the_schema_that_db_init_makes(store_url: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "rooms.csv").write_text(ROOMS, encoding="utf-8")
    assert command(store_url, "import", "rooms", "rooms.csv", "--hotel", "Pier") == 5
    assert "minibar-ml db init --files" in capsys.readouterr().err


def test_what_is_left_over_of_time_is_noon_of_the_day_of_the_list(house: str) -> None:
    assert imported(house, "in_house", IN_HOUSE, "--day", DAY) == 0
    (listed,) = sql(house, "SELECT DISTINCT listed_at::time FROM minibar_in.night")
    assert listed[0] == time(12)


def test_of_two_sheets_that_hold_such_a_list_none_is_taken(house: str, capsys: Capture) -> None:
    head, october, november = (
        ["Room", "Date", "Item", "Qty"],
        ["101", "20.10.2026", "Cola", 1],
        ["102", "20.11.2026", "Cola", 1],
    )
    assert imported(house, "checks", workbook(head, october, Kasim=[head, november]), name="year.xlsx") == 6
    assert "several sheets hold such a list (Sheet, Kasim)" in capsys.readouterr().out
    assert sql(house, "SELECT count(*) FROM minibar_in.check") == [(0,)]


def test_a_summary_by_room_is_no_list_of_guests_in_house(house: str) -> None:
    guests = [["Room", "Arrival", "Departure", "Adults"], ["101", "18.11.2026", "22.11.2026", 2]]
    both = workbook(["Room", "Revenue"], ["102", 100], ["103", 50], Guests=guests, Empty=[guests[0]])
    assert imported(house, "in_house", both, "--day", DAY, name="list.xlsx") == 0
    assert [(room, number) for room, _, number, *_ in nights(house)] == [("101", 2)]


def test_a_status_of_rooms_that_says_something_else_is_left_out_by_name(house: str, capsys: Capture) -> None:
    assert imported(house, "rooms", "Oda No,Durum\n301,Temiz\n302,Kirli\n303,Kirli\n", name="odalar.csv") == 0
    assert "3 rows imported; without column Durum" in capsys.readouterr().out
    assert sql(house, "SELECT count(*) FROM minibar_in.room WHERE is_active AND number LIKE '30_'") == [(3,)]
    mostly = "Oda No,Aktif\n" + "".join(f"{number},Evet\n" for number in range(401, 428)) + "450,belki\n"
    assert imported(house, "rooms", mostly, name="odalar2.csv") == 0
    assert "belki,is neither yes nor no" in Path("odalar2.csv.rejects.csv").read_text(encoding="utf-8-sig")
