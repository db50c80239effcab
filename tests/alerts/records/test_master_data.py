"""Rooms get another hotel, floor, type or number, and people another hotel: no news of a day that has passed."""

from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, done, sql

FOUND = "2025-11-05T20:00"
BEFORE = "2025-11-14T20:00"
LATER = ("2025-11-14T20:15", "2025-11-15T06:00", "2025-11-15T20:00")
NEWS = (
    "SELECT DISTINCT entity_type, entity_id, hotel_id, metric_type FROM minibar_ml.ml_changed_days"
    " WHERE is_news AND entity_type <> 'hotel'"
    " AND run_id = (SELECT max(id) FROM minibar_ml.ml_job_runs WHERE job = 'collect')"
)
MERGE = (
    "UPDATE minibar_islem_detay SET urun_id = 2; UPDATE setup_icerik SET urun_id = 2;"
    " UPDATE stok_hareketleri SET urun_id = 2"
)
"""What was recorded of product 1 is product 2's."""


@pytest.fixture
def hotel(installed: Application) -> Application:
    """Hotel 1 with rooms 1 to 5 and hotel 2 with room 9; rooms of type 1 hold 9 of product 1, those of type 2 one."""
    installed.left()
    installed.stay(2, "2025-11-03 15:00", "2025-11-16 11:00")
    sql(
        installed.url,
        "INSERT INTO oteller (id, ad, aktif) VALUES (2, 'Other', true);"
        " INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (2, 2, 'KAT', 1);"
        " INSERT INTO oda_tipleri (id, ad) VALUES (2, 'SUITE');"
        " INSERT INTO odalar (id, kat_id, oda_no, oda_tipi_id) VALUES (9, 2, '901', 1);"
        " INSERT INTO setuplar (id, ad, aktif) VALUES (1, 'S', true), (2, 'T', true);"
        " INSERT INTO setup_icerik (setup_id, urun_id, adet) VALUES (1, 1, 9), (2, 1, 1);"
        " INSERT INTO oda_tipi_setup (otel_id, oda_tipi_id, setup_id) VALUES (1, 1, 1), (1, 2, 2),"
        " (2, 1, 1), (2, 2, 2)",
    )
    for day in (4, 5):
        installed.empty(2, f"2025-11-0{day} 10:00")
        installed.setup(9, f"2025-11-0{day} 10:30", 1, 2)
    installed.setup(2, "2025-11-05 12:00", 1, 7)
    return installed


def _known(hotel: Application) -> list[tuple[Any, ...]]:
    return alerts(hotel.url, columns="type, entity_id, occurred_on, status")


def _vacant(hotel: Application) -> list[tuple[Any, ...]]:
    """What a vacant room lacked on the tenth, which a person has decided on."""
    hotel.setup(1, "2025-11-10 12:30", 1, 4)
    hotel.judged("2025-11-10T20:00")
    done(hotel.url, "alerts", "resolve", "1", "--quiet")
    hotel.judged(BEFORE)
    found = _known(hotel)
    assert [(one[0], one[1], one[3]) for one in found] == [("vacant_consumption", 1, "resolved")]
    return found


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE katlar SET otel_id = 2 WHERE id = 1",
        "UPDATE odalar SET kat_id = 2",
        "UPDATE odalar SET kat_id = 2 WHERE id = 1",
        "UPDATE odalar SET oda_tipi_id = 2",
        "UPDATE oda_tipleri SET ad = 'DELUXE' WHERE id = 1",
        "UPDATE odalar SET oda_no = '9' || oda_no",
        "UPDATE oteller SET ad = 'Grand'",
        "UPDATE kullanicilar SET otel_id = 2",
        "UPDATE urunler SET satis_fiyati = 900, urun_adi = 'Q' || id",
    ],
    ids=["floor", "rooms", "room", "types", "type's name", "numbers", "hotel's name", "attendant", "products"],
)
def test_what_changes_in_the_master_data_raises_nothing_of_past_days(hotel: Application, edit: str) -> None:
    before = _vacant(hotel)
    sql(hotel.url, edit)
    for at in LATER:
        hotel.judged(at)
        assert _known(hotel) == before, at


@pytest.mark.parametrize(
    ("edit", "is_news"),
    [
        ("UPDATE katlar SET otel_id = 2 WHERE id = 1", False),
        ("UPDATE odalar SET oda_tipi_id = 2", False),
        ("UPDATE oda_tipleri SET ad = 'DELUXE' WHERE id = 1", False),
        ("UPDATE odalar SET oda_tipi_id = NULL", False),
        (f"{MERGE}; DELETE FROM urunler WHERE id = 1", False),
        (f"{MERGE}; UPDATE urunler SET aktif = false WHERE id = 1", False),
        (MERGE, True),
        (f"{MERGE}; DELETE FROM urunler WHERE id = 1; UPDATE minibar_islem_detay SET eklenen_miktar = 8"
         " WHERE eklenen_miktar = 7", True),
        ("DELETE FROM minibar_islem_detay WHERE urun_id = 1; UPDATE urunler SET aktif = false WHERE id = 1", False),
        ("UPDATE minibar_islem_detay SET eklenen_miktar = 8 WHERE eklenen_miktar = 7", True),
        ("UPDATE minibar_islemleri SET oda_id = 9 WHERE oda_id = 2", True),
        ("DELETE FROM minibar_islem_detay", True),
    ],
    ids=[
        "floor", "type", "type's name", "no type", "products merged", "product replaced", "product corrected",
        "merged and corrected", "product deleted", "units", "room of a row", "rows",
    ],
)  # fmt: skip
def test_only_what_happened_is_news(hotel: Application, edit: str, is_news: bool) -> None:
    hotel.judged("2025-11-06T20:00")
    sql(hotel.url, edit)
    done(hotel.url, "collect", "--as-of", "2025-11-07T06:00", "--quiet")
    assert bool(sql(hotel.url, NEWS)) == is_news
    changed = "SELECT count(*) FROM minibar_ml.ml_changed_days WHERE entity_type = 'room'"
    assert sql(hotel.url, changed)[0][0] > 0, "and alerts of these days are looked at again"


def test_a_day_that_lacks_a_row_is_news_beside_a_floor_that_moves(hotel: Application) -> None:
    """A third hotel's late rows have nothing to do with it."""
    sql(
        hotel.url,
        "INSERT INTO oteller (id, ad, aktif) VALUES (3, 'Third', true);"
        " INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (3, 3, 'KAT', 1);"
        " INSERT INTO odalar (id, kat_id, oda_no, oda_tipi_id) VALUES (13, 3, '1301', 1)",
    )
    hotel.empty(13, "2025-11-04 10:00")
    hotel.judged("2025-11-06T20:00")
    sql(hotel.url, "UPDATE katlar SET otel_id = 2 WHERE id = 1")
    hotel.setup(13, "2025-11-05 12:00", 2, 3)
    done(hotel.url, "collect", "--as-of", "2025-11-07T06:00", "--quiet")
    assert {(row.entity_type, row.entity_id) for row in sql(hotel.url, NEWS)} == {("room", 13), ("product", 2)}
    assert {row.hotel_id for row in sql(hotel.url, NEWS)} == {3}
