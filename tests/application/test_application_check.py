"""What `db check` says of each part: rows that collect did not take, by reason, and words that nobody knows."""

import json
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.presence import listed_hotel
from support.hotels.simulated import command, done, points, sql

AS_OF = "2025-11-17T02:00"


def _parts(hotel: Application, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert command(hotel.url, "db", "check", "--json") == 0
    return {part["part"]: part for part in json.loads(capsys.readouterr().out)["parts"]}


def _refused(part: dict[str, Any]) -> dict[str, int]:
    return {one["reason"]: one["rows"] for one in part["refused"]}


def test_rows_that_were_not_read_are_counted_until_nobody_reads_their_days(
    installed: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel = listed_hotel(installed)
    hotel.setup(1, "2025-11-05 10:00", 1, -3)
    for at in (None, "2031-11-05 10:00", "infinity"):
        sql(
            hotel.url,
            "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
            " VALUES (2, 1, 'sarfiyat_yok', CAST(:at AS timestamptz))",
            at=at,
        )  # fmt: skip
    expected = {"units not between 0 and 1000": 1, "without a time": 1, "in the future": 2}
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    assert _refused(_parts(hotel, capsys)["visits"]) == expected
    # A run of the next morning reads the last days alone, and no row is new.
    done(hotel.url, "collect", "--as-of", "2025-11-18T02:00", "--quiet")
    assert _refused(_parts(hotel, capsys)["visits"]) == expected
    assert command(hotel.url, "db", "check") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 not read, without a time" in said


def test_a_custody_whose_status_nobody_knows_accuses_nobody(
    installed: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel = listed_hotel(installed)
    sql(hotel.url, "ALTER TABLE personel_zimmet ALTER durum TYPE varchar(20)")
    sql(
        hotel.url,
        "INSERT INTO personel_zimmet (id, personel_id, zimmet_tarihi, iade_tarihi, durum) VALUES"
        " (1, 1, '2025-11-10 08:00', '2025-11-10 18:00', 'taslak')",
    )
    sql(
        hotel.url,
        "INSERT INTO personel_zimmet_detay (zimmet_id, urun_id, miktar, kullanilan_miktar, kalan_miktar,"
        " iade_edilen_miktar) VALUES (1, 1, 30, 0, 0, 0)",
    )
    assert _lost(hotel) == []
    assert _parts(hotel, capsys)["custody"]["unknown_words"] == {"taslak": 1}
    sql(hotel.url, "UPDATE personel_zimmet SET durum = 'iade_edildi'")
    assert _lost(hotel) == [30]


def _lost(hotel: Application) -> list[float]:
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    return [value for value, _ in points(hotel.url, "custody_loss").values()]


def test_a_hotel_without_setups_of_its_own_has_those_of_another(installed: Application) -> None:
    sql(
        installed.url,
        """INSERT INTO oteller (id, ad, aktif) VALUES (2, 'Second', true), (3, 'Third', true);
        INSERT INTO oda_tipleri (id, ad) VALUES (2, 'SUITE');
        INSERT INTO setuplar (id, ad, dolap_ici, aktif) VALUES (1, 'bar', true, true), (2, 'small', false, NULL),
            (3, 'off', true, false);
        INSERT INTO setup_icerik (setup_id, urun_id, adet) VALUES (1, 1, 4), (2, 1, 1), (2, 2, 2), (3, 3, 9);
        INSERT INTO oda_tipi_setup (otel_id, oda_tipi_id, setup_id)
            VALUES (1, 1, 1), (2, 1, 2), (2, 1, 3), (2, 2, 2)""",
    )
    rows = sql(installed.url, "SELECT hotel_id, room_type, product_id, units FROM minibar_ml.source_setups()")
    held = {(hotel, kind): {} for hotel, kind, _, _ in rows}
    for hotel, kind, product, units in rows:
        held[hotel, kind][product] = units
    assert held == {
        (1, "STANDARD"): {1: 4}, (2, "STANDARD"): {1: 1, 2: 2}, (2, "SUITE"): {1: 1, 2: 2},
        (3, "STANDARD"): {1: 4, 2: 2}, (3, "SUITE"): {1: 1, 2: 2},
    }  # fmt: skip


def test_a_superadmin_is_an_administrator_of_all_hotels(installed: Application) -> None:
    sql(installed.url, "UPDATE kullanicilar SET otel_id = 1, aktif = NULL WHERE rol = 'superadmin'")
    users = "SELECT role, is_active, hotel_id FROM minibar_ml.source_users() WHERE user_id = 2"
    assert [tuple(row) for row in sql(installed.url, users)] == [("admin", True, None)]
    recipients = "SELECT role, is_active, hotels FROM minibar_ml.source_recipients() WHERE user_id = 2"
    assert [tuple(row) for row in sql(installed.url, recipients)] == [("admin", True, [])]


def test_a_role_that_nobody_knows_is_counted(installed: Application, capsys: pytest.CaptureFixture[str]) -> None:
    sql(installed.url, "ALTER TABLE kullanicilar ALTER rol TYPE varchar(20)")
    sql(installed.url, "UPDATE kullanicilar SET rol = 'resepsiyon' WHERE id = 1")
    done(installed.url, "collect", "--as-of", AS_OF, "--quiet")
    assert _parts(installed, capsys)["users"]["unknown_words"] == {"resepsiyon": 1}


def test_where_half_of_the_stays_can_be_read_a_hotel_can_do_without_them(
    installed: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(installed.url, "ALTER TABLE misafir_kayitlari DROP COLUMN kayit_tipi")
    installed.setup(1, "2025-11-10 10:00", 1, 3)
    assert command(installed.url, "collect", "--as-of", AS_OF, "--quiet") == 5
    assert "misafir_kayitlari (kayit_tipi)" in capsys.readouterr().err
    done(installed.url, "db", "init", "--without", "stays", "--quiet")
    done(installed.url, "collect", "--as-of", AS_OF, "--quiet")
    assert [value for value, _ in points(installed.url, "room_consumption").values()] == [3]
    assert points(installed.url, "vacant_consumption", "occupancy") == {}
