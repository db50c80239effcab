"""Who was there, as lists show it over time: extensions, early leavers, walk-ins, day use."""

from datetime import date

import pytest
from support.hotels.application import Application
from support.hotels.presence import context, listed_hotel, states, vacant
from support.hotels.simulated import points, sql


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel whose lists are loaded every morning, and the store."""
    return listed_hotel(installed)


def _named_again(hotel: Application, stay: int, *mornings: str) -> None:
    """A standard list names the guest of a row once more."""
    for morning in mornings:
        sql(hotel.url, "UPDATE misafir_kayitlari SET guncelleme_tarihi = CAST(:at AS timestamptz) WHERE id = :id",
            id=stay, at=f"{morning} 08:00")  # fmt: skip


def _others(hotel: Application, *rooms: int) -> None:
    """Guests of other rooms whom every day's list names until they leave."""
    for room in rooms:
        stay = hotel.stay(room, "2025-11-02", "2025-11-15", made="2025-11-03 08:00", code=f"o{room}")
        _named_again(hotel, stay, "2025-11-15")


# Room tasks


@pytest.mark.parametrize("departs", ["2025-11-10", "2025-11-12"])
def test_a_room_of_the_morning_whose_guest_leaves_that_day_is_vacant_that_night(
    hotel: Application, departs: str
) -> None:
    stay = hotel.stay(1, "2025-11-08", departs, made="2025-11-09 08:00")
    sql(
        hotel.url,
        "INSERT INTO gunluk_gorevler (id, otel_id, gorev_tarihi, gorev_tipi, durum, olusturma_tarihi)"
        " VALUES (1, 1, '2025-11-10', 'inhouse_kontrol', 'pending', '2025-11-10');"
        "INSERT INTO gorev_detaylari (gorev_id, oda_id, durum, oncelik_sirasi, dnd_sayisi)"
        " VALUES (1, 1, 'pending', 999, 0)",
    )
    hotel.empty(1, "2025-11-10 18:30")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    if departs == "2025-11-12":
        sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE id = :id", id=stay)
    assert vacant(hotel) == ({"2025-11-11": 3} if departs == "2025-11-10" else {})
    assert states(hotel, "2025-11-10")[-1:] == ([] if departs == "2025-11-10" else ["unknown"])


# Extensions that are entered late


@pytest.mark.parametrize(("named_at", "known_vacant"), [("2025-11-10", True), ("2025-11-11", False)])
def test_a_guest_whom_a_list_names_after_the_departure_was_there(
    hotel: Application, named_at: str, known_vacant: bool
) -> None:
    stay = hotel.stay(1, "2025-11-08", "2025-11-10", made="2025-11-09 08:00")
    _named_again(hotel, stay, named_at)
    hotel.empty(1, "2025-11-10 18:30")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    assert vacant(hotel) == ({"2025-11-11": 3} if known_vacant else {})
    assert context(hotel, "2025-11-11")["known"] is known_vacant
    assert ("unknown" in states(hotel, "2025-11-10")) is not known_vacant


def test_a_guest_whom_a_list_names_in_the_evening_of_the_departure_has_not_left(hotel: Application) -> None:
    for room, hour in ((1, "20:30"), (2, "11:30")):
        stay = hotel.stay(room, "2025-11-08", "2025-11-10", made="2025-11-09 08:00", code=f"h{room}")
        hotel.overwrite(stay, "2025-11-08", "2025-11-10", at=f"2025-11-10 {hour}")
        hotel.empty(room, "2025-11-10 18:30")
        hotel.setup(room, "2025-11-11 10:00", 1, 3)
    assert (vacant(hotel, room=1), vacant(hotel, room=2)) == ({}, {"2025-11-11": 3})


