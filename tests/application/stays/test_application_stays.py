"""Stays as the application keeps them: lists that overwrite each other, no-shows, impossible stays, tasks, signs."""

from datetime import date

import pytest
from support.hotels.application import Application
from support.hotels.simulated import done, points, sql, state

AS_OF = "2025-11-17"
UNCERTAIN = {"after_departure_check", "before_arrival", "around_departure"}


@pytest.fixture
def bare(installed: Application) -> Application:
    """The hotel without stays, and the store."""
    return installed


@pytest.fixture
def hotel(bare: Application) -> Application:
    """The hotel with stays of room 5, so that occupancy is known."""
    bare.recorded(date(2025, 11, 1), date(2025, 11, 16))
    return bare


def _collect(hotel: Application, as_of: str = AS_OF) -> None:
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")


def _vacant(hotel: Application, room: int = 1, as_of: str = AS_OF) -> dict[str, float]:
    """Units by day at checks of a room that was certainly vacant."""
    _collect(hotel, as_of)
    found = points(hotel.url, "vacant_consumption").items()
    return {k[2][:10]: value for k, (value, c) in found if k[1] == room and not UNCERTAIN & c.keys()}


def _contexts(hotel: Application, metric: str = "room_consumption", room: int = 1) -> dict[str, dict[str, object]]:
    return {k[2][:10]: context for k, (_, context) in points(hotel.url, metric).items() if k[1] == room}


def test_the_same_visits_without_a_stay_are_a_theft(hotel: Application) -> None:
    """The control of the tests below: what makes them silent is the stay, and nothing else."""
    hotel.empty(1, "2025-11-09 10:00")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    assert _vacant(hotel) == {"2025-11-11": 3}


