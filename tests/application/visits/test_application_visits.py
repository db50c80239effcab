"""Visits as the application writes them: a row a product, rows saved twice, fills, undo, and empty checks."""

from collections.abc import Callable
from datetime import date

import pytest
from support.hotels.application import Application, written
from support.hotels.simulated import command, done, points, sql

AS_OF = "2025-11-17"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel with stays of room 5 alone, and the store."""
    installed.recorded(date(2025, 11, 1), date(2025, 11, 16))
    return installed


def _collect(hotel: Application, as_of: str = AS_OF) -> None:
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")


def _units(hotel: Application, metric: str = "room_consumption") -> dict[tuple[int, str], float]:
    _collect(hotel)
    return {(key[1], key[2][:10]): value for key, (value, _) in points(hotel.url, metric).items()}


def test_rows_of_one_visit_are_one_visit_with_the_verdict_of_one_row(hotel: Application) -> None:
    for room in (1, 2):
        hotel.stay(room, "2025-11-08 15:00", "2025-11-10 11:00")
        hotel.empty(room, "2025-11-09 10:00")
    hotel.row(1, "2025-11-10 14:00:00", "setup_kontrol", (1, 0, 1, 0), (2, 0, 2, 0))
    hotel.setup(2, "2025-11-10 14:00:00", 1, 1)
    hotel.setup(2, "2025-11-10 14:00:20", 2, 2)
    assert _units(hotel) == {(1, "2025-11-09"): 0, (2, "2025-11-09"): 0, (1, "2025-11-10"): 3, (2, "2025-11-10"): 3}
    contexts = {room: context for (_, room, _), (_, context) in sorted(points(hotel.url, "room_consumption").items())}
    assert contexts[1] == contexts[2]
    assert points(hotel.url, "vacant_consumption") == {}


def test_a_check_saved_twice_is_one_visit_and_one_theft(hotel: Application) -> None:
    hotel.stay(1, "2025-11-08 15:00", "2025-11-10 09:00", made="2025-11-10 09:05")
    hotel.empty(1, "2025-11-10 11:30")
    for second in ("00", "02"):
        hotel.setup(1, f"2025-11-10 12:30:{second}", 1, 4)
    assert _units(hotel)[1, "2025-11-10"] == 4
    assert _units(hotel, "vacant_consumption") == {(1, "2025-11-10"): 4}


def test_another_room_or_a_minute_later_is_no_copy(hotel: Application) -> None:
    hotel.setup(1, "2025-11-10 12:30:00", 1, 2)
    hotel.setup(2, "2025-11-10 12:30:05", 1, 2)
    hotel.setup(1, "2025-11-10 12:32:00", 1, 2)
    assert _units(hotel) == {(1, "2025-11-10"): 4, (2, "2025-11-10"): 2}


def test_what_was_put_in_counts_where_tuketim_says_none(hotel: Application) -> None:
    hotel.setup(1, "2025-11-10 10:00", 1, 3)
    hotel.row(1, "2025-11-10 10:01", "ekstra_ekleme", (2, 0, 2, 2))
    hotel.row(1, "2025-11-10 10:02", "ekstra_tuketim", (3, 1, 0, 0))
    assert _units(hotel) == {(1, "2025-11-10"): 4}
    (context,) = (context for _, context in points(hotel.url, "room_consumption").values())
    assert context["refilled"] == 5
    assert context["products"] == {"1": 3, "3": 1}


def test_a_bulk_fill_found_nobody_knows_what_and_starts_the_time_again(hotel: Application) -> None:
    hotel.empty(1, "2025-11-08 10:00")
    hotel.row(1, "2025-11-09 10:00", "doldurma", (1, 0, 4, 0), (2, 0, 0, 0))
    hotel.setup(1, "2025-11-10 10:00", 1, 1)
    assert _units(hotel) == {(1, "2025-11-08"): 0, (1, "2025-11-10"): 1}
    contexts = {key[2][:10]: context for key, (_, context) in points(hotel.url, "room_consumption").items()}
    assert contexts["2025-11-10"]["previous_on"] == "2025-11-09"


def test_first_fills_and_goods_outside_the_setup_are_no_consumption(hotel: Application) -> None:
    hotel.row(1, "2025-11-09 10:00", "ilk_dolum", (1, 4, 4, 0))
    hotel.row(2, "2025-11-09 10:00", "setup_disi_ekleme", (1, 0, 4, 0))
    assert _units(hotel) == {(1, "2025-11-09"): 0}


def test_an_empty_check_that_has_only_a_control_record_is_a_check(hotel: Application) -> None:
    control = (
        "INSERT INTO oda_kontrol_kayitlari (oda_id, personel_id, kontrol_tarihi, baslangic_zamani, bitis_zamani,"
        " kontrol_tipi, olusturma_tarihi) VALUES (:room, 1, '2025-11-10', CAST(:at AS timestamptz),"
        " CAST(:ends AS timestamptz), :kind, now())"
    )
    for room, ends, kind in (
        (1, "2025-11-10 10:04", "sarfiyat_yok"),
        (2, None, "sarfiyat_yok"),
        (3, "2025-11-10 10:00", "dnd"),
    ):
        sql(hotel.url, control, room=room, at="2025-11-10 10:00", ends=ends, kind=kind)
    hotel.setup(1, "2025-11-12 10:00", 1, 2)
    assert _units(hotel) == {(1, "2025-11-10"): 0, (1, "2025-11-12"): 2}
    contexts = {key[2][:10]: context for key, (_, context) in points(hotel.url, "room_consumption").items()}
    assert contexts["2025-11-12"]["previous_on"] == "2025-11-10"


def test_a_visit_over_midnight_is_its_first_days_whatever_the_run_looks_back(hotel: Application) -> None:
    hotel.setup(1, "2025-11-15 23:55", 1, 1)
    hotel.setup(1, "2025-11-16 00:05", 2, 1)
    assert _units(hotel) == {(1, "2025-11-15"): 2}
    done(hotel.url, "collect", "--as-of", "2025-11-19T12:00", "--quiet")
    assert {key[2][:10]: value for key, (value, _) in points(hotel.url, "room_consumption").items()} == {
        "2025-11-15": 2
    }


def test_an_undone_row_vanishes_and_changes_only_its_day(hotel: Application) -> None:
    hotel.setup(1, "2025-11-15 10:00", 1, 1)
    wrong = hotel.setup(1, "2025-11-16 10:00", 2, 5)
    assert _units(hotel) == {(1, "2025-11-15"): 1, (1, "2025-11-16"): 5}
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :id", id=wrong)
    sql(hotel.url, "DELETE FROM minibar_islemleri WHERE id = :id", id=wrong)
    assert _units(hotel) == {(1, "2025-11-15"): 1}


def test_a_kind_that_nobody_knows_is_counted_and_proves_nothing(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel.row(1, "2025-11-10 10:00", "hediye", (1, 3, 3, 0))
    hotel.row(2, "2025-11-10 10:00", "hediye")
    assert _units(hotel) == {}
    assert command(hotel.url, "db", "check", "--json") == 0
    assert '"hediye": 2' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("state", "answered", "minutes"),
    [("tamamlandi", "2025-11-10 08:20", 20), ("tamamlandi", None, None), ("iptal", "2025-11-10 08:20", None)],
)
def test_an_answer_is_read_as_the_utc_that_it_is(
    hotel: Application, state: str, answered: str | None, minutes: float | None
) -> None:
    sql(
        hotel.url,
        "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum, tamamlanma_tarihi)"
        " VALUES (1, '2025-11-10 10:00', CAST(:state AS dolum_talep_durum), CAST(:answered AS timestamptz))",
        state=state, answered=answered,
    )  # fmt: skip
    _collect(hotel)
    found = [(value, context["open"]) for value, context in points(hotel.url, "request_response").values()]
    assert found == ([] if minutes is None else [(minutes, False)])


def test_fractions_are_not_rounded(make_database: Callable[..., str]) -> None:
    hotel = written(make_database())
    sql(hotel.url, "ALTER TABLE stok_hareketleri ALTER COLUMN miktar TYPE numeric(10, 2)")
    done(hotel.url, "db", "init", "--quiet")
    move = (
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
        " VALUES (1, CAST(:kind AS hareket_tipi), :units, CAST(:at AS timestamptz))"
    )
    sql(hotel.url, move, kind="giris", units=4, at="2025-11-01 08:00")
    for hour in range(10):
        sql(hotel.url, move, kind="cikis", units=0.4, at=f"2025-11-02 {hour + 8:02d}:00")
    _collect(hotel)
    levels = {key[2]: value for key, (value, _) in points(hotel.url, "stock_level").items()}
    assert levels[max(levels)] == 0