def _late(hotel: Application, day: int, leaving: tuple[int, ...], named: tuple[int, ...]) -> None:
    """Guests of two nights who leave that day, and which of them a list names that is loaded in the evening."""
    first, last = f"2025-11-{day - 2:02d}", f"2025-11-{day:02d}"
    for room in leaving:
        stay = hotel.stay(room, first, last, made=f"2025-11-{day - 1:02d} 08:00", code=f"l{room}-{day}")
        if room in named:
            hotel.overwrite(stay, first, last, at=f"{last} 20:30")


@pytest.mark.parametrize(("named", "known_vacant"), [((1, 2, 3, 4), True), ((1, 2, 3), False), ((1,), False)])
def test_a_late_list_that_names_nearly_all_who_left_was_printed_in_the_morning(
    hotel: Application, named: tuple[int, ...], known_vacant: bool
) -> None:
    _late(hotel, 10, (1, 2, 3, 4), named)
    hotel.empty(1, "2025-11-10 18:30")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    assert vacant(hotel) == ({"2025-11-11": 3} if known_vacant else {})
    assert (states(hotel, "2025-11-10") == []) is known_vacant


@pytest.mark.parametrize("others_named", [True, False])
def test_a_late_list_of_few_leavers_is_taken_for_what_the_others_are(hotel: Application, others_named: bool) -> None:
    sql(
        hotel.url,
        "DELETE FROM misafir_kayitlari WHERE oda_id = 5 AND cikis_tarihi BETWEEN '2025-11-04' AND '2025-11-10'",
    )
    for day in (4, 6, 8):
        _late(hotel, day, (2, 3, 4), (2, 3, 4) if others_named else (2,))
    _late(hotel, 10, (1,), (1,))
    hotel.empty(1, "2025-11-10 18:30")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    assert vacant(hotel) == ({"2025-11-11": 3} if others_named else {})


@pytest.mark.parametrize(("named", "found"), [((), {"2025-11-10": 2}), ((1, 2, 3, 4), {})])
def test_a_list_printed_in_the_morning_shows_nobody_who_came_after(
    hotel: Application, named: tuple[int, ...], found: dict[str, float]
) -> None:
    sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE oda_id = 5 AND cikis_tarihi = '2025-11-10'")
    sql(hotel.url, "DELETE FROM yukleme_gorevleri WHERE gorev_tarihi > '2025-11-10'")
    sql(hotel.url, "UPDATE yukleme_gorevleri SET yukleme_zamani = '2025-11-10 20:30+02'"
        " WHERE gorev_tarihi = '2025-11-10'")  # fmt: skip
    sql(hotel.url, "INSERT INTO odalar (id, kat_id, oda_no, oda_tipi_id) VALUES (6, 1, '106', 1)")
    _late(hotel, 10, (1, 2, 3, 4), named)
    hotel.empty(6, "2025-11-09 10:00")
    hotel.setup(6, "2025-11-10 17:00", 1, 2)
    assert vacant(hotel, "2025-11-11T02:00", room=6) == found


def test_what_is_found_after_a_departure_check_waits_for_the_list_of_the_next_morning(hotel: Application) -> None:
    stay = hotel.stay(1, "2025-11-08", "2025-11-10", made="2025-11-09 08:00")
    hotel.empty(1, "2025-11-10 13:00")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    sql(hotel.url, "UPDATE yukleme_gorevleri SET durum = 'pending' WHERE gorev_tarihi > '2025-11-11'")

    def found(as_of: str) -> bool:
        vacant(hotel, as_of)
        return any(key[1] == 1 for key in points(hotel.url, "vacant_consumption"))

    assert not found("2025-11-12T02:00")
    sql(hotel.url, "UPDATE yukleme_gorevleri SET durum = 'completed' WHERE gorev_tarihi = '2025-11-12'")
    assert found("2025-11-12T10:00")
    hotel.overwrite(stay, "2025-11-08", "2025-11-13", at="2025-11-12 08:30")
    assert not found("2025-11-13T02:00")


