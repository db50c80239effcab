"""Collect keeps what it took from guest lists and from its record: used while both are as they were, and no longer."""

from collections.abc import Callable
from datetime import date

import pytest
from support.hotels.application import Application
from support.hotels.simulated import done, sql

NIGHTS = "SELECT room_id, night, state, guests, arrives_on, departs_on FROM minibar_ml.ml_nights ORDER BY id"
POINTS = (
    "SELECT metric_type, hotel_id, entity_id, observed_at, metric_value, context FROM minibar_ml.ml_metrics"
    " ORDER BY 1, 2, 3, 4"
)
EDITS = {
    "a guest more": "UPDATE misafir_kayitlari SET misafir_sayisi = 4 WHERE oda_id = 1",
    "an earlier arrival": "UPDATE misafir_kayitlari SET giris_tarihi = giris_tarihi - 2 WHERE oda_id = 1",
    "a later departure": "UPDATE misafir_kayitlari SET cikis_tarihi = cikis_tarihi + 1 WHERE oda_id = 1",
    "an hour": "UPDATE misafir_kayitlari SET cikis_saati = '16:10' WHERE oda_id = 1",
    "another room": "UPDATE misafir_kayitlari SET oda_id = 2 WHERE oda_id = 1",
    "another list": "UPDATE misafir_kayitlari SET kayit_tipi = 'arrival' WHERE oda_id = 1",
    "another code": "UPDATE misafir_kayitlari SET islem_kodu = 'y' WHERE oda_id = 1 AND id % 2 = 0",
    "overwritten": "UPDATE misafir_kayitlari SET giris_tarihi = '2025-11-10', cikis_tarihi = '2025-11-12',"
    " guncelleme_tarihi = '2025-11-10 09:05' WHERE oda_id = 1",
    "made earlier": "UPDATE misafir_kayitlari SET olusturma_tarihi = '2025-11-01' WHERE oda_id = 1",
    "gone": "DELETE FROM misafir_kayitlari WHERE oda_id = 1",
    "a room of another hotel": "UPDATE odalar SET kat_id = 2 WHERE id = 1",
    "a room closed": "UPDATE odalar SET aktif = false WHERE id = 1",
}


@pytest.fixture
def hotel(make_database: Callable[..., str], installed_template: str) -> Application:
    """Three runs on one day; the last one found guest lists and record as the one before had left them."""
    made = Application(make_database(installed_template))
    sql(
        made.url,
        "INSERT INTO oteller (id, ad, aktif) VALUES (2, 'Other', true);"
        " INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (2, 2, 'KAT', 1)",
    )
    made.recorded(date(2025, 10, 1), date(2025, 11, 16))
    made.stay(1, "2025-11-07 15:00", "2025-11-09 08:00")
    made.stay(1, "2025-11-07", "2025-11-09", 1)
    made.empty(1, "2025-11-09 07:00")
    made.setup(1, "2025-11-10 08:00", 1, 3)
    made.setup(2, "2025-11-10 08:05", 1, 2)
    for at in ("09:00", "09:15", "09:30"):
        _collect(made, at)
    return made


def _collect(hotel: Application, at: str) -> None:
    done(hotel.url, "collect", "--as-of", f"2025-11-10T{at}", "--quiet")


def test_a_run_takes_what_the_last_one_kept(hotel: Application) -> None:
    sql(hotel.url, "UPDATE minibar_ml.ml_kept_stays SET guests = 7 WHERE room_id = 1")
    _collect(hotel, "09:45")
    asked = "SELECT max(guests) FROM minibar_ml.ml_nights WHERE room_id = 1"
    assert sql(hotel.url, asked)[0][0] == 7
    # Any row of the lists, and none of it is taken.
    sql(hotel.url, "UPDATE misafir_kayitlari SET misafir_sayisi = 2 WHERE id = (SELECT max(id) FROM misafir_kayitlari)")
    _collect(hotel, "10:00")
    assert sql(hotel.url, f"{asked} AND id > (SELECT max(id) FROM minibar_ml.ml_nights WHERE guests = 7)")[0][0] == 4


def test_the_record_is_compared_again_only_where_it_or_the_lists_have_changed(hotel: Application) -> None:
    asked = "SELECT seen FROM minibar_ml.ml_kept WHERE stage = 'record'"
    before = sql(hotel.url, asked)
    _collect(hotel, "09:45")
    assert sql(hotel.url, asked) == before
    hotel.stay(3, "2025-11-09", "2025-11-12")
    _collect(hotel, "10:00")
    assert sql(hotel.url, asked) != before


@pytest.mark.parametrize("what", EDITS)
def test_what_is_kept_says_what_the_lists_say(hotel: Application, make_database: Callable[..., str], what: str) -> None:
    other = Application(make_database(hotel.url))
    for each in (hotel, other):
        sql(each.url, EDITS[what])
    for at in ("09:45", "10:00", "10:15"):
        sql(other.url, "DELETE FROM minibar_ml.ml_kept")
        for each in (hotel, other):
            _collect(each, at)
        assert sql(hotel.url, NIGHTS) == sql(other.url, NIGHTS)
        assert sql(hotel.url, POINTS) == sql(other.url, POINTS)
