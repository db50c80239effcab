"""The depot's ledger as the application keeps it: reversals, counts, a depot for each hotel, draws, the range."""

import json
from collections.abc import Iterator

import pytest
from support.hotels.application import Application
from support.hotels.simulated import command, done, points, sql

AS_OF = "2025-11-17"


@pytest.fixture
def hotel(installed: Application) -> Application:
    return installed


def _moved(
    hotel: Application, product: int, kind: str, units: int, at: str, note: str | None = None, by: int = 2
) -> None:
    sql(
        hotel.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi, aciklama, islem_yapan_id)"
        " VALUES (:product, CAST(:kind AS hareket_tipi), :units, CAST(:at AS timestamptz), :note, :by)",
        product=product, kind=kind, units=units, at=at, note=note, by=by,
    )  # fmt: skip


def _outflow(hotel: Application, product: int = 1) -> Iterator[tuple[str, float, dict[str, object]]]:
    """Day, issued and written off, and the rest, hotel by hotel."""
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    for key, (value, context) in sorted(points(hotel.url, "stock_outflow").items()):
        if key[1] == product:
            yield key[2][:10], value, context


@pytest.mark.parametrize(
    "note", ["Zimmet iptali - A B - Zimmet #7", "Zimmet İptal İadesi - Tedarik İptali: 3", "Zimmet Silme İadesi",
             "Zimmet Detay İptal İadesi"],
)  # fmt: skip
def test_an_issue_that_was_cancelled_never_took_place(hotel: Application, note: str) -> None:
    _moved(hotel, 1, "giris", 100, "2025-11-01 09:00", "Ana Depo Tedarik - T1")
    _moved(hotel, 1, "cikis", 48, "2025-11-10 09:00", "FIFO Stok Çıkışı - zimmet")
    _moved(hotel, 1, "giris", 48, "2025-11-12 09:00", note)
    assert (
        list(_outflow(hotel))
        == [(day, 0, {"issued": 0, "written_off": 0, "returned": 0}) for day in ("2025-11-10", "2025-11-12")]
        or [row[1] for row in _outflow(hotel)] == []
    )


def test_of_equal_issues_the_latest_is_cancelled_and_the_others_stay(hotel: Application) -> None:
    for day in ("08", "09", "10"):
        _moved(hotel, 1, "cikis", 24, f"2025-11-{day} 09:00", "Zimmet atama - A B")
    _moved(hotel, 1, "giris", 24, "2025-11-11 09:00", "Zimmet iptali - A B - Zimmet #9")
    assert [(day, value) for day, value, _ in _outflow(hotel) if value] == [("2025-11-08", 24), ("2025-11-09", 24)]


def test_a_late_cancellation_changes_the_day_of_its_issue(hotel: Application) -> None:
    _moved(hotel, 1, "cikis", 24, "2025-10-25 09:00", "Hızlı zimmet atama")
    assert [value for _, value, _ in _outflow(hotel)] == [24]
    _moved(hotel, 1, "giris", 24, "2025-11-16 09:00", "Zimmet iptali - A B - Zimmet #9")
    assert [value for _, value, _ in _outflow(hotel) if value] == []


def test_a_cancellation_without_its_issue_is_a_return(hotel: Application) -> None:
    _moved(hotel, 1, "giris", 10, "2025-11-12 09:00", "Zimmet iptali - A B - Zimmet #9")
    assert [(day, context["returned"]) for day, _, context in _outflow(hotel)] == [("2025-11-12", 10)]


