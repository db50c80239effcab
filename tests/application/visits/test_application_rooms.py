"""Rooms in the manner of today's application: visits, minutes and signs, in the schema that they must fit into."""

from support.hotels.application_hotel import none, one
from support.hotels.simulated import sql

# Visits


def test_a_visit_is_a_row_a_product_seconds_apart(application: str) -> None:
    lines = "SELECT islem_id FROM minibar_islem_detay GROUP BY 1 HAVING count(*) <> 1"
    assert none(application, lines)
    gaps = (
        "SELECT islem_tarihi - lag(islem_tarihi) OVER (PARTITION BY oda_id, personel_id ORDER BY islem_tarihi) AS gap"
        " FROM minibar_islemleri WHERE islem_tipi = 'setup_kontrol'"
    )
    near = one(application, f"SELECT count(*) FROM ({gaps}) g WHERE gap <= '20 s'")
    far = one(application, f"SELECT count(*) FROM ({gaps}) g WHERE gap > '20 s' AND gap < '5 min' AND gap <> '35 s'")
    again = one(application, f"SELECT count(*) FROM ({gaps}) g WHERE gap = '35 s'")
    assert near > 500
    assert far == 0
    assert again > 5  # checks that are saved again as a whole


def test_consumption_is_what_was_put_in_though_tuketim_says_less(application: str) -> None:
    room_page = "minibar_islem_detay d JOIN minibar_islemleri i ON i.id = d.islem_id WHERE islem_tipi = 'setup_kontrol'"
    assert none(application, f"SELECT 1 FROM {room_page} AND (bitis_stok <> eklenen_miktar OR ekstra_miktar <> 0)")
    assert one(application, f"SELECT sum(eklenen_miktar) - sum(tuketim) FROM {room_page}") > 500
    assert none(application, f"SELECT 1 FROM {room_page} AND tuketim NOT BETWEEN 0 AND eklenen_miktar")


def test_with_a_setup_of_one_only_the_first_refill_of_a_room_never_filled_would_be_seen(application: str) -> None:
    single = (
        "SELECT sum(d.tuketim), sum(d.eklenen_miktar) FROM minibar_islem_detay d"
        " JOIN minibar_islemleri i ON i.id = d.islem_id JOIN odalar o ON o.id = i.oda_id"
        " JOIN katlar k ON k.id = o.kat_id"
        " JOIN (SELECT s.otel_id, s.oda_tipi_id, c.urun_id FROM oda_tipi_setup s"
        "       JOIN setup_icerik c ON c.setup_id = s.setup_id GROUP BY 1, 2, 3 HAVING sum(c.adet) = 1) one"
        " ON one.otel_id = k.otel_id AND one.oda_tipi_id = o.oda_tipi_id AND one.urun_id = d.urun_id"
        " JOIN oda_tipleri t ON t.id = o.oda_tipi_id AND t.dolap_sayisi = 1"
        " WHERE i.islem_tipi = 'setup_kontrol'"
    )
    seen, put_in = sql(application, single)[0]
    assert put_in > 50
    assert seen == 0


def test_extras_stand_in_both_columns_and_are_used_up_whole(application: str) -> None:
    lines = "minibar_islem_detay d JOIN minibar_islemleri i ON i.id = d.islem_id"
    assert none(
        application, f"SELECT 1 FROM {lines} WHERE islem_tipi = 'ekstra_ekleme'"
        " AND (eklenen_miktar <> ekstra_miktar OR eklenen_miktar <> bitis_stok OR tuketim <> 0 OR eklenen_miktar < 1)",
    )  # fmt: skip
    used_up = f"SELECT bitis_stok, eklenen_miktar, ekstra_miktar, min(tuketim) FROM {lines}"
    assert [
        tuple(row[:3]) for row in sql(application, f"{used_up} WHERE islem_tipi = 'ekstra_tuketim' GROUP BY 1, 2, 3")
    ] == [(0, 0, 0)]
    assert one(application, f"SELECT min(tuketim) FROM {lines} WHERE islem_tipi = 'ekstra_tuketim'") >= 1


def test_a_first_filling_is_no_consumption(application: str) -> None:
    lines = "minibar_islem_detay d JOIN minibar_islemleri i ON i.id = d.islem_id WHERE islem_tipi = 'setup_disi_ekleme'"
    assert one(application, f"SELECT count(*) FROM {lines}") > 1000
    assert none(
        application,
        f"SELECT 1 FROM {lines} AND (baslangic_stok <> 0 OR tuketim <> 0 OR bitis_stok <> eklenen_miktar)",
    )


def test_an_empty_check_is_a_row_without_lines_and_a_control_record_with_an_end(application: str) -> None:
    empty = (
        "SELECT i.id FROM minibar_islemleri i LEFT JOIN minibar_islem_detay d ON d.islem_id = i.id WHERE d.id IS NULL"
    )
    assert none(
        application, f"SELECT 1 FROM minibar_islemleri WHERE (islem_tipi = 'sarfiyat_yok') <> (id IN ({empty}))"
    )
    rows = one(application, "SELECT count(*) FROM minibar_islemleri WHERE islem_tipi = 'sarfiyat_yok'")
    records = (
        "SELECT count(*) FROM oda_kontrol_kayitlari WHERE kontrol_tipi = 'sarfiyat_yok' AND bitis_zamani IS NOT NULL"
    )
    assert one(application, records) == rows > 500


