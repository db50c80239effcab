"""Depots, floor stores and draws in the manner of today's application: every ledger, sign and text."""

from support.hotels.application_hotel import PLAN, none, one
from support.hotels.simulated import sql

from minibar_ml.simulate import SourceData

IN, OUT = "giris", "cikis"
TEXTS = {
    ("İlk stok yüklemesi - ", IN), ("Ana Depo Tedarik - ", IN), ("Ana Depo Tedarik Silme - ", OUT),
    ("Ana Depo Tedarik Detay Silme - ", OUT), ("FIFO Stok Çıkışı - zimmet_transfer", OUT),
    ("Zimmet iadesi - Otel ID: ", IN), ("Manuel stok güncelleme (", "fire"), ("Stok sayımı düzeltmesi (", OUT),
    ("Stok sayımı düzeltmesi (", IN), ("Depo çıkışı", OUT), ("Depo girişi", IN), ("Minibar işlem iptali - ", IN),
}  # fmt: skip
BY_TEXT = "SELECT coalesce(sum(miktar), 0) FROM stok_hareketleri WHERE aciklama LIKE '{}%' AND hareket_tipi = '{}'"
DRAWN = "sum(CASE islem_tipi WHEN 'iade' THEN -kullanilan_miktar ELSE kullanilan_miktar END)"


def units(url: str, text: str, kind: str) -> int:
    """Units of the ledger's rows of a text and type."""
    return int(one(url, BY_TEXT.format(text, kind)))


def test_the_ledger_knows_these_texts_and_no_others(application: str) -> None:
    seen = set()
    for text, kind in sql(application, "SELECT DISTINCT aciklama, hareket_tipi::text FROM stok_hareketleri"):
        known = {entry for entry in TEXTS if text.startswith(entry[0]) and kind == entry[1]}
        assert len(known) == 1, (text, kind)
        seen |= known
    assert seen == TEXTS


def test_units_are_positive_whatever_the_type_and_transfers_are_never_written(application: str) -> None:
    assert one(application, "SELECT min(miktar) FROM stok_hareketleri") > 0
    assert none(application, "SELECT 1 FROM stok_hareketleri WHERE hareket_tipi IN ('transfer', 'devir')")
    assert one(application, "SELECT min(kullanilan_miktar) FROM personel_zimmet_kullanim") > 0


def test_a_hotels_opening_stock_is_loaded_once(application: str) -> None:
    loaded = "SELECT aciklama, urun_id FROM stok_hareketleri WHERE aciklama LIKE 'İlk stok yüklemesi%'"
    assert none(application, f"SELECT 1 FROM ({loaded}) l GROUP BY 1, aciklama, urun_id HAVING count(*) > 1")
    assert one(application, f"SELECT count(DISTINCT aciklama) FROM ({loaded}) l") == PLAN.hotels


def test_what_is_taken_back_was_issued_and_a_deleted_delivery_leaves_only_the_ledger(application: str) -> None:
    assert 0 < units(application, "Zimmet iadesi - Otel ID: ", IN) < units(application, "FIFO Stok Çıkışı", OUT)
    deleted = units(application, "Ana Depo Tedarik Silme", OUT) + units(
        application, "Ana Depo Tedarik Detay Silme", OUT
    )
    assert deleted > 0
    came = one(application, "SELECT sum(miktar) FROM ana_depo_tedarik_detaylari")
    assert units(application, "Ana Depo Tedarik - ", IN) == came + deleted
    assert one(application, "SELECT max(id) - count(*) FROM ana_depo_tedarik_detaylari") > 0
    assert none(
        application,
        "SELECT 1 FROM stok_hareketleri h JOIN ana_depo_tedarikleri t ON h.aciklama = 'Ana Depo Tedarik Silme - '"
        " || t.tedarik_no",
    )


def test_a_days_deliveries_share_a_header_and_a_products_grow_one_lot(application: str) -> None:
    assert none(
        application,
        "SELECT 1 FROM ana_depo_tedarikleri GROUP BY otel_id, (islem_tarihi AT TIME ZONE 'Europe/Nicosia')::date"
        " HAVING count(*) > 1",
    )
    assert none(
        application,
        "SELECT 1 FROM stok_fifo_kayitlari f JOIN ana_depo_tedarik_detaylari d ON d.id = f.tedarik_detay_id"
        " WHERE f.giris_miktari <> d.miktar OR f.giris_tarihi <> d.created_at",
    )
    twice = one(
        application,
        "SELECT count(*) FROM stok_hareketleri h JOIN ana_depo_tedarikleri t ON h.aciklama = 'Ana Depo Tedarik - '"
        " || t.tedarik_no",
    ) - one(application, "SELECT count(*) FROM ana_depo_tedarik_detaylari")
    assert twice > 0