@pytest.mark.parametrize(
    ("out", "back", "day"),
    [
        ("Hızlı zimmet atama - Kat2 X", "Zimmet iadesi - Kat2 X", "09"),
        ("Zimmet atama - Kat2 X", "Zimmet iadesi - kat2 x ", "09"),
        ("FIFO Stok Çıkışı - zimmet", "Zimmet iadesi - Kat2 X", "12"),
        ("FIFO Stok Çıkışı - zimmet_transfer", "Zimmet iadesi - Otel ID: 1", "08"),
    ],
)
def test_what_was_issued_and_brought_back_never_left(hotel: Application, out: str, back: str, day: str) -> None:
    _moved(hotel, 1, "cikis", 60, "2025-11-08 09:00", out)
    _moved(hotel, 1, "giris", 60, f"2025-11-{day} 10:00", back)
    assert {value for _, value, _ in _outflow(hotel)} == {0}
    assert {context["returned"] for _, _, context in _outflow(hotel)} == {0}


@pytest.mark.parametrize("back", ["Zimmet iadesi - A B", "Zimmet iptali - A B - Zimmet #7"])
@pytest.mark.parametrize("out", ["Zimmet atama - A B", "FIFO Stok Çıkışı - zimmet"])
def test_of_an_issue_that_came_back_in_part_only_the_rest_left(hotel: Application, out: str, back: str) -> None:
    _moved(hotel, 1, "cikis", 48, "2025-11-08 09:00", out)
    _moved(hotel, 1, "giris", 40, "2025-11-10 09:00", back)
    assert [(day, value, context["returned"]) for day, value, context in _outflow(hotel)] == [
        ("2025-11-08", 8, 0), ("2025-11-10", 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("back", ["Zimmet iadesi - Otel ID: 1", "Zimmet iptali - A B - Zimmet #7"])
def test_an_issue_may_come_back_in_several_parts(hotel: Application, back: str) -> None:
    out = "FIFO Stok Çıkışı - zimmet_transfer" if "Otel" in back else "Zimmet atama - A B"
    _moved(hotel, 1, "cikis", 50, "2025-11-08 09:00", out)
    _moved(hotel, 1, "giris", 20, "2025-11-08 10:00", back)
    _moved(hotel, 1, "giris", 30, "2025-11-09 10:00", back)
    assert {value for _, value, _ in _outflow(hotel)} == {0}


def test_one_return_may_be_of_several_issues_the_latest_first(hotel: Application) -> None:
    for day, units in (("08", 30), ("09", 20), ("10", 10)):
        _moved(hotel, 1, "cikis", units, f"2025-11-{day} 09:00", "Zimmet atama - A B")
    _moved(hotel, 1, "giris", 25, "2025-11-11 09:00", "Zimmet iadesi - A B")
    assert [(day, value) for day, value, _ in _outflow(hotel) if value] == [("2025-11-08", 30), ("2025-11-09", 5)]


@pytest.mark.parametrize(
    ("out", "back", "on"),
    [
        ("Zimmet atama - C D", "Zimmet iadesi - A B", "2025-11-10"),
        ("Zimmet atama - A B", "Zimmet iadesi - Otel ID: 1", "2025-11-10"),
        ("FIFO Stok Çıkışı - zimmet_transfer", "Zimmet iadesi - A B", "2025-11-10"),
        ("Zimmet atama - A B", "Zimmet iadesi - A B", "2025-10-01"),
    ],
)
def test_what_another_brings_back_or_after_a_month_is_a_return(
    hotel: Application, out: str, back: str, on: str
) -> None:
    _moved(hotel, 1, "cikis", 24, on + " 09:00", out)
    _moved(hotel, 1, "giris", 24, "2025-11-12 09:00", back)
    assert [(value, context["returned"]) for _, value, context in _outflow(hotel)] == [(24, 0), (0, 24)]


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("cikis", "Stok sayımı düzeltmesi (Eksik)"),
        ("cikis", "Ana Depo Tedarik Silme - T1"),
        ("cikis", "Ana Depo Tedarik Detay Silme - T1"),
        ("cikis", "Minibar tüketimi - Oda: 101"),
        ("cikis", "İlk dolum - Oda: 101"),
    ],
)
def test_what_a_count_a_deleted_delivery_or_a_room_takes_is_not_handed_out(
    hotel: Application, kind: str, note: str
) -> None:
    _moved(hotel, 1, "giris", 100, "2025-11-01 09:00", "Ana Depo Tedarik - T1")
    _moved(hotel, 1, kind, 10, "2025-11-12 09:00", note)
    assert list(_outflow(hotel)) == []
    assert [value for _, (value, _) in sorted(points(hotel.url, "stock_level").items())] == [100, 90]