def test_prices_setups_and_complimentary_flags_are_not_written(application: str) -> None:
    odd = "setup_miktari <> 0 OR satis_fiyati IS NOT NULL OR alis_fiyati IS NOT NULL OR bedelsiz"
    assert none(application, f"SELECT 1 FROM minibar_islem_detay WHERE {odd} OR zimmet_detay_id IS NOT NULL")


def test_what_is_saved_twice_stands_two_seconds_later(application: str) -> None:
    twice = (
        "SELECT count(*) FROM minibar_islemleri a JOIN minibar_islem_detay x ON x.islem_id = a.id"
        " JOIN minibar_islemleri b ON b.oda_id = a.oda_id AND b.islem_tarihi = a.islem_tarihi + interval '2 s'"
        " AND b.islem_tipi = a.islem_tipi JOIN minibar_islem_detay y ON y.islem_id = b.id AND y.urun_id = x.urun_id"
        " AND y.eklenen_miktar = x.eklenen_miktar"
    )
    assert one(application, twice) > 20


def test_a_row_typed_wrongly_leaves_a_gap_in_the_ids_and_gives_its_units_back(application: str) -> None:
    returned = one(application, "SELECT count(*) FROM personel_zimmet_kullanim WHERE islem_tipi = 'iade'")
    assert returned > 5
    assert none(
        application,
        "SELECT 1 FROM personel_zimmet_kullanim u JOIN minibar_islemleri i ON i.id = u.referans_islem_id",
    )
    assert one(application, "SELECT max(id) - count(*) FROM minibar_islemleri") >= returned


# Minutes in rooms


def test_minutes_end_with_the_first_setup_product_and_further_products_have_no_length(application: str) -> None:
    assert one(application, "SELECT count(*) FROM oda_kontrol_kayitlari WHERE kontrol_tipi = 'urun_eklendi'") == one(
        application, "SELECT count(*) FROM minibar_islemleri WHERE islem_tipi = 'setup_kontrol'"
    )
    long, short = sql(application, "SELECT count(*) FILTER (WHERE bitis_zamani > baslangic_zamani), count(*) FILTER"
                           " (WHERE bitis_zamani = baslangic_zamani) FROM oda_kontrol_kayitlari"
                           " WHERE kontrol_tipi = 'urun_eklendi'")[0]  # fmt: skip
    assert long > 300
    assert short > 300
    assert none(application, "SELECT 1 FROM oda_kontrol_kayitlari WHERE bitis_zamani < baslangic_zamani")


def test_only_a_persons_last_record_of_a_day_may_be_unfinished(application: str) -> None:
    unfinished = "SELECT * FROM oda_kontrol_kayitlari WHERE bitis_zamani IS NULL"
    assert one(application, f"SELECT count(*) FROM ({unfinished}) u") > 0
    assert none(application, f"SELECT 1 FROM ({unfinished}) u WHERE kontrol_tipi <> 'sarfiyat_yok'")
    assert none(
        application, f"SELECT 1 FROM ({unfinished}) u JOIN oda_kontrol_kayitlari l ON l.personel_id = u.personel_id"
        " AND l.kontrol_tarihi = u.kontrol_tarihi AND l.baslangic_zamani > u.baslangic_zamani",
    )  # fmt: skip


def test_scans_are_those_of_attendants(application: str) -> None:
    assert [tuple(row) for row in sql(application, "SELECT DISTINCT okutma_tipi::text FROM qr_kod_okutma_loglari")] == [
        ("personel_kontrol",)
    ]
    assert one(application, "SELECT count(DISTINCT basarili) FROM qr_kod_okutma_loglari") == 2


# Do not disturb


def test_each_knock_is_a_look_and_a_record_of_no_length(application: str) -> None:
    knocks = one(application, "SELECT sum(dnd_sayisi) FROM oda_dnd_kayitlari")
    records = (
        "SELECT count(*) FROM oda_kontrol_kayitlari WHERE kontrol_tipi = 'dnd' AND bitis_zamani = baslangic_zamani"
    )
    assert one(application, records) == knocks > 100
    looks = "oda_dnd_kontrolleri c JOIN oda_dnd_kayitlari d ON d.id = c.dnd_kayit_id"
    assert one(application, f"SELECT count(*) FROM {looks} WHERE c.kontrol_no <= d.dnd_sayisi") == knocks


def test_a_room_filled_after_a_knock_adds_a_look_that_is_none(application: str) -> None:
    closing = (
        "oda_dnd_kontrolleri c JOIN oda_dnd_kayitlari d ON d.id = c.dnd_kayit_id WHERE c.kontrol_no > d.dnd_sayisi"
    )
    assert one(application, f"SELECT count(*) FROM {closing}") > 5
    assert none(application, f"SELECT 1 FROM {closing} AND d.durum <> 'tamamlandi'")
    assert none(application, f"SELECT 1 FROM {closing} AND c.kontrol_no <> d.dnd_sayisi + 1")
    assert none(application, "SELECT 1 FROM oda_dnd_kayitlari WHERE (durum = 'tamamlandi') < (dnd_sayisi >= 2)")
    assert one(application, "SELECT count(*) FROM oda_dnd_kayitlari WHERE durum = 'aktif'") > 5