def test_lots_are_used_first_in_first_out(application: str) -> None:
    used = "SELECT fifo_kayit_id, sum(miktar) AS n, min(islem_tarihi) AS first FROM stok_fifo_kullanimlari GROUP BY 1"
    assert none(
        application,
        f"SELECT 1 FROM stok_fifo_kayitlari f LEFT JOIN ({used}) u ON u.fifo_kayit_id = f.id WHERE kalan_miktar < 0"
        " OR kullanilan_miktar <> coalesce(u.n, 0) OR giris_miktari <> kalan_miktar + kullanilan_miktar"
        " OR first < giris_tarihi OR tukendi <> (kalan_miktar = 0)",
    )
    later = "b.otel_id = a.otel_id AND b.urun_id = a.urun_id AND (b.giris_tarihi, b.id) > (a.giris_tarihi, a.id)"
    assert none(
        application,
        f"SELECT 1 FROM stok_fifo_kayitlari a JOIN stok_fifo_kayitlari b ON {later}"
        " WHERE a.kalan_miktar > 0 AND b.kullanilan_miktar > 0",
    )
    names = sql(application, "SELECT DISTINCT islem_tipi, referans_id FROM stok_fifo_kullanimlari")
    assert [tuple(row) for row in names] == [("zimmet_transfer", None)]
    issued = one(application, "SELECT sum(miktar) FROM stok_fifo_kullanimlari")
    assert issued == units(application, "FIFO Stok Çıkışı", OUT)


def test_the_depots_stock_is_what_came_less_what_went(application: str) -> None:
    outside = "aciklama NOT LIKE 'Minibar%'"
    sign = "CASE WHEN hareket_tipi IN ('cikis', 'fire') THEN -miktar ELSE miktar END"
    booked = f"SELECT urun_id, sum({sign}) AS n FROM stok_hareketleri WHERE {outside} GROUP BY 1"
    held = "SELECT urun_id, sum(mevcut_stok) AS n FROM urun_stok GROUP BY 1"
    assert none(application, f"SELECT 1 FROM ({booked}) b FULL JOIN ({held}) h USING (urun_id) WHERE b.n <> h.n")
    assert one(application, "SELECT count(*) FROM urun_stok WHERE sayim_farki IS NOT NULL") > 0
    assert one(application, "SELECT count(DISTINCT otel_id) FROM urun_stok") == PLAN.hotels


def test_the_floor_store_holds_what_it_was_given_less_what_was_drawn(application: str) -> None:
    store = "SELECT otel_zimmet_stok_id AS id, " + DRAWN + " AS n FROM personel_zimmet_kullanim GROUP BY 1"
    assert none(
        application,
        f"SELECT 1 FROM otel_zimmet_stok z LEFT JOIN ({store}) u USING (id)"
        " WHERE kullanilan_miktar <> coalesce(u.n, 0) OR kalan_miktar <> toplam_miktar - kullanilan_miktar",
    )
    given = units(application, "FIFO Stok Çıkışı", OUT) - units(application, "Zimmet iadesi - Otel ID: ", IN)
    assert one(application, "SELECT sum(toplam_miktar) FROM otel_zimmet_stok") == given


def test_custody_loss_is_what_was_drawn_and_stands_on_no_line(application: str, application_data: SourceData) -> None:
    drawn = f"SELECT personel_id, {DRAWN} AS n FROM personel_zimmet_kullanim GROUP BY 1"
    lines = (
        "SELECT i.personel_id, sum(d.eklenen_miktar) AS n FROM minibar_islem_detay d"
        " JOIN minibar_islemleri i ON i.id = d.islem_id GROUP BY 1"
    )
    missing = dict(
        tuple(row) for row in sql(application, f"SELECT personel_id, d.n - l.n FROM ({drawn}) d JOIN ({lines}) l USING"
                                               " (personel_id)")
    )  # fmt: skip
    labelled: dict[int, float] = {}
    for fault in application_data.faults:
        if fault.kind == "custody_loss":
            labelled[fault.entity_id] = labelled.get(fault.entity_id, 0) + fault.size
    assert labelled
    # rows that an administrator deleted were drawn, too
    for person, size in labelled.items():
        assert missing[person] >= size
    assert min(missing.values()) >= 0


def test_units_of_a_row_that_an_administrator_deleted_go_to_the_ledger(application: str) -> None:
    numbers = (
        "SELECT split_part(aciklama, ' - ', 2)::int AS id FROM stok_hareketleri WHERE aciklama LIKE 'Minibar işlem%'"
    )
    assert one(application, f"SELECT count(*) FROM ({numbers}) n") > 0
    assert none(application, f"SELECT 1 FROM ({numbers}) n JOIN minibar_islemleri i USING (id)")