def test_the_difference_of_a_count_is_a_count_whichever_way_it_was_written(hotel: Application) -> None:
    _moved(hotel, 1, "giris", 3, "2025-11-12 09:00", "Stok sayımı düzeltmesi (Fazla)")
    _moved(hotel, 1, "cikis", 2, "2025-11-13 09:00", "Stok sayımı düzeltmesi (Eksik)")
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    assert [context["kind"] for _, (_, context) in points(hotel.url, "stock_level").items()] == ["sayim", "sayim"]


@pytest.fixture
def chain(hotel: Application) -> Application:
    """Two hotels with a storekeeper each, and one who serves both."""
    sql(hotel.url, "INSERT INTO oteller (id, ad, aktif) VALUES (2, 'Second', true)")
    sql(
        hotel.url,
        "INSERT INTO kullanicilar (id, kullanici_adi, ad, soyad, rol) VALUES (11, 'd1', 'D', 'E', 'depo_sorumlusu'),"
        " (12, 'd2', 'F', 'G', 'depo_sorumlusu'), (13, 'd3', 'H', 'I', 'depo_sorumlusu')",
    )
    sql(hotel.url, "INSERT INTO kullanici_otel (kullanici_id, otel_id) VALUES (11, 1), (12, 2), (13, 1), (13, 2)")
    return hotel


def _levels(hotel: Application) -> dict[int, list[float]]:
    """By hotel, the levels in order of time."""
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    rows = sql(
        hotel.url,
        "SELECT hotel_id, metric_value FROM minibar_ml.ml_metrics"
        " WHERE metric_type = 'stock_level' ORDER BY observed_at",
    )
    found: dict[int, list[float]] = {}
    for hotel_id, level in rows:
        found.setdefault(hotel_id, []).append(level)
    return found


def _held(hotel: Application, *units: int) -> None:
    """What the depots of the hotels 1, 2 ... hold of product 1, as the application says."""
    for number, one in enumerate(units, start=1):
        sql(
            hotel.url,
            "INSERT INTO urun_stok (urun_id, otel_id, mevcut_stok, minimum_stok, maksimum_stok, kritik_stok_seviyesi)"
            " VALUES (1, :hotel, :units, 0, 0, 0)",
            hotel=number, units=one,
        )  # fmt: skip


def test_each_hotel_of_a_chain_has_its_own_depot(chain: Application) -> None:
    """An empty depot does not hide behind the full one of another hotel."""
    _held(chain, 104, 0)
    _moved(chain, 1, "giris", 100, "2025-11-01 09:00", "İlk stok yüklemesi - Hotel", by=13)
    _moved(chain, 1, "giris", 10, "2025-11-02 09:00", None, by=12)
    _moved(chain, 1, "cikis", 10, "2025-11-03 09:00", "FIFO Stok Çıkışı - zimmet_transfer", by=12)
    _moved(chain, 1, "giris", 4, "2025-11-04 09:00", "Zimmet iadesi - Otel ID: 1", by=13)
    assert _levels(chain) == {1: [100, 104], 2: [10, 0]}


def test_hotels_that_share_a_warehouse_do_not_fall_below_zero(chain: Application) -> None:
    """One hotel's storekeeper enters what is delivered for both; the application keeps no depot of either."""
    _moved(chain, 1, "giris", 100, "2025-11-01 09:00", None, by=11)
    _moved(chain, 1, "cikis", 30, "2025-11-03 09:00", None, by=12)
    _moved(chain, 1, "cikis", 20, "2025-11-04 09:00", None, by=11)
    assert _levels(chain) == {0: [100, 70, 50]}


