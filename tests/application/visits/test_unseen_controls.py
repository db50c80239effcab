"""Control records speak for who picked each room at its door and saved them all together."""

import pytest
from support.hotels.application import Application
from support.hotels.simulated import done, points, sql

DAY = "2025-11-14"
ROUND = (
    "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
    " SELECT room, 1, 'sarfiyat_yok', CAST(:start AS timestamptz) + (room - 11) * make_interval(secs => :seconds)"
    " FROM generate_series(11, 20) room"
)
RECORDS = (
    "INSERT INTO oda_kontrol_kayitlari (oda_id, personel_id, kontrol_tarihi, baslangic_zamani, bitis_zamani,"
    " kontrol_tipi, olusturma_tarihi)"
    " SELECT oda_id, 1, CAST(:day AS date),"
    " CAST(:start AS timestamptz) + (oda_id - 11) * make_interval(secs => :seconds), islem_tarihi, 'sarfiyat_yok',"
    " islem_tarihi FROM minibar_islemleri WHERE CAST(islem_tarihi AS date) = :day"
)


@pytest.fixture
def hotel(installed: Application) -> Application:
    """Ten rooms that are walked through each morning, six minutes a room, and entered in three minutes on one day."""
    sql(
        installed.url,
        "INSERT INTO odalar SELECT (jsonb_populate_record(o, jsonb_build_object('id', n, 'oda_no', CAST(n AS text)))).*"
        " FROM odalar o CROSS JOIN generate_series(11, 20) n WHERE o.id = 1",
    )
    for day in range(3, 14):
        sql(installed.url, ROUND, start=f"2025-11-{day:02d} 09:00", seconds=360)
    sql(installed.url, ROUND, start=f"{DAY} 11:00", seconds=18)
    return installed


def unseen(hotel: Application) -> int:
    done(hotel.url, "collect", "--as-of", "2025-11-17", "--quiet")
    (context,) = (context for key, (_, context) in points(hotel.url, "refill_duration").items() if DAY in key[2])
    return len(context.get("unseen", ()))


def test_rooms_that_were_picked_at_their_doors_were_walked(hotel: Application) -> None:
    sql(hotel.url, RECORDS, day=DAY, start=f"{DAY} 10:20", seconds=240)
    assert unseen(hotel) == 0


def test_rooms_that_were_picked_as_quickly_as_saved_were_not(hotel: Application) -> None:
    sql(hotel.url, RECORDS, day=DAY, start=f"{DAY} 10:59:50", seconds=18)
    assert unseen(hotel) == 10


def test_a_run_may_begin_with_a_room_that_was_picked_long_before(hotel: Application) -> None:
    sql(hotel.url, RECORDS, day=DAY, start=f"{DAY} 10:59:50", seconds=18)
    sql(hotel.url, "UPDATE oda_kontrol_kayitlari SET baslangic_zamani = :at WHERE oda_id = 11", at=f"{DAY} 10:50")
    assert unseen(hotel) == 10
