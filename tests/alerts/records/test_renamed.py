"""Rooms are numbered again, products and people get other names: live alerts go by today's."""

import json
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import done, sql

Capture = pytest.CaptureFixture[str]
FOUND = "2025-11-10T20:00"
LATER = ["2025-11-10T20:15", "2025-11-11T06:00"]


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel; 4 units are missing from room 101, which is vacant, and product 2 was issued and never delivered."""
    installed.left()
    installed.setup(1, "2025-11-10 12:30", 1, 4)
    sql(
        installed.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi, islem_yapan_id)"
        " VALUES (2, 'cikis', 5, '2025-11-10 09:00+02', 2)",
    )
    _run(installed, FOUND)
    return installed


def _run(hotel: Application, as_of: str) -> None:
    hotel.judged(as_of)


def _listed(hotel: Application, capsys: Capture, as_of: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    done(hotel.url, "alerts", "list", "--flat", "--json", "--as-of", as_of)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return sorted(found, key=lambda one: str(one["entity_type"]))


RENUMBERED = "UPDATE odalar SET oda_no = CASE id WHEN 1 THEN '1101' WHEN 2 THEN '101' ELSE oda_no END"


@pytest.mark.parametrize("as_of", LATER)
def test_a_room_that_is_renumbered_is_called_by_todays_number(hotel: Application, as_of: str, capsys: Capture) -> None:
    sql(hotel.url, RENUMBERED)
    for _ in range(2):
        _run(hotel, as_of)
        _, room = _listed(hotel, capsys, as_of)
        assert (room["entity_name"], room["entity_id"]) == ("1101", 1)
        assert "Room 1101: 4 units missing" in room["message"]


@pytest.mark.parametrize("as_of", LATER)
def test_a_product_of_another_name_is_called_by_it(hotel: Application, as_of: str, capsys: Capture) -> None:
    sql(hotel.url, "UPDATE urunler SET urun_adi = 'Cola Zero' WHERE id = 2")
    _run(hotel, as_of)
    product, _ = _listed(hotel, capsys, as_of)
    assert product["entity_name"] == "Cola Zero" and "Cola Zero" in product["message"]


def test_a_live_alert_found_on_another_day_keeps_todays_name(hotel: Application, capsys: Capture) -> None:
    sql(hotel.url, RENUMBERED)
    _run(hotel, LATER[1])
    hotel.empty(1, "2025-11-11 11:30")
    hotel.setup(1, "2025-11-11 12:30", 1, 2)
    _run(hotel, "2025-11-11T20:00")
    assert [one["entity_name"] for one in _listed(hotel, capsys, "2025-11-11T20:00")] == ["P2", "1101"]


def test_an_alert_that_has_ended_keeps_the_name_of_its_time(hotel: Application) -> None:
    done(hotel.url, "alerts", "resolve", "1", "2", "--quiet")
    sql(hotel.url, RENUMBERED)
    _run(hotel, LATER[1])
    names = "SELECT entity_name FROM minibar_ml.ml_alerts WHERE entity_type = 'room'"
    assert [one.entity_name for one in sql(hotel.url, names)] == ["101"]


def _stored(hotel: Application) -> list[Any]:
    columns = "entity_name, message, CAST(facts AS text) AS facts"
    return sql(hotel.url, f"SELECT {columns} FROM minibar_ml.ml_alerts ORDER BY entity_type DESC")


@pytest.mark.parametrize("as_of", [*LATER, "2025-11-13T06:00"])
def test_the_sentence_in_the_store_names_rooms_and_products_as_they_are_called_today(
    hotel: Application, as_of: str, capsys: Capture
) -> None:
    if as_of not in LATER:
        _run(hotel, "2025-11-12T06:00")
    assert "4 × P1" in _stored(hotel)[0].message
    sql(hotel.url, RENUMBERED)
    sql(hotel.url, "UPDATE urunler SET urun_adi = 'Cola ' || id")
    for _ in range(2):
        _run(hotel, as_of)
        room, product = _stored(hotel)
        assert "Room 1101: 4 units missing" in room.message and "4 × Cola 1" in room.message
        assert '"name": "Cola 1"' in room.facts and "P1" not in room.facts
        assert product.message.startswith("Cola 2: ")
        assert "4 × Cola 1" in _listed(hotel, capsys, as_of)[1]["message"]
    done(hotel.url, "alerts", "list", "--flat", "--text", "Cola 1", "--as-of", as_of)
    assert "1101" in capsys.readouterr().out


def test_the_rooms_of_an_unseen_round_are_called_by_todays_numbers(hotel: Application) -> None:
    _run(hotel, "2025-11-12T06:00")
    sql(
        hotel.url,
        "UPDATE minibar_ml.ml_alerts SET facts = :facts WHERE id = 1;"
        " UPDATE minibar_ml.ml_alert_days SET figures = jsonb_set(figures, '{facts}', CAST(:facts AS jsonb))",
        facts=json.dumps({"room_ids": [2, 1, 77], "rooms": ["102", "101", "77"]}),
    )
    sql(hotel.url, RENUMBERED)
    done(hotel.url, "detect", "--as-of", "2025-11-12T06:15", "--quiet")
    assert '"rooms": ["101", "1101", "77"]' in _stored(hotel)[0].facts


def test_a_run_after_which_nothing_has_another_name_rewords_nothing(hotel: Application) -> None:
    sql(hotel.url, RENUMBERED)
    _run(hotel, LATER[0])
    rows = "SELECT CAST(xmin AS text) FROM minibar_ml.ml_alert_days ORDER BY alert_id, occurred_on"
    before = sql(hotel.url, rows)
    hotel.empty(3, "2025-11-10T20:20")
    _run(hotel, "2025-11-10T20:30")
    assert sql(hotel.url, rows) == before
