"""Minutes at doors that stayed shut are not counted as an attendant's pace."""

import pytest
from support.hotels.application import Application
from support.hotels.simulated import AS_OF, done, points, sql

DAY = "2025-11-16"
PACE = ("refill_duration", 1, f"{DAY} 00:00:00+02")


@pytest.fixture
def hotel(installed: Application) -> Application:
    """Four rooms of one attendant: ten minutes each, and thirty before the last."""
    for room, at in ((1, "10:00"), (2, "10:10"), (3, "10:20"), (4, "10:50")):
        installed.setup(room, f"{DAY} {at}", 1, 1)
    return installed


def knock(hotel: Application, at: str, attendant: int = 1, kind: str = "dnd") -> None:
    """A record of zero length, as the application writes one for each knock."""
    sql(
        hotel.url,
        "INSERT INTO oda_kontrol_kayitlari (oda_id, personel_id, kontrol_tarihi, baslangic_zamani, bitis_zamani,"
        " kontrol_tipi, olusturma_tarihi) VALUES (5, :attendant, CAST(:day AS date), CAST(:at AS timestamptz),"
        " CAST(:at AS timestamptz), :kind, CAST(:at AS timestamptz))",
        attendant=attendant, day=DAY, at=f"{DAY} {at}", kind=kind,
    )  # fmt: skip


def gaps(hotel: Application) -> list[float]:
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    found: list[float] = points(hotel.url, "refill_duration")[PACE][1]["gap_minutes"]
    return found


def test_a_gap_with_a_knock_in_it_says_nothing_of_the_pace(hotel: Application) -> None:
    knock(hotel, "10:30")
    knock(hotel, "10:40")
    assert gaps(hotel) == [10, 10]


def test_a_gap_without_a_knock_counts(hotel: Application) -> None:
    assert gaps(hotel) == [10, 10, 30]


def test_somebody_else_s_knock_costs_no_time(hotel: Application) -> None:
    knock(hotel, "10:30", attendant=2)
    knock(hotel, "12:00")
    assert gaps(hotel) == [10, 10, 30]


def test_a_knock_is_not_a_check(hotel: Application) -> None:
    knock(hotel, "10:30")
    gaps(hotel)
    assert {entity for _, entity, _ in points(hotel.url, "room_consumption")} == {1, 2, 3, 4}


# Minutes in rooms


def _control(hotel: Application, room: int, began: str, ended: str | None, kind: str = "urun_eklendi") -> None:
    sql(
        hotel.url,
        "INSERT INTO oda_kontrol_kayitlari (oda_id, personel_id, kontrol_tarihi, baslangic_zamani, bitis_zamani,"
        " kontrol_tipi, olusturma_tarihi) VALUES (:room, 1, CAST(:day AS date), CAST(:began AS timestamptz),"
        " CAST(:ended AS timestamptz), :kind, CAST(:began AS timestamptz))",
        room=room, day=DAY, began=f"{DAY} {began}", ended=ended and f"{DAY} {ended}", kind=kind,
    )  # fmt: skip


def test_minutes_in_rooms_are_those_of_records_with_both_ends(hotel: Application) -> None:
    _control(hotel, 1, "09:57", "10:00")
    _control(hotel, 1, "10:00:20", "10:00:20")
    _control(hotel, 2, "10:06:30", "10:10")
    _control(hotel, 3, "10:20", None, kind="sarfiyat_yok")
    _control(hotel, 4, "08:20", "10:50")
    knock(hotel, "10:30")
    gaps(hotel)
    context = points(hotel.url, "refill_duration")[PACE][1]
    assert context["room_minutes"] == [3, 3.5]
    assert context["room_items"] == [2, 2]


def test_a_hotel_without_control_records_has_no_minutes_in_rooms(hotel: Application) -> None:
    gaps(hotel)
    assert "room_minutes" not in points(hotel.url, "refill_duration")[PACE][1]
