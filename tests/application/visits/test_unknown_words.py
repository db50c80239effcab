"""Words that nobody knows, and rows that are no checks: neither proves what was missing, and nobody is accused."""

import json

import pytest
from support.hotels.application import Application
from support.hotels.presence import context, listed_hotel, vacant
from support.hotels.simulated import command, done, points, sql

GUEST = "2025-11-07 15:00", "2025-11-09 08:00"
NO_CHECKS = ("hediye", "doldurma", "setup_disi_ekleme")


@pytest.fixture
def hotel(installed: Application) -> Application:
    """A guest of room 1 has left on 9 November; checked was the room before."""
    made = listed_hotel(installed)
    made.empty(1, "2025-11-06 10:00")
    made.stay(1, *GUEST, made="2025-11-09 08:30")
    return made


def _found(hotel: Application, day: str) -> dict[str, object] | None:
    """The context of what a day's check found missing from the vacant room."""
    done(hotel.url, "collect", "--as-of", "2025-11-17T02:00", "--quiet")
    found = points(hotel.url, "vacant_consumption").items()
    return next((context for key, (_, context) in found if key[1:] == (1, f"{day} 00:00:00+02")), None)


@pytest.mark.parametrize("kind", NO_CHECKS)
def test_what_the_guest_took_is_the_guests_though_rows_that_are_no_checks_came_between(
    hotel: Application, kind: str
) -> None:
    hotel.row(1, "2025-11-10 14:00", kind, (1, 0, 1, 0))
    hotel.row(1, "2025-11-11 14:00", kind, (1, 0, 1, 0))
    hotel.setup(1, "2025-11-12 11:30", 2, 6)
    assert _found(hotel, "2025-11-12") is None
    known = context(hotel, "2025-11-12")
    assert (known["previous_on"], known["known"]) == ("2025-11-11", False)


@pytest.mark.parametrize("kind", NO_CHECKS)
def test_a_row_that_is_no_check_makes_no_second_check_of_one(hotel: Application, kind: str) -> None:
    hotel.empty(1, "2025-11-09 15:00")
    hotel.row(1, "2025-11-10 14:00", kind, (1, 0, 1, 0))
    hotel.setup(1, "2025-11-12 11:30", 2, 6)
    found = _found(hotel, "2025-11-12")
    assert found is not None
    assert found["after_first_check"] is True
    assert context(hotel, "2025-11-12")["known"] is False


def test_two_checks_make_it_certain(hotel: Application) -> None:
    """The control of the two above."""
    hotel.empty(1, "2025-11-09 15:00")
    hotel.empty(1, "2025-11-10 14:00")
    hotel.setup(1, "2025-11-12 11:30", 2, 6)
    found = _found(hotel, "2025-11-12")
    assert found is not None
    assert "after_first_check" not in found
    assert context(hotel, "2025-11-12")["known"] is True


@pytest.mark.parametrize("kind", NO_CHECKS)
def test_a_run_that_does_not_read_the_row_any_more_says_the_same(hotel: Application, kind: str) -> None:
    hotel.row(1, "2025-11-10 14:00", kind, (1, 0, 1, 0))
    hotel.setup(1, "2025-11-13 11:30", 2, 6)
    assert _found(hotel, "2025-11-13") is None
    before = points(hotel.url, "room_consumption", "vacant_consumption")
    done(hotel.url, "collect", "--as-of", "2025-11-17T03:00", "--since", "2025-11-12", "--quiet")
    assert points(hotel.url, "room_consumption", "vacant_consumption") == before


@pytest.mark.parametrize("kind", ["setup_kontrol", "yeniden_dolum"])
def test_a_check_whose_line_has_no_units_found_nobody_knows_what(hotel: Application, kind: str) -> None:
    row = hotel.row(2, "2025-11-10 10:00", kind, (1, 0, 0, 0))
    hotel.empty(2, "2025-11-08 10:00")
    sql(hotel.url, "UPDATE minibar_islem_detay SET tuketim = NULL, eklenen_miktar = NULL WHERE islem_id = :r", r=row)
    hotel.setup(2, "2025-11-12 10:00", 1, 3)
    done(hotel.url, "collect", "--as-of", "2025-11-17T02:00", "--quiet")
    found = {key[2][:10]: c for key, (_, c) in points(hotel.url, "room_consumption").items() if key[1] == 2}
    assert set(found) == {"2025-11-08", "2025-11-12"}
    assert found["2025-11-12"]["known"] is False