@pytest.mark.parametrize(("first", "second"), [(0, True), (2, False)])
def test_what_two_checks_of_the_day_after_the_departure_find_is_a_guest_who_stayed(
    hotel: Application, first: int, second: bool
) -> None:
    for room in (1, 2):
        hotel.stay(room, "2025-11-08", "2025-11-10", made="2025-11-09 08:00", code=f"a{room}")
        hotel.empty(room, "2025-11-10 13:00")
    if first:
        hotel.setup(1, "2025-11-11 09:00", 1, first)
    else:
        hotel.empty(1, "2025-11-11 09:00")
    hotel.setup(1, "2025-11-11 12:30", 2, 1)
    # Room 2 loses as much, and then there is another guest.
    hotel.setup(2, "2025-11-11 09:00", 1, 3)
    hotel.stay(2, "2025-11-11 11:00", "2025-11-13", made="2025-11-12 08:00", code="b")
    hotel.setup(2, "2025-11-11 12:30", 2, 1)
    assert (vacant(hotel) == {"2025-11-11": 1}) is second
    found = {key[1]: (units, context) for key, (units, context) in points(hotel.url, "vacant_consumption").items()}
    assert found[1][0] == 1
    assert ("after_departure_check" in found[1][1]) is not second
    assert (found[2][0], "after_departure_check" in found[2][1]) == (3, True)


def test_an_alert_ground_vanishes_when_the_extension_is_on_the_list(hotel: Application) -> None:
    stay = hotel.stay(1, "2025-11-08", "2025-11-10", made="2025-11-09 08:00")
    hotel.empty(1, "2025-11-11 09:00")
    hotel.empty(1, "2025-11-12 09:00")
    hotel.setup(1, "2025-11-13 09:00", 1, 2)
    assert vacant(hotel, "2025-11-14T12:00") == {"2025-11-13": 2}
    hotel.overwrite(stay, "2025-11-08", "2025-11-15", at="2025-11-15 08:00")
    assert vacant(hotel, "2025-11-16T02:00") == {}
    assert context(hotel, "2025-11-13")["nights"] == 1


def test_of_two_rows_of_one_arrival_the_one_written_later_counts(hotel: Application) -> None:
    hotel.stay(1, "2025-11-08", "2025-11-10", kind="arrival", made="2025-11-08 08:00", code="a")
    hotel.stay(1, "2025-11-08", "2025-11-13", kind="in_house", made="2025-11-10 08:00", code="h")
    hotel.stay(2, "2025-11-08", "2025-11-13", kind="in_house", made="2025-11-09 08:00", code="h")
    hotel.stay(2, "2025-11-08", "2025-11-10", kind="departure", made="2025-11-10 08:00", code="d")
    for room in (1, 2):
        hotel.empty(room, "2025-11-08 18:00")
        hotel.empty(room, "2025-11-12 10:00")
    vacant(hotel)
    assert [context(hotel, "2025-11-12", room)["nights"] for room in (1, 2)] == [4, 2]


def test_the_record_of_a_night_does_not_flip_between_rows(hotel: Application) -> None:
    hotel.stay(1, "2025-11-08", "2025-11-10", kind="arrival", made="2025-11-08 08:00", code="a")
    hotel.stay(1, "2025-11-08", "2025-11-12", kind="in_house", made="2025-11-08 20:30", code="h")
    for hour in ("02:00", "02:15", "02:30"):
        vacant(hotel, f"2025-11-13T{hour}")
    assert states(hotel, "2025-11-09") == ["occupied"]


# Guests who leave early


def test_a_guest_whom_the_lists_no_longer_name_may_have_left_and_the_room_is_unknown(hotel: Application) -> None:
    _others(hotel, 2, 3)
    stay = hotel.stay(1, "2025-11-06", "2025-11-12", made="2025-11-07 08:00")
    _named_again(hotel, stay, "2025-11-08")
    hotel.empty(1, "2025-11-07 10:00")
    hotel.empty(1, "2025-11-08 10:00")
    hotel.setup(1, "2025-11-10 10:00", 1, 4)
    assert vacant(hotel) == {}
    assert context(hotel, "2025-11-08")["nights"] == 1
    assert context(hotel, "2025-11-10")["known"] is False
    assert states(hotel, "2025-11-09") == ["unknown"]


