"""Rooms, floors and people move to another hotel, and hotels are closed: what their records show stays true."""

from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, done, sql

FOUND = "2025-11-10T20:00"
LATER = "2025-11-11T20:00"
COLUMNS = "type, hotel_id, entity_id, status, value, end_reason"
ALL_FLOORS = "UPDATE katlar SET otel_id = 2"
ONE_ROOM = "UPDATE odalar SET kat_id = 2 WHERE id = 1"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """Hotel 1 with rooms 1 to 5, and hotel 2 with an empty floor; room 1 has had no guest since the ninth."""
    installed.left()
    sql(installed.url, "INSERT INTO oteller (id, ad, aktif) VALUES (2, 'Other', true)")
    sql(installed.url, "INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (2, 2, 'KAT', 1)")
    return installed


def _run(hotel: Application, as_of: str) -> list[tuple[Any, ...]]:
    hotel.judged(as_of)
    return alerts(hotel.url, columns=COLUMNS)


def _ask(hotel: Application, room: int, at: str) -> None:
    sql(
        hotel.url,
        "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
        " VALUES (:room, CAST(:at AS timestamptz), 'beklemede')",
        room=room, at=at,
    )  # fmt: skip


@pytest.mark.parametrize("move", [ALL_FLOORS, ONE_ROOM], ids=["a floor", "a room"])
@pytest.mark.parametrize("at", ["2025-11-10T22:00", LATER], ids=["the same evening", "the day after"])
def test_an_alert_goes_with_its_room_to_another_hotel(hotel: Application, move: str, at: str) -> None:
    hotel.setup(1, "2025-11-10 12:30", 1, 4)
    assert _run(hotel, FOUND) == [("vacant_consumption", 1, 1, "open", 4.0, None)]
    sql(hotel.url, move)
    moved = [("vacant_consumption", 2, 1, "open", 4.0, None)]
    assert _run(hotel, at) == moved
    assert _run(hotel, "2025-11-12T20:00") == moved, "and stays"


def test_an_old_alert_goes_with_its_room_when_its_days_are_read_again(hotel: Application) -> None:
    hotel.setup(1, "2025-11-10 12:30", 1, 4)
    _run(hotel, FOUND)
    _run(hotel, "2025-11-26T20:00")
    sql(hotel.url, ALL_FLOORS)
    for at in ("2025-11-26T20:15", "2025-11-27T06:00", "2025-11-27T20:00"):
        assert [one[3:] for one in _run(hotel, at)] == [("open", 4.0, None)]
    assert _run(hotel, "2025-11-28T06:00") == [("vacant_consumption", 2, 1, "open", 4.0, None)]


def test_a_guest_who_waits_goes_with_the_room(hotel: Application) -> None:
    hotel.stay(2, "2025-11-08 15:00", "2025-11-13 11:00")
    _ask(hotel, 2, "2025-11-10 09:00")
    assert [one[1:5] for one in _run(hotel, "2025-11-10T10:00")] == [(1, 2, "open", 60.0)]
    sql(hotel.url, ALL_FLOORS)
    assert _run(hotel, "2025-11-10T11:00") == [("unanswered_request", 2, 2, "open", 120.0, None)]


def test_an_alert_whose_records_are_gone_does_not_move(hotel: Application) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 4)
    _run(hotel, FOUND)
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=row)
    sql(hotel.url, "DELETE FROM minibar_islemleri WHERE id = :row", row=row)
    sql(hotel.url, ALL_FLOORS)
    assert [one[3:] for one in _run(hotel, LATER)] == [("resolved", 4.0, "records_changed")]


def test_where_both_hotels_have_it_the_alert_of_the_new_one_stays(hotel: Application) -> None:
    hotel.setup(1, "2025-11-10 12:30", 1, 4)
    _run(hotel, FOUND)
    sql(hotel.url, "INSERT INTO minibar_ml.ml_alerts (type, severity, hotel_id, entity_type, entity_id, entity_name,"
                   " metric, value, detector, reason, message, suggested_action, occurred_on, last_occurred_on,"
                   " measured_on, raised_at, last_seen) SELECT type, severity, 2, entity_type, entity_id, entity_name,"
                   " metric, value, detector, reason, message, suggested_action, occurred_on, last_occurred_on,"
                   " measured_on, raised_at, last_seen FROM minibar_ml.ml_alerts")  # fmt: skip
    sql(hotel.url, ALL_FLOORS)
    found = _run(hotel, LATER)
    assert [one[1] for one in found if one[3] == "open"] == [2]


def _silent(hotel: Application) -> list[tuple[Any, ...]]:
    """Checks every day of October, and none since the first of November; the alert of that."""
    for day in range(1, 32):
        hotel.empty(2, f"2025-10-{day:02} 12:00")
    found = [one for one in _run(hotel, "2025-11-05T20:00") if one[0] == "data_stale"]
    assert found == [("data_stale", 1, 1, "open", 96.0, None)]
    return found


@pytest.fixture
def quiet(installed: Application) -> Application:
    """Hotel 1 alone with its rooms; nothing has happened yet."""
    sql(installed.url, "INSERT INTO oteller (id, ad, aktif) VALUES (2, 'Other', true)")
    sql(installed.url, "INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (2, 2, 'KAT', 1)")
    return installed


CLOSED = ["UPDATE oteller SET aktif = false WHERE id = 1", "UPDATE odalar SET aktif = false", ALL_FLOORS]


@pytest.mark.parametrize("closing", CLOSED, ids=["closed", "its rooms closed", "its floors moved"])
def test_a_hotel_that_is_closed_is_not_asked_for_data(quiet: Application, closing: str) -> None:
    for day in range(1, 32):
        quiet.empty(2, f"2025-10-{day:02} 12:00")
    done(quiet.url, "collect", "--as-of", "2025-11-01T06:00", "--quiet")
    sql(quiet.url, closing)
    assert [one for one in _run(quiet, "2025-11-05T20:00") if one[0] == "data_stale" and one[1] == 1] == []
    named = "SELECT jsonb_exists(counts -> 'phases', '1') FROM minibar_ml.ml_job_runs WHERE job = 'detect'"
    assert sql(quiet.url, named) == [(False,)], "status has nothing to say of it either"


@pytest.mark.parametrize("closing", CLOSED[:2], ids=["closed", "its rooms closed"])
def test_the_alert_of_missing_data_ends_when_the_hotel_is_closed(quiet: Application, closing: str) -> None:
    _silent(quiet)
    sql(quiet.url, closing)
    assert _run(quiet, "2025-11-05T21:00") == [("data_stale", 1, 1, "resolved", 96.0, "subject_gone")]
    assert len(_run(quiet, "2025-11-06T06:00")) == 1, "and does not come back"


def _stocked(hotel: Application, moved_at: str, units: int) -> None:
    sql(
        hotel.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi, islem_yapan_id)"
        " VALUES (1, 'cikis', :units, CAST(:at AS timestamptz), 2)",
        units=units, at=moved_at,
    )  # fmt: skip


def test_stock_below_zero_goes_with_the_ledger_of_a_chain_that_becomes_one_hotel(hotel: Application) -> None:
    sql(hotel.url, "UPDATE odalar SET kat_id = 2 WHERE id = 4")
    _stocked(hotel, "2025-11-10 09:00", 5)
    assert _run(hotel, FOUND) == [("stock_anomaly", 0, 1, "open", -5.0, None)]
    sql(hotel.url, ALL_FLOORS)
    sql(hotel.url, "UPDATE oteller SET aktif = false WHERE id = 1")
    assert _run(hotel, LATER) == [("stock_anomaly", 2, 1, "open", -5.0, None)]
