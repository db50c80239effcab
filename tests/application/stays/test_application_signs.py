"""Guests whom only a sign at the door or a list of another year shows: the room is unknown, never empty."""

from datetime import date

import pytest
from support.hotels.application import Application
from support.hotels.simulated import command, done, points, sql

DAY = "2025-11-10"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel with stays of room 5 alone; 3 units are missing from room 1, checked on 9 and 11 November."""
    installed.recorded(date(2025, 11, 1), date(2025, 11, 16))
    installed.empty(1, "2025-11-09 10:00")
    installed.setup(1, "2025-11-11 10:00", 1, 3)
    return installed


def _vacant(hotel: Application, room: int = 1) -> dict[str, float]:
    """Units found missing from a room while certainly nobody was there, by day."""
    done(hotel.url, "collect", "--as-of", "2025-11-17", "--quiet")
    found = points(hotel.url, "vacant_consumption").items()
    certain = {key: value for key, (value, context) in found if "after_departure_check" not in context}
    return {key[2][:10]: value for key, value in certain.items() if value and key[1] == room}


def _control(hotel: Application, kind: str, room: int = 1, hour: str = "12:00") -> None:
    sql(
        hotel.url,
        "INSERT INTO oda_kontrol_kayitlari (oda_id, personel_id, kontrol_tarihi, baslangic_zamani, bitis_zamani,"
        " kontrol_tipi, olusturma_tarihi) VALUES (:room, 1, CAST(:day AS date), CAST(:at AS timestamptz),"
        " CAST(:at AS timestamptz), :kind, CAST(:at AS timestamptz))",
        room=room, day=DAY, at=f"{DAY} {hour}", kind=kind,
    )  # fmt: skip


def test_without_a_sign_the_room_was_vacant(hotel: Application) -> None:
    _control(hotel, "dnd", room=2)
    assert _vacant(hotel) == {"2025-11-11": 3}


def test_a_knock_that_only_the_control_records_have_shows_a_guest(hotel: Application) -> None:
    _control(hotel, "dnd")
    assert _vacant(hotel) == {}


def test_a_knock_that_was_noted_on_a_task_shows_a_guest(hotel: Application) -> None:
    sql(
        hotel.url,
        "INSERT INTO gunluk_gorevler (id, otel_id, gorev_tarihi, gorev_tipi, durum, olusturma_tarihi)"
        " VALUES (1, 1, CAST(:day AS date), 'inhouse_yukleme', 'pending', now());"
        " INSERT INTO gorev_detaylari (id, gorev_id, oda_id, durum, oncelik_sirasi, dnd_sayisi)"
        " VALUES (1, 1, 1, 'dnd_pending', 1, 1);"
        " INSERT INTO dnd_kontroller (gorev_detay_id, kontrol_zamani)"
        " VALUES (1, CAST(:day AS date) + time '12:00')",
        day=DAY,
    )
    assert _vacant(hotel) == {}


@pytest.mark.parametrize("is_knocked", [False, True])
def test_the_later_of_two_looks_at_a_sign_counts_wherever_it_stands(hotel: Application, is_knocked: bool) -> None:
    hotel.stay(2, "2025-11-08", DAY, made="2025-11-09 08:00")
    hotel.empty(2, f"{DAY} 18:30")
    hotel.setup(2, f"{DAY} 23:30", 1, 2)
    sql(
        hotel.url,
        "INSERT INTO oda_dnd_kayitlari (oda_id, otel_id, kayit_tarihi, dnd_sayisi, ilk_dnd_zamani, durum,"
        " olusturma_tarihi) VALUES (2, 1, CAST(:day AS date), 1, CAST(:day AS date) + time '09:00', 'aktif', now())",
        day=DAY,
    )
    if is_knocked:
        _control(hotel, "dnd", room=2, hour="19:30")
    assert _vacant(hotel, room=2) == ({} if is_knocked else {DAY: 2})


# Lists of another year


@pytest.mark.parametrize("kind", ["in_house", "arrival"])
@pytest.mark.parametrize(
    ("arrives", "departs", "listed", "is_unknown"),
    [
        ("2024-11-09", "2024-11-12", "2025-11-10 08:00", True),
        ("2026-11-09", "2026-11-12", "2025-11-10 08:00", True),
        ("2024-11-09", "2024-11-12", "2024-11-10 08:00", False),
        ("2024-03-09", "2024-03-12", "2025-11-10 08:00", False),
    ],
    ids=["a year back", "a year ahead", "last year's list", "another season"],
)
def test_a_guest_listed_with_another_year_leaves_the_room_unknown(
    hotel: Application, kind: str, arrives: str, departs: str, listed: str, is_unknown: bool
) -> None:
    hotel.stay(1, arrives, departs, kind=kind, made=listed)
    assert _vacant(hotel) == ({} if is_unknown else {"2025-11-11": 3})
    context = next(c for k, (_, c) in points(hotel.url, "room_consumption").items() if k[1] == 1 and "11-11" in k[2])
    assert context["known"] is not is_unknown


def test_such_a_row_is_listed_for_somebody_to_correct(hotel: Application, capsys: pytest.CaptureFixture[str]) -> None:
    stay = hotel.stay(1, "2024-11-09", "2024-11-12", made="2025-11-10 08:00")
    _vacant(hotel)
    capsys.readouterr()
    assert command(hotel.url, "db", "check", "--json") == 0
    out = capsys.readouterr().out
    assert "dates of another year than the list" in out and f'"example_id": {stay}' in out


def test_a_list_that_has_the_year_right_settles_it(hotel: Application) -> None:
    hotel.stay(1, "2024-11-09", "2024-11-12", made="2025-11-10 08:00")
    hotel.stay(1, "2025-11-09", "2025-11-12", made="2025-11-10 09:00")
    assert _vacant(hotel) == {}
    context = next(c for k, (_, c) in points(hotel.url, "room_consumption").items() if k[1] == 1 and "11-11" in k[2])
    assert (context["known"], context["nights"]) == (True, 2)


def test_a_sign_on_the_first_day_that_is_read_is_not_recorded_again_by_each_run(hotel: Application) -> None:
    """60 days before the look back of 12 January: of the night before, the record is not read."""
    _control(hotel, "dnd")
    for as_of in ("2025-11-17", "2026-01-12T10:00", "2026-01-12T10:15", "2026-01-12T10:30"):
        done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    recorded = "SELECT count(*) AS n FROM minibar_ml.ml_nights WHERE room_id = 1 AND night = '2025-11-09'"
    assert sql(hotel.url, recorded)[0].n == 1