def test_where_lists_do_not_name_everybody_every_day_silence_says_nothing(hotel: Application) -> None:
    for room in (1, 2, 3):
        hotel.stay(room, "2025-11-06", "2025-11-12", made="2025-11-07 08:00", code=f"p{room}")
    hotel.empty(1, "2025-11-08 10:00")
    hotel.setup(1, "2025-11-10 10:00", 1, 4)
    assert vacant(hotel) == {}
    assert (context(hotel, "2025-11-10")["known"], context(hotel, "2025-11-10")["nights"]) == (True, 2)


# Guests who do not come


def test_a_no_show_is_no_guest_though_the_room_is_let_again(hotel: Application) -> None:
    hotel.stay(1, "2025-11-05", "2025-11-09", kind="arrival", made="2025-11-05 08:00", code="a")
    hotel.stay(1, "2025-11-07", "2025-11-10", kind="in_house", made="2025-11-08 08:00", code="h")
    hotel.stay(2, "2025-11-05", "2025-11-09", kind="arrival", made="2025-11-05 08:00", code="a")
    hotel.stay(2, "2025-11-05", "2025-11-10", kind="in_house", made="2025-11-06 08:00", code="h")
    hotel.setup(1, "2025-11-05 09:00", 1, 1)
    hotel.setup(1, "2025-11-07 09:00", 1, 2)
    assert vacant(hotel) == {}
    assert context(hotel, "2025-11-07")["nights"] == 0
    assert context(hotel, "2025-11-07")["known"] is False
    recorded = {room: [states(hotel, f"2025-11-{day:02d}", room)[-1] for day in (5, 6, 7, 9)] for room in (1, 2)}
    assert recorded == {1: ["unknown", "unknown", "occupied", "occupied"], 2: ["occupied"] * 4}


# Guests without a booking


def test_what_is_found_in_the_evening_is_unknown_until_the_next_list_of_guests_in_house(hotel: Application) -> None:
    for room in (1, 2):
        hotel.empty(room, "2025-11-09 10:00")
        hotel.setup(room, "2025-11-10 19:00", 1, 2)
    early = "2025-11-11T02:00"
    sql(hotel.url, "DELETE FROM yukleme_gorevleri WHERE gorev_tarihi > '2025-11-10'")
    assert (vacant(hotel, early, 1), vacant(hotel, early, 2)) == ({}, {})
    assert context(hotel, "2025-11-10")["known"] is False
    hotel.uploads(date(2025, 11, 11), date(2025, 11, 11))
    hotel.stay(1, "2025-11-10", "2025-11-12", made="2025-11-11 08:00")
    assert (vacant(hotel, "2025-11-12T02:00", 1), vacant(hotel, "2025-11-12T02:00", 2)) == ({}, {"2025-11-10": 2})
    assert context(hotel, "2025-11-10", 2)["known"] is True


@pytest.mark.parametrize(
    ("next_list", "found"), [(None, {}), ("2025-11-11", {"2025-11-10": 2}), ("2025-11-12", {"2025-11-10": 2})]
)
def test_what_is_found_before_check_in_time_waits_for_a_list_that_was_loaded_after_it(
    hotel: Application, next_list: str | None, found: dict[str, float]
) -> None:
    sql(hotel.url, "DELETE FROM yukleme_gorevleri WHERE gorev_tarihi > '2025-11-10'"
        " AND gorev_tarihi IS DISTINCT FROM CAST(:day AS date)", day=next_list)  # fmt: skip
    hotel.empty(1, "2025-11-09 10:00")
    hotel.setup(1, "2025-11-10 11:00", 1, 2)
    assert vacant(hotel, "2025-11-11T02:00") == {}
    assert vacant(hotel, "2025-11-12T12:00") == found