def test_where_too_many_rows_name_no_hotel_the_chain_keeps_one_common_store(chain: Application) -> None:
    _moved(chain, 1, "giris", 100, "2025-11-01 09:00", None, by=13)
    _moved(chain, 1, "cikis", 10, "2025-11-03 09:00", None, by=12)
    _held(chain, 90)
    assert _levels(chain) == {0: [100, 90]}


def test_a_depot_whose_ledger_lacks_a_row_is_brought_to_what_it_holds(chain: Application) -> None:
    for n in range(150):
        _moved(chain, 1, "giris", 1, f"2025-11-01 09:{n // 60:02}:{n % 60:02}", None, by=11)
    _moved(chain, 1, "giris", 50, "2025-11-02 09:00", None, by=13)
    _held(chain, 200)
    assert _levels(chain)[1][-1] == 200


def _drawn(hotel: Application, units: int, at: str, kind: str = "minibar_kullanim", by: int = 1) -> None:
    sql(
        hotel.url,
        "INSERT INTO personel_zimmet_kullanim (otel_zimmet_stok_id, personel_id, urun_id, kullanilan_miktar,"
        " islem_tarihi, islem_tipi) VALUES (1, :by, 1, :units, CAST(:at AS timestamptz), :kind)",
        units=units, at=at, kind=kind, by=by,
    )  # fmt: skip


@pytest.fixture
def floor(hotel: Application) -> Application:
    """A floor store, and a day on which the attendant put into rooms what was drawn."""
    sql(
        hotel.url,
        "INSERT INTO otel_zimmet_stok (id, otel_id, urun_id, toplam_miktar, kullanilan_miktar, kalan_miktar)"
        " VALUES (1, 1, 1, 100, 0, 100)",
    )
    for room in range(1, 6):
        _drawn(hotel, 4, f"2025-11-10 09:0{room}")
        hotel.setup(room, f"2025-11-10 09:0{room}", 1, 4)
    return hotel


def _lost(hotel: Application) -> list[tuple[float, float]]:
    """Lost and drawn units, day by day."""
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    return [(value, context["handed_out"]) for _, (value, context) in sorted(points(hotel.url, "custody_loss").items())]


def test_what_was_drawn_and_put_into_rooms_is_not_missing(floor: Application) -> None:
    assert _lost(floor) == [(0, 20)]


def test_what_was_drawn_and_shows_in_no_room_is_missing_unless_it_was_put_back(floor: Application) -> None:
    _drawn(floor, 7, "2025-11-10 11:00")
    assert _lost(floor) == [(7, 27)]
    _drawn(floor, 5, "2025-11-10 11:30", kind="iade")
    assert _lost(floor) == [(2, 22)]


def test_a_draw_whose_room_row_was_never_written_accuses_nobody(floor: Application) -> None:
    _drawn(floor, 4, "2025-11-10 12:06")
    assert _lost(floor) == [(0, 24)]


def test_a_draw_that_was_repeated_with_its_room_row_is_one_draw(floor: Application) -> None:
    _drawn(floor, 9, "2025-11-10 12:06:00")
    _drawn(floor, 9, "2025-11-10 12:06:20")
    floor.setup(1, "2025-11-10 12:06:20", 1, 9)
    assert _lost(floor) == [(0, 29)]


def test_a_draw_that_was_repeated_in_vain_is_one_draw(floor: Application) -> None:
    for at in ("12:06:00", "12:07:30", "12:09:00"):
        _drawn(floor, 4, f"2025-11-10 {at}")
    assert _lost(floor) == [(0, 32)]


@pytest.mark.parametrize("units", [6, 12])
def test_an_extra_whose_row_was_deleted_accuses_nobody(floor: Application, units: int) -> None:
    """The older page keeps an extra in a column of its own, and deleting the row gives nothing back."""
    _drawn(floor, units, "2025-11-10 12:06", kind="ekstra_ekleme")
    assert _lost(floor) == [(0, 20 + units)]


