"""What the floor store held on each day, by what it holds now and all that moved since."""

import pytest
from support.hotels.application import Application
from support.hotels.simulated import done, points, sql

AS_OF = "2025-11-17"
STORE = (
    "INSERT INTO otel_zimmet_stok (id, otel_id, urun_id, toplam_miktar, kullanilan_miktar, kalan_miktar,"
    " son_guncelleme) VALUES (1, 1, 1, 100, 30, 70, '2025-11-16 12:00')"
)


@pytest.fixture
def hotel(installed: Application) -> Application:
    return installed


def given(hotel: Application, units: int, at: str) -> None:
    """An issue into the floor store: the ledger's row, and the use of a lot of the hotel's depot."""
    sql(
        hotel.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi, aciklama, islem_yapan_id)"
        " VALUES (1, 'cikis', :units, CAST(:at AS timestamptz), 'FIFO Stok Çıkışı - zimmet_transfer', 2)",
        units=units, at=at,
    )  # fmt: skip
    sql(
        hotel.url,
        "INSERT INTO stok_fifo_kayitlari (id, otel_id, urun_id, giris_miktari, kalan_miktar, giris_tarihi)"
        " VALUES (1, 1, 1, 500, 400, '2025-11-01') ON CONFLICT DO NOTHING;"
        " INSERT INTO stok_fifo_kullanimlari (fifo_kayit_id, miktar, islem_tipi, islem_tarihi)"
        " VALUES (1, :units, 'zimmet_transfer', CAST(:at AS timestamptz))",
        units=units, at=at,
    )  # fmt: skip


def drawn(hotel: Application, units: int, at: str, kind: str = "minibar_kullanim") -> None:
    sql(
        hotel.url,
        "INSERT INTO personel_zimmet_kullanim (otel_zimmet_stok_id, personel_id, urun_id, kullanilan_miktar,"
        " islem_tarihi, islem_tipi) VALUES (1, 1, 1, :units, CAST(:at AS timestamptz), :kind)",
        units=units, at=at, kind=kind,
    )  # fmt: skip


def floor(hotel: Application, as_of: str = AS_OF) -> dict[str, float]:
    """Units by day."""
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    return {key[2][5:10]: value for key, (value, _) in sorted(points(hotel.url, "floor_stock").items())}


def test_each_days_end_is_what_is_there_now_without_what_moved_since(hotel: Application) -> None:
    sql(hotel.url, STORE)
    given(hotel, 60, "2025-11-12 09:00")
    given(hotel, 50, "2025-11-14 09:00")
    drawn(hotel, 25, "2025-11-14 15:00")
    drawn(hotel, 5, "2025-11-15 15:00")
    sql(
        hotel.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi, aciklama, islem_yapan_id)"
        " VALUES (1, 'giris', 10, '2025-11-16 09:00', 'Zimmet iadesi - Otel ID: 1', 2)",
    )
    assert floor(hotel) == {"11-12": 60, "11-13": 60, "11-14": 85, "11-15": 80, "11-16": 70, "11-17": 70}


def test_a_day_in_the_past_does_not_know_what_moved_after_it(hotel: Application) -> None:
    sql(hotel.url, STORE)
    given(hotel, 100, "2025-11-12 09:00")
    drawn(hotel, 30, "2025-11-15 15:00")
    assert floor(hotel, "2025-11-14 12:00") == {"11-12": 100, "11-13": 100, "11-14": 100}
    assert floor(hotel) == {"11-12": 100, "11-13": 100, "11-14": 100, "11-15": 70, "11-16": 70, "11-17": 70}


def test_what_is_given_back_by_an_attendant_is_there_again(hotel: Application) -> None:
    sql(hotel.url, STORE)
    given(hotel, 72, "2025-11-15 09:00")
    drawn(hotel, 4, "2025-11-16 10:00")
    drawn(hotel, 2, "2025-11-16 11:00", "iade")
    assert floor(hotel) == {"11-15": 72, "11-16": 70, "11-17": 70}


def test_a_hotel_without_a_floor_store_has_no_such_points(hotel: Application) -> None:
    sql(
        hotel.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi, aciklama, islem_yapan_id)"
        " VALUES (1, 'giris', 100, '2025-11-12 09:00', 'Ana Depo Tedarik - T1', 2)",
    )
    assert floor(hotel) == {}
