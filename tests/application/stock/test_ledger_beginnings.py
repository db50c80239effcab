"""Ledgers that begin with stock that no row brought in, beside what the application says is there."""

import json
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, command, done, points, sql

AS_OF = "2025-11-17"


@pytest.fixture
def hotel(installed: Application) -> Application:
    return installed


def moved(hotel: Application, kind: str, units: int, at: str, text: str) -> None:
    sql(
        hotel.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi, aciklama, islem_yapan_id)"
        " VALUES (1, CAST(:kind AS hareket_tipi), :units, CAST(:at AS timestamptz), :text, 2)",
        kind=kind, units=units, at=at, text=text,
    )  # fmt: skip


def holds(hotel: Application, units: int, changed_at: str | None = None) -> None:
    sql(
        hotel.url,
        "INSERT INTO urun_stok (urun_id, otel_id, mevcut_stok, minimum_stok, maksimum_stok, kritik_stok_seviyesi,"
        " son_guncelleme_tarihi) VALUES (1, 1, :units, 0, 0, 0, CAST(:changed_at AS timestamptz))",
        units=units, changed_at=changed_at,
    )  # fmt: skip


def below_zero(hotel: Application) -> list[Any]:
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    done(hotel.url, "detect", "--as-of", AS_OF, "--quiet")
    return [row[0] for row in alerts(hotel.url, "reason = 'stock_negative'", "value")]


def levels(hotel: Application) -> list[float]:
    return [value for _, (value, _) in sorted(points(hotel.url, "stock_level").items())]


def test_the_level_is_the_applications_where_the_ledger_fell_below_zero(hotel: Application) -> None:
    holds(hotel, 40)
    moved(hotel, "cikis", 24, "2025-11-10 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    moved(hotel, "cikis", 12, "2025-11-12 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    assert below_zero(hotel) == []
    assert levels(hotel) == [52, 40]


def test_db_check_says_of_how_many_products_the_beginning_is_missing(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(hotel, 40)
    moved(hotel, "cikis", 24, "2025-11-10 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    capsys.readouterr()
    assert command(hotel.url, "db", "check", "--json") == 0
    (ledger,) = (part for part in json.loads(capsys.readouterr().out)["parts"] if part["part"] == "ledger")
    assert (ledger["beginnings_missing"], ledger["refused"]) == (1, [])
    assert command(hotel.url, "db", "check", COLUMNS="250") == 0
    assert "beginning missing of 1 product" in " ".join(capsys.readouterr().out.split())


def test_it_stays_the_applications_when_a_delivery_brings_the_ledger_above_zero(hotel: Application) -> None:
    holds(hotel, 140)
    moved(hotel, "cikis", 24, "2025-11-10 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    moved(hotel, "giris", 100, "2025-11-12 09:00", "Ana Depo Tedarik - T1")
    assert below_zero(hotel) == []
    assert levels(hotel) == [40, 140]


@pytest.mark.parametrize("held", [0, None])
def test_a_ledger_below_zero_is_an_alert_where_the_application_has_none_or_does_not_say(
    hotel: Application, held: int | None
) -> None:
    if held is not None:
        holds(hotel, held)
    moved(hotel, "giris", 10, "2025-11-09 09:00", "Ana Depo Tedarik - T1")
    moved(hotel, "cikis", 24, "2025-11-10 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    assert below_zero(hotel) == [-14]


def test_an_empty_depot_is_believed_where_only_the_ledger_knows_of_rooms_that_an_administrator_filled(
    hotel: Application,
) -> None:
    holds(hotel, 0, changed_at="2025-11-11 09:00")
    moved(hotel, "giris", 30, "2025-11-09 09:00", "Ana Depo Tedarik - T1")
    moved(hotel, "cikis", 20, "2025-11-10 09:00", "İlk dolum - Oda: 101")
    moved(hotel, "cikis", 30, "2025-11-11 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    moved(hotel, "cikis", 6, "2025-11-13 09:00", "Minibar tüketimi - Oda: 102")
    assert below_zero(hotel) == []
    assert levels(hotel)[-1] == 0


def test_a_row_of_the_ledger_alone_after_the_applications_level_is_an_alert(hotel: Application) -> None:
    holds(hotel, 0, changed_at="2025-11-11 09:00")
    moved(hotel, "giris", 30, "2025-11-09 09:00", "Ana Depo Tedarik - T1")
    moved(hotel, "cikis", 30, "2025-11-11 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    moved(hotel, "cikis", 244, "2025-11-12 09:00", "elle")
    assert below_zero(hotel) == [-244]


def test_a_ledger_that_was_never_below_zero_stays_as_it_is(hotel: Application) -> None:
    holds(hotel, 200)
    moved(hotel, "giris", 100, "2025-11-09 09:00", "Ana Depo Tedarik - T1")
    moved(hotel, "cikis", 24, "2025-11-10 09:00", "FIFO Stok Çıkışı - zimmet_transfer")
    assert below_zero(hotel) == []
    assert levels(hotel) == [100, 76]
