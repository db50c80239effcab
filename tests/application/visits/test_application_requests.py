"""What else today's application writes: requests, setups, orders, products out of the range."""

from dataclasses import replace
from datetime import timedelta

from support.hotels.application_hotel import PLAN, none, one
from support.hotels.simulated import sql

from minibar_ml.simulate import generate
from minibar_ml.simulate.building.building import build

TRUE_LOCAL = "(tamamlanma_tarihi AT TIME ZONE 'Europe/Nicosia') AT TIME ZONE 'UTC'"


def test_a_requests_answer_stands_two_or_three_hours_before_its_time(application: str) -> None:
    ideal = generate(replace(PLAN, manner=None)).tables["minibar_dolum_talepleri"]
    true = {row.id: row.tamamlanma_tarihi for row in ideal.itertuples() if row.durum == "tamamlandi"}
    for request, at in sql(
        application, f"SELECT id, {TRUE_LOCAL} FROM minibar_dolum_talepleri WHERE durum = 'tamamlandi'"
    ):
        assert at == true[request].to_pydatetime()
    stored = sql(application, "SELECT id, tamamlanma_tarihi FROM minibar_dolum_talepleri WHERE durum = 'tamamlandi'")
    early = {true[request].to_pydatetime() - at for request, at in stored}
    assert early == {timedelta(hours=2), timedelta(hours=3)}


def test_cancelled_requests_have_a_time_and_none_is_refused(application: str) -> None:
    assert none(
        application,
        "SELECT 1 FROM minibar_dolum_talepleri WHERE (tamamlanma_tarihi IS NULL) <> (durum = 'beklemede')",
    )
    assert none(application, "SELECT 1 FROM minibar_dolum_talepleri WHERE durum = 'reddedildi'")


def test_products_out_of_the_range_are_switched_off(application: str) -> None:
    assert one(application, "SELECT count(*) FROM urunler WHERE NOT aktif") == 2


def test_a_rooms_setup_is_what_its_fridges_hold_together(application: str) -> None:
    listed = (
        "SELECT t.id, c.urun_id, sum(c.adet * CASE WHEN s.dolap_ici THEN t.dolap_sayisi ELSE 1 END)::int"
        " FROM oda_tipi_setup l JOIN oda_tipleri t ON t.id = l.oda_tipi_id JOIN setuplar s ON s.id = l.setup_id"
        " JOIN setup_icerik c ON c.setup_id = s.id WHERE l.otel_id = 1 GROUP BY 1, 2"
    )
    setup = build(PLAN).setup
    assert {(kind, product): units for kind, product, units in sql(application, listed)} == {
        (kind + 1, product + 1): int(setup[kind, product]) for kind, product in zip(*setup.nonzero(), strict=True)
    }


def test_orders_of_attendants_are_refused_or_wait(application: str) -> None:
    orders = sql(
        application, "SELECT durum, count(onay_tarihi) FROM kat_sorumlusu_siparis_talepleri GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in orders] == [("beklemede", 0), ("reddedildi", 0)]
    assert none(application, "SELECT 1 FROM kat_sorumlusu_siparis_talep_detaylari WHERE onaylanan_miktar <> 0")


def test_tables_of_late_2025_stay_empty(application: str) -> None:
    for table in ("dnd_kontroller", "personel_zimmet", "satin_alma_siparisleri"):
        assert one(application, f"SELECT count(*) FROM {table}") == 0, table
