"""A hotel as the application of late 2025 left it: layout A with the young tables, older paths, custody."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.application_hotel import PLAN_2025, none, one
from support.hotels.simulated import ZONE, done, sql

from minibar_ml.simulate import HotelPlan, generate, write


def test_old_tables_have_no_zone_and_young_ones_do(url_of_2025: str) -> None:
    types = (
        "SELECT table_name || '.' || column_name, data_type FROM information_schema.columns"
        " WHERE (table_name, column_name) IN (('minibar_islemleri', 'islem_tarihi'), ('gorev_detaylari', 'durum'),"
        " ('oda_kontrol_kayitlari', 'bitis_zamani'), ('minibar_islemleri', 'islem_tipi')) ORDER BY 1"
    )
    assert dict(tuple(row) for row in sql(url_of_2025, types)) == {
        "gorev_detaylari.durum": "USER-DEFINED",
        "minibar_islemleri.islem_tarihi": "timestamp without time zone",
        "minibar_islemleri.islem_tipi": "character varying",
        "oda_kontrol_kayitlari.bitis_zamani": "timestamp with time zone",
    }


def test_a_refill_from_custody_says_what_was_put_in(url_of_2025: str) -> None:
    kinds = sql(url_of_2025, "SELECT DISTINCT islem_tipi FROM minibar_islemleri ORDER BY 1")
    assert {row[0] for row in kinds} <= {"ekstra_ekleme", "ekstra_tuketim", "ilk_dolum", "yeniden_dolum"}
    lines = "minibar_islem_detay d JOIN minibar_islemleri i ON i.id = d.islem_id"
    odd = "coalesce(tuketim, 0) <> eklenen_miktar OR bitis_stok - baslangic_stok <> eklenen_miktar"
    assert none(url_of_2025, f"SELECT 1 FROM {lines} WHERE islem_tipi = 'yeniden_dolum' AND ({odd})")
    assert one(url_of_2025, f"SELECT sum(eklenen_miktar) FROM {lines} WHERE islem_tipi = 'yeniden_dolum'") > 500


def test_an_empty_check_has_only_its_control_record(url_of_2025: str) -> None:
    assert none(url_of_2025, "SELECT 1 FROM minibar_islemleri WHERE islem_tipi = 'sarfiyat_yok'")
    ended = (
        "SELECT count(*) FROM oda_kontrol_kayitlari WHERE kontrol_tipi = 'sarfiyat_yok' AND bitis_zamani IS NOT NULL"
    )
    assert one(url_of_2025, ended) > 300
    assert none(url_of_2025, "SELECT 1 FROM oda_kontrol_kayitlari WHERE kontrol_tipi = 'dnd'")


def test_a_cancelled_custody_comes_back_as_a_delivery_would(url_of_2025: str) -> None:
    cancelled = "SELECT id FROM personel_zimmet WHERE durum = 'iptal' AND iade_tarihi IS NOT NULL"
    count = one(url_of_2025, f"SELECT count(*) FROM ({cancelled}) c")
    back = (
        "SELECT l.miktar, h.miktar FROM stok_hareketleri h JOIN personel_zimmet_detay l"
        " ON l.zimmet_id = split_part(h.aciklama, 'Zimmet #', 2)::int AND l.urun_id = h.urun_id"
        f" WHERE h.aciklama LIKE 'Zimmet iptali - %' AND h.hareket_tipi = 'giris' AND l.zimmet_id IN ({cancelled})"
    )
    found = [tuple(row) for row in sql(url_of_2025, back)]
    assert len(found) == count > 10
    assert all(handed == returned for handed, returned in found)


def test_custody_returned_and_handed_out_stand_in_the_ledger(url_of_2025: str) -> None:
    handed = one(url_of_2025, "SELECT sum(miktar) FROM personel_zimmet_detay")
    issued = "SELECT sum(miktar) FROM stok_hareketleri h JOIN kullanicilar k ON k.ad || ' ' || k.soyad = split_part("
    texts = f"{issued}aciklama, ' - ', 2) WHERE aciklama LIKE 'Zimmet atama - %'"
    assert one(url_of_2025, texts) == handed
    returned = one(url_of_2025, "SELECT sum(iade_edilen_miktar) FROM personel_zimmet_detay")
    assert (
        one(url_of_2025, "SELECT sum(miktar) FROM stok_hareketleri WHERE aciklama LIKE 'Zimmet iadesi - %'") == returned
    )


def test_answers_are_utc_where_the_question_is_local(url_of_2025: str) -> None:
    waited = "SELECT min(tamamlanma_tarihi - talep_tarihi) FROM minibar_dolum_talepleri WHERE durum = 'tamamlandi'"
    assert one(url_of_2025, waited).total_seconds() < -3600
    true = f"(tamamlanma_tarihi AT TIME ZONE 'UTC') - (talep_tarihi AT TIME ZONE '{ZONE}')"
    answered = f"SELECT min({true}) FROM minibar_dolum_talepleri WHERE durum = 'tamamlandi'"
    assert one(url_of_2025, answered).total_seconds() > 0


def test_lists_add_a_row_a_day_and_a_sign_stays_on_its_task(url_of_2025: str) -> None:
    again = "SELECT 1 FROM misafir_kayitlari WHERE kayit_tipi = 'in_house' GROUP BY oda_id, giris_tarihi, cikis_tarihi"
    assert len(sql(url_of_2025, f"{again} HAVING count(*) > 2")) > 50
    noted = (
        "SELECT count(*) FROM dnd_kontroller k JOIN gorev_detaylari d ON d.id = k.gorev_detay_id AND d.dnd_sayisi > 0"
    )
    assert one(url_of_2025, noted) > 20
    assert one(url_of_2025, "SELECT count(personel_id) - count(*) FROM gunluk_gorevler") == 0


def test_orders_to_suppliers_were_received(url_of_2025: str) -> None:
    received = "SELECT sum(teslim_alinan_miktar) FROM satin_alma_siparis_detaylari"
    bought = "SELECT sum(miktar) FROM stok_hareketleri WHERE aciklama LIKE 'Satın Alma %' AND hareket_tipi = 'giris'"
    assert one(url_of_2025, received) == one(url_of_2025, bought) > 100


def test_a_manner_is_refused_in_the_other_layout(database: str) -> None:
    engine = create_engine(make_url(database).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    small = HotelPlan(seed=1, ends_on=PLAN_2025.ends_on, rooms=4, days=14, manner=PLAN_2025.manner)
    with pytest.raises(ValueError, match="layout A in 2025"):
        write(engine, generate(small), "b", ZONE)


def test_db_check_shows_what_is_used_of_the_young_tables_too(
    url_of_2025: str, make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database(url_of_2025)
    done(url, "db", "init", "--quiet")
    capsys.readouterr()
    done(url, "db", "check", "--json")
    rows = {part["part"]: part["rows"] for part in json.loads(capsys.readouterr().out)["parts"]}
    used = {
        "tasks": "gunluk_gorevler", "controls": "oda_kontrol_kayitlari", "uploads": "yukleme_gorevleri",
        "files": "dosya_yuklemeleri", "setups": "setup_icerik", "orders": "satin_alma_siparisleri",
        "attendant_orders": "kat_sorumlusu_siparis_talepleri",
    }  # fmt: skip
    assert {part: rows[part] for part in used} == {
        part: one(url, f"SELECT count(*) FROM public.{table}") for part, table in used.items()
    }
    assert min(rows[part] for part in used) > 0
    assert {part for part, count in rows.items() if count is None} == {
        "dnd",
        "lots",
        "lot_uses",
        "depot",
        "floor",
        "draws",
    }