@pytest.mark.parametrize("kind", ["rezervasyon", "no_show", "INHOUSE"])
def test_a_stay_on_a_list_that_nobody_knows_accuses_nobody(hotel: Application, kind: str) -> None:
    hotel.empty(2, "2025-11-09 10:00")
    hotel.stay(2, "2025-11-08", "2025-11-12", kind=kind)
    hotel.setup(2, "2025-11-11 10:00", 1, 3)
    assert vacant(hotel, room=2) == {}
    assert context(hotel, "2025-11-11", room=2)["known"] is False


@pytest.mark.parametrize(
    ("status", "lines", "is_loaded"),
    [("tamamlandi", 10, True), ("yuklendi", None, True), ("silindi", 10, True), ("hata", 10, False),
     ("hata", None, False), ("isleniyor", 0, False), ("bozuk", 10, False)],
)  # fmt: skip
def test_a_file_that_ended_in_an_error_was_not_loaded(
    hotel: Application, capsys: pytest.CaptureFixture[str], status: str, lines: int | None, is_loaded: bool
) -> None:
    hotel.empty(2, "2025-11-09 10:00")
    hotel.setup(2, "2025-11-12 10:00", 1, 3)
    sql(
        hotel.url,
        "INSERT INTO dosya_yuklemeleri (islem_kodu, otel_id, dosya_tipi, yukleme_tarihi, durum, toplam_satir,"
        " basarili_satir, hatali_satir) VALUES ('f', 1, 'in_house', '2025-11-11 08:00', :status, :lines, 0, 0)",
        status=status, lines=lines,
    )  # fmt: skip
    assert vacant(hotel, room=2) == ({"2025-11-12": 3} if is_loaded else {})
    capsys.readouterr()
    assert command(hotel.url, "db", "check", "--json") == 0
    files = next(p for p in json.loads(capsys.readouterr().out)["parts"] if p["part"] == "files")
    assert files["unknown_words"] == ({"bozuk": 1} if status == "bozuk" else {})
    assert bool(files["refused"]) is not is_loaded


@pytest.mark.parametrize("word", ["duzeltme", "geri", None])
def test_a_draw_under_a_word_that_nobody_knows_may_be_a_correction(
    hotel: Application, capsys: pytest.CaptureFixture[str], word: str | None
) -> None:
    sql(
        hotel.url,
        "INSERT INTO otel_zimmet_stok (id, otel_id, urun_id, toplam_miktar, kullanilan_miktar, kalan_miktar)"
        " VALUES (1, 1, 1, 500, 0, 500)",
    )
    draw = (
        "INSERT INTO personel_zimmet_kullanim (otel_zimmet_stok_id, personel_id, urun_id, kullanilan_miktar,"
        " islem_tarihi, islem_tipi) VALUES (1, 1, 1, :units, CAST(:at AS timestamptz), :word)"
    )
    for day in range(10, 16):
        for room in (3, 4):
            hotel.setup(room, f"2025-11-{day} 09:{room}0", 1, 5)
            sql(hotel.url, draw, units=5, at=f"2025-11-{day} 09:{room}0", word="minibar_kullanim")
    sql(hotel.url, draw, units=8, at="2025-11-10 12:00", word="minibar_kullanim")
    assert _lost(hotel) == {"2025-11-10": 8}
    sql(hotel.url, draw, units=8, at="2025-11-11 12:05", word=word)
    assert _lost(hotel) == {}
    capsys.readouterr()
    assert command(hotel.url, "db", "check", "--json") == 0
    draws = next(p for p in json.loads(capsys.readouterr().out)["parts"] if p["part"] == "draws")
    assert draws["unknown_words"] == ({} if word == "duzeltme" else {word or "NULL": 1})


def _lost(hotel: Application) -> dict[str, float]:
    done(hotel.url, "collect", "--as-of", "2025-11-17T02:00", "--quiet")
    return {key[2][:10]: value for key, (value, _) in points(hotel.url, "custody_loss").items() if value}