def test_a_guest_who_was_entered_a_day_late_accuses_nobody_meanwhile(hotel: Application) -> None:
    hotel.empty(1, "2025-11-12 10:00")
    hotel.setup(1, "2025-11-13 11:07", 1, 3)
    assert vacant(hotel, "2025-11-14T02:00") == {}
    hotel.stay(1, "2025-11-12", "2025-11-17", kind="in_house", made="2025-11-14 08:00")
    assert vacant(hotel, "2025-11-14T12:00") == {}
    assert context(hotel, "2025-11-13")["nights"] == 1


def test_a_list_of_the_evening_shows_who_was_there_in_the_afternoon(hotel: Application) -> None:
    sql(hotel.url, "DELETE FROM yukleme_gorevleri WHERE gorev_tarihi > '2025-11-10'")
    sql(hotel.url, "UPDATE yukleme_gorevleri SET yukleme_zamani = '2025-11-10 20:30+02'"
        " WHERE gorev_tarihi = '2025-11-10'")  # fmt: skip
    for room, hour in ((1, "17:00"), (2, "21:00")):
        hotel.empty(room, "2025-11-09 10:00")
        hotel.setup(room, f"2025-11-10 {hour}", 1, 2)
    as_of = "2025-11-11T02:00"
    assert (vacant(hotel, as_of, 1), vacant(hotel, as_of, 2)) == ({"2025-11-10": 2}, {})


@pytest.mark.parametrize("asked", ["2025-11-10 20:00", "2025-11-05 20:00", None])
def test_a_guest_who_asked_for_a_refill_had_the_room(hotel: Application, asked: str | None) -> None:
    hotel.empty(1, "2025-11-10 10:00")
    hotel.setup(1, "2025-11-11 10:00", 1, 3)
    if asked:
        sql(hotel.url, "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
            " VALUES (1, CAST(:asked AS timestamptz), 'beklemede')", asked=asked)  # fmt: skip
    is_vacant = asked != "2025-11-10 20:00"
    assert vacant(hotel) == ({"2025-11-11": 3} if is_vacant else {})
    assert context(hotel, "2025-11-11")["known"] is is_vacant


# Rooms let for the day


def test_a_room_let_for_the_day_is_remembered_when_its_list_is_deleted(hotel: Application) -> None:
    stay = hotel.stay(1, "2025-11-10 10:00", "2025-11-10 17:00", made="2025-11-10 08:00")
    hotel.empty(1, "2025-11-09 09:00")
    hotel.setup(1, "2025-11-11 10:00", 1, 30)
    assert vacant(hotel, "2025-11-11T12:00") == {}
    assert states(hotel, "2025-11-10") == ["day_use"]
    sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE id = :id", id=stay)
    assert vacant(hotel) == {}
    assert context(hotel, "2025-11-11")["known"] is False
    assert states(hotel, "2025-11-10") == ["day_use", "unknown"]
    vacant(hotel, "2025-11-17T02:15")
    assert states(hotel, "2025-11-10") == ["day_use", "unknown"]


def test_a_day_and_the_night_after_it_are_two_facts(hotel: Application) -> None:
    hotel.stay(1, "2025-11-10 10:00", "2025-11-10 17:00", guests=1, made="2025-11-10 08:00")
    hotel.stay(1, "2025-11-10 19:00", "2025-11-11", guests=2, made="2025-11-11 08:00")
    hotel.empty(1, "2025-11-10 09:00")
    hotel.setup(1, "2025-11-11 13:00", 1, 5)
    for hour in ("02:00", "02:15"):
        vacant(hotel, f"2025-11-12T{hour}")
    found = context(hotel, "2025-11-11")
    assert (found["nights"], found["guest_nights"], found["stays"]) == (2, 3, 1)
    assert sorted(states(hotel, "2025-11-10")) == ["day_use", "occupied"]


# Rows that the lists reject