def test_three_draws_of_a_day_without_a_room_are_missing(floor: Application) -> None:
    for hour in (12, 13, 14):
        assert [lost for lost, _ in _lost(floor)] == [0]
        _drawn(floor, 4, f"2025-11-10 {hour}:06")
    assert _lost(floor) == [(12, 32)]


def test_draws_are_compared_where_a_column_of_the_old_custody_is_lost(floor: Application) -> None:
    _drawn(floor, 7, "2025-11-10 11:00")
    sql(floor.url, "ALTER TABLE public.personel_zimmet_detay DROP COLUMN kalan_miktar")
    command(floor.url, "collect", "--as-of", AS_OF, "--quiet")
    assert [value for value, _ in points(floor.url, "custody_loss").values()] == [7]


def test_draws_are_compared_in_a_hotel_without_the_old_custody(
    floor: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    done(floor.url, "db", "init", "--without", "custody", "--quiet")
    _drawn(floor, 7, "2025-11-10 11:00")
    assert _lost(floor) == [(7, 27)]
    capsys.readouterr()
    done(floor.url, "db", "check")
    said = " ".join(capsys.readouterr().out.split())
    assert "losses in custody of the floor store" in said
    assert "the hotel system has no custody" not in said


@pytest.mark.parametrize(("again", "drawn"), [("2025-11-10 09:05:20", 20), ("2025-11-10 09:06:30", 24)])
def test_a_draw_that_was_sent_twice_is_one(floor: Application, again: str, drawn: int) -> None:
    _drawn(floor, 4, again)
    assert _lost(floor) == [(0, drawn)]


def test_a_visit_that_an_administrator_deleted_accuses_nobody(floor: Application) -> None:
    sql(floor.url, "DELETE FROM minibar_islem_detay WHERE islem_id = 1")
    sql(floor.url, "DELETE FROM minibar_islemleri WHERE id = 1")
    _moved(floor, 1, "giris", 4, "2025-11-12 09:00", "Minibar işlem iptali")
    assert _lost(floor) == [(0, 20)]


def test_when_all_visits_were_deleted_nobody_is_accused(floor: Application) -> None:
    sql(floor.url, "DELETE FROM minibar_islem_detay")
    sql(floor.url, "DELETE FROM minibar_islemleri")
    assert _lost(floor) == []


def test_a_product_that_is_taken_out_of_the_range_is_not_ordered(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    _moved(hotel, 1, "giris", 60, "2025-10-01 09:00", "Ana Depo Tedarik - T1")
    _moved(hotel, 2, "giris", 60, "2025-10-01 09:00", "Ana Depo Tedarik - T1")
    for n in range(28):
        hotel.row(
            1, f"2025-{10 + (n + 20) // 31}-{(n + 20) % 31 + 1:02} 09:00", "setup_kontrol", (1, 0, 2, 0), (2, 0, 2, 0)
        )
    for product in (1, 2):
        _moved(hotel, product, "cikis", 58, "2025-10-20 08:00", "FIFO Stok Çıkışı - zimmet_transfer")
    sql(hotel.url, "UPDATE urunler SET aktif = (id <> 1)")
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    done(hotel.url, "detect", "--as-of", AS_OF, "--quiet")
    low = "SELECT entity_id FROM minibar_ml.ml_alerts WHERE type = 'stock_depletion'"
    assert [tuple(row) for row in sql(hotel.url, low)] == [(2,)]
    capsys.readouterr()
    done(hotel.url, "forecast", "--as-of", AS_OF, "--json")
    assert {one["product_id"] for one in json.loads(capsys.readouterr().out)["products"]} == {2}
    done(hotel.url, "train", "--as-of", AS_OF, "--quiet")
    assert {key[1] for key in points(hotel.url, "stock_days_left")} == {2}