@pytest.mark.parametrize(
    ("arrives", "departs", "guests"),
    [("2025-11-08", "2025-11-12", 0), ("2025-11-08", "2099-12-31", 2), ("2025-11-10", "2024-11-12", 2),
     ("2025-11-12", "2025-11-10", 2), ("2026-11-08", "2025-11-12", 2), ("2026-01-11", "2025-11-12", 2)],
)  # fmt: skip
def test_a_stay_that_cannot_be_right_makes_the_room_unknown_and_is_listed(
    hotel: Application, arrives: str, departs: str, guests: int, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel.empty(1, "2025-11-09 10:00")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    hotel.stay(1, arrives, departs, guests)
    assert _vacant(hotel) == {}
    assert _contexts(hotel)["2025-11-11"]["known"] is False
    done(hotel.url, "db", "check")
    assert "1 refused" in capsys.readouterr().out


def test_a_guest_whom_a_later_list_overwrote_is_remembered(bare: Application) -> None:
    bare.recorded(date(2025, 11, 1), date(2025, 11, 16))
    row = bare.stay(1, "2025-11-10", "2025-11-12", made="2025-11-10 08:00")
    bare.empty(1, "2025-11-10 10:00")
    _collect(bare, "2025-11-11T20:00")
    bare.overwrite(row, "2025-11-12", "2025-11-15", at="2025-11-12 08:00")
    bare.setup(1, "2025-11-12 09:00", 1, 3)
    assert _vacant(bare) == {}
    context = _contexts(bare)["2025-11-12"]
    assert (context["known"], context["nights"], context["guest_nights"]) == (True, 2, 4)


def test_a_guest_whom_nobody_saw_before_the_list_overwrote_the_row_is_unknown(hotel: Application) -> None:
    row = hotel.stay(1, "2025-11-10", "2025-11-12", made="2025-11-10 08:00")
    hotel.overwrite(row, "2025-11-12", "2025-11-15", at="2025-11-12 08:00")
    hotel.empty(1, "2025-11-10 10:00")
    hotel.setup(1, "2025-11-12 09:00", 1, 3)
    assert _vacant(hotel) == {}
    assert _contexts(hotel)["2025-11-12"]["known"] is False


def test_a_deleted_upload_makes_its_nights_unknown_and_not_vacant(hotel: Application) -> None:
    stay = hotel.stay(1, "2025-11-10", "2025-11-13")
    hotel.empty(1, "2025-11-10 10:00")
    hotel.setup(1, "2025-11-12 09:00", 1, 3)
    _collect(hotel, "2025-11-12T20:00")
    sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE id = :id", id=stay)
    assert _vacant(hotel) == {}
    assert _contexts(hotel)["2025-11-12"]["known"] is False
    states = sql(hotel.url, "SELECT night, array_agg(state ORDER BY id) FROM minibar_ml.ml_nights"
                 " WHERE room_id = 1 AND night = '2025-11-10' GROUP BY night")  # fmt: skip
    assert [tuple(row) for row in states] == [(date(2025, 11, 10), ["occupied", "unknown"])]


def test_an_arrival_that_no_list_confirms_is_no_guest_and_no_vacancy(hotel: Application) -> None:
    hotel.uploads(date(2025, 11, 1), date(2025, 11, 16))
    for room in (1, 2):
        hotel.stay(room, "2025-11-10", "2025-11-14", kind="arrival", code=f"a{room}")
        hotel.empty(room, "2025-11-10 10:00")
        hotel.setup(room, "2025-11-12 10:00", 1, 2)
    hotel.stay(2, "2025-11-10", "2025-11-14", kind="in_house", code="h")
    assert _vacant(hotel, 1) == {}
    known = {room: _contexts(hotel, room=room)["2025-11-12"]["known"] for room in (1, 2)}
    assert known == {1: False, 2: True}
    occupancy = {key[2][:10]: value for key, (value, _) in points(hotel.url, "occupancy").items()}
    assert occupancy["2025-11-11"] == pytest.approx(2 / 5)


def test_a_day_whose_in_house_list_never_came_is_not_known(hotel: Application) -> None:
    hotel.uploads(date(2025, 11, 1), date(2025, 11, 16), date(2025, 11, 11), date(2025, 11, 12))
    for day in ("09", "10", "12", "14", "15"):
        hotel.setup(1, f"2025-11-{day} 10:00", 1, 1)
    # On the 12th the check before was on the 10th; on the 14th nobody had listed who slept there before the 12th.
    assert set(_vacant(hotel)) == {"2025-11-10", "2025-11-15"}
    missing = {f"2025-11-{day:02d}" for day in range(2, 17)} - {k[2][:10] for k in points(hotel.url, "occupancy")}
    assert missing == {"2025-11-11"}


def test_sharers_in_rows_of_one_list_add_up_and_lists_of_one_stay_do_not(hotel: Application) -> None:
    for _ in range(4):
        hotel.stay(1, "2025-11-10", "2025-11-12", guests=1, kind="in_house", code="inhouse-1")
    hotel.stay(1, "2025-11-10", "2025-11-12", guests=2, kind="arrival", code="arrivals-1")
    hotel.stay(1, "2025-11-10", "2025-11-12", guests=1, kind="departure", code="departures-1")
    hotel.empty(1, "2025-11-10 10:00")
    hotel.setup(1, "2025-11-12 10:00", 1, 2)
    _collect(hotel)
    assert _contexts(hotel)["2025-11-12"]["guest_nights"] == 8


def test_a_room_let_for_the_day_has_an_exposure_of_its_own(hotel: Application) -> None:
    hotel.empty(1, "2025-11-09 09:00")
    hotel.empty(1, "2025-11-10 09:00")
    hotel.stay(1, "2025-11-10 10:00", "2025-11-10 17:00")
    hotel.setup(1, "2025-11-10 18:00", 1, 30)
    assert _vacant(hotel) == {}
    context = _contexts(hotel)["2025-11-10"]
    assert (context["known"], context["nights"], context["guest_nights"], context["day_use"]) == (True, 1, 2, True)


def test_a_room_let_for_the_day_with_its_hours_the_wrong_way_round_is_unknown(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel.empty(1, "2025-11-10 09:00")
    hotel.stay(1, "2025-11-10 17:00", "2025-11-10 10:00")
    hotel.setup(1, "2025-11-10 13:00", 1, 30)
    assert _vacant(hotel) == {}
    assert _contexts(hotel)["2025-11-10"]["known"] is False
    done(hotel.url, "db", "check")
    assert "1 refused, departure before arrival" in " ".join(capsys.readouterr().out.split())


def test_a_sign_at_the_door_is_a_guest_in_the_room(hotel: Application) -> None:
    hotel.empty(1, "2025-11-09 10:00")
    sql(
        hotel.url,
        "INSERT INTO oda_dnd_kayitlari (oda_id, otel_id, kayit_tarihi, dnd_sayisi, son_dnd_zamani, durum,"
        " olusturma_tarihi) VALUES (1, 1, '2025-11-10', 1, '2025-11-10 11:00', 'aktif', now())",
    )
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    assert _vacant(hotel) == {}


def _task(hotel: Application, day: str, kind: str, room: int, leaves: str | None = None) -> None:
    header = sql(
        hotel.url,
        "INSERT INTO gunluk_gorevler (otel_id, gorev_tarihi, gorev_tipi, durum, olusturma_tarihi) VALUES"
        " (1, CAST(:day AS date), CAST(:kind AS gorev_tipi_enum), 'pending', now()) RETURNING id",
        day=day, kind=kind,
    )[0][0]  # fmt: skip
    sql(
        hotel.url,
        "INSERT INTO gorev_detaylari (gorev_id, oda_id, durum, cikis_saati, oncelik_sirasi, dnd_sayisi)"
        " VALUES (:header, :room, 'pending', CAST(:leaves AS time), 1, 0)",
        header=header, room=room, leaves=leaves,
    )  # fmt: skip


def test_a_room_task_outlives_the_list_that_it_was_made_of(hotel: Application) -> None:
    hotel.empty(1, "2025-11-09 10:00")
    _task(hotel, "2025-11-10", "inhouse_kontrol", 1)
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    assert _vacant(hotel) == {}


def test_the_hour_of_a_departure_that_its_task_names_is_the_one_that_was_planned(hotel: Application) -> None:
    for room, hour in ((1, "08:00"), (2, "13:00")):
        hotel.stay(room, "2025-11-08", "2025-11-10")
        _task(hotel, "2025-11-10", "departure_kontrol", room, leaves=hour)
        hotel.empty(room, "2025-11-10 10:30")
        hotel.setup(room, "2025-11-11 10:00", 1, 2)
    assert (_vacant(hotel, 1), _vacant(hotel, 2)) == ({}, {})
    assert _contexts(hotel, "vacant_consumption")["2025-11-11"]["around_departure"] is True
    # The guest of room 2 was to be there after the check.
    assert "2025-11-11" not in _contexts(hotel, "vacant_consumption", 2)


def test_an_hour_of_departure_is_a_fact_once_a_list_loaded_after_it_has_it(hotel: Application) -> None:
    for room, loaded in ((1, "08:00"), (2, "09:30")):
        hotel.stay(room, "2025-11-08", "2025-11-10 09:00", kind="departure", made=f"2025-11-10 {loaded}")
        hotel.empty(room, "2025-11-10 12:30")
        hotel.setup(room, "2025-11-11 10:00", 1, 2)
    assert (_vacant(hotel, 1), _vacant(hotel, 2)) == ({}, {"2025-11-11": 2})
    assert _contexts(hotel, "vacant_consumption", 1)["2025-11-11"]["around_departure"] is True


def test_a_former_guests_hour_on_an_overwritten_row_is_no_hour(hotel: Application) -> None:
    row = hotel.stay(1, "2025-11-06", "2025-11-08 09:00", kind="departure", made="2025-11-08 09:30")
    _collect(hotel, "2025-11-09T02:00")
    hotel.overwrite(row, "2025-11-08", "2025-11-10", at="2025-11-10 09:30")
    hotel.empty(1, "2025-11-10 12:30")
    hotel.setup(1, "2025-11-11 10:00", 1, 2)
    assert _vacant(hotel) == {}
    assert _contexts(hotel, "vacant_consumption")["2025-11-11"]["after_departure_check"] is True


def test_after_the_departure_check_it_is_evidence_until_late_guests_have_left(hotel: Application) -> None:
    for room, hour in ((1, "10:00"), (2, "18:30")):
        hotel.stay(room, "2025-11-08", "2025-11-10")
        hotel.empty(room, f"2025-11-10 {hour}")
        hotel.setup(room, "2025-11-11 10:00", 1, 2)
    assert (_vacant(hotel, 1), _vacant(hotel, 2)) == ({}, {"2025-11-11": 2})
    context = _contexts(hotel, "vacant_consumption")["2025-11-11"]
    assert (context["after_departure_check"], context["check_hour"]) == (True, 10)


def test_a_guest_who_was_to_leave_after_the_check_is_no_vacancy(hotel: Application) -> None:
    hotel.stay(1, "2025-11-08", "2025-11-10 11:00")
    hotel.empty(1, "2025-11-10 09:00")
    hotel.setup(1, "2025-11-11 10:00", 1, 2)
    _collect(hotel)
    assert "2025-11-11" not in _contexts(hotel, "vacant_consumption")


def test_an_earlier_check_out_time_of_the_house_makes_it_a_vacant_room(hotel: Application) -> None:
    hotel.stay(1, "2025-11-08", "2025-11-10")
    hotel.empty(1, "2025-11-10 14:30")
    hotel.setup(1, "2025-11-11 10:00", 1, 2)
    state(hotel.url, ML_CHECK_OUT_TIME="08:00")
    done(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    assert "after_departure_check" not in _contexts(hotel, "vacant_consumption")["2025-11-11"]
