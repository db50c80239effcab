"""A list that nobody loaded hides guests of one night: how likely one is, and when nothing can be said."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.hotels.application import Application
from support.hotels.presence import listed_hotel
from support.hotels.simulated import done, points, sql

from minibar_ml.ml.frames import AFTER_FIRST_CHECK, MISSING_LIST, REJECTED_ROWS
from minibar_ml.store.engine import make_engine
from minibar_ml.store.points import frames

ZONE = ZoneInfo("Europe/Nicosia")


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel whose lists are loaded every morning, and the store."""
    made = listed_hotel(installed)
    for day in ("04", "08"):
        made.empty(1, f"2025-11-{day} 10:00")
    return made


def _forget(hotel: Application, day: int, *kinds: str) -> None:
    """Nobody loaded these lists of a day."""
    for kind in kinds or ("inhouse",):
        sql(
            hotel.url,
            "UPDATE yukleme_gorevleri SET durum = 'pending', yukleme_zamani = NULL"
            " WHERE gorev_tarihi = :day AND dosya_tipi::text = :kind",
            day=date(2025, 11, day), kind=kind,
        )  # fmt: skip


def _found(hotel: Application, day: str = "2025-11-13") -> dict[str, Any] | None:
    done(hotel.url, "collect", "--as-of", "2025-11-17T02:00", "--quiet")
    found = points(hotel.url, "vacant_consumption").items()
    return next((context for key, (value, context) in found if key[1] == 1 and key[2][:10] == day and value), None)


def _evidence(hotel: Application) -> list[tuple[int, float]]:
    start, end = (datetime(2025, 11, day, tzinfo=ZONE) for day in (1, 18))
    with make_engine(hotel.url, "Europe/Nicosia", "test").connect() as connection:
        connection.exec_driver_sql("SET search_path = pg_catalog, minibar_ml, pg_temp")
        vacant = frames.fetch(connection, start, end).vacant
    rows = vacant[(vacant["room_id"] == 1) & (vacant["units"] > 0)]
    return list(zip(rows["evidence"].tolist(), rows["hidden"].tolist(), strict=True))


def test_between_two_lists_that_have_the_room_empty_a_missing_one_leaves_evidence(hotel: Application) -> None:
    _forget(hotel, 11)
    hotel.setup(1, "2025-11-13 10:00", 1, 3)
    context = _found(hotel)
    assert context is not None and context["missing_list"] is True
    # Room 5 is let every night to a guest of one night whom no list of departures names: all may be such guests.
    assert 0 < context["hidden"] <= 1
    assert _evidence(hotel) == [(MISSING_LIST, context["hidden"])]


def test_a_guest_whom_lists_of_departures_name_is_seldom_hidden(hotel: Application) -> None:
    _forget(hotel, 11)
    hotel.setup(1, "2025-11-13 10:00", 1, 3)
    likely = _found(hotel)
    sql(hotel.url, "INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, cikis_tarihi,"
                   " kayit_tipi, olusturma_tarihi) SELECT oda_id, 'd', 1, giris_tarihi, cikis_tarihi, 'departure',"
                   " cikis_tarihi FROM misafir_kayitlari WHERE kayit_tipi = 'in_house'")  # fmt: skip
    seldom = _found(hotel)
    assert likely is not None and seldom is not None
    assert seldom["hidden"] < likely["hidden"] / 2


@pytest.mark.parametrize(
    ("missing", "kinds"),
    [
        ((11,), ("inhouse", "departures")),
        ((11, 12), ("inhouse",)),
        ((10, 11), ("inhouse",)),
        ((9, 10, 11), ("inhouse",)),
    ],
)
def test_where_more_than_one_list_is_missing_nothing_is_said(
    hotel: Application, missing: tuple[int, ...], kinds: tuple[str, ...]
) -> None:
    for day in missing:
        _forget(hotel, day, *kinds)
    hotel.setup(1, "2025-11-13 10:00", 1, 3)
    assert _found(hotel) is None


@pytest.mark.parametrize("is_missing", [True, False])
@pytest.mark.parametrize(
    ("arrives", "departs", "checked", "found"),
    [("09", "10", "10 19:00", "13"), ("11", "12", "09 10:00", "11")],
)
def test_next_to_a_guest_a_missing_list_may_hide_the_same_one(
    hotel: Application, is_missing: bool, arrives: str, departs: str, checked: str, found: str
) -> None:
    hotel.stay(1, f"2025-11-{arrives} 15:00", f"2025-11-{departs} 10:00", made=f"2025-11-{departs} 10:30")
    hotel.stay(1, f"2025-11-{arrives} 15:00", f"2025-11-{departs}", kind="arrival", made=f"2025-11-{arrives} 08:00")
    hotel.empty(1, f"2025-11-{checked}")
    hotel.setup(1, f"2025-11-{found} 10:00", 1, 3)
    if is_missing:
        _forget(hotel, 11)
    assert (_found(hotel, f"2025-11-{found}") is None) is is_missing


def test_the_list_after_the_missing_one_must_have_come(hotel: Application) -> None:
    _forget(hotel, 16)
    hotel.setup(1, "2025-11-16 17:00", 1, 3)
    assert _found(hotel, "2025-11-16") is None
    hotel.uploads(date(2025, 11, 17), date(2025, 11, 17), hour="01:00")
    context = _found(hotel, "2025-11-16")
    assert context is not None and context["missing_list"] is True


@pytest.mark.parametrize("rejected", [1, 3])
def test_each_rejected_row_may_be_a_guest_in_one_of_the_free_rooms(hotel: Application, rejected: int) -> None:
    for kind in ("arrivals", "departures"):
        hotel.file("2025-11-10 08:00", kind, 20, rejected)
    hotel.setup(1, "2025-11-13 10:00", 1, 3)
    context = _found(hotel)
    assert context is not None
    # Four rooms of five are free; rounded up to a quarter of a power of two.
    assert rejected / 4 <= context["hidden"] <= rejected / 4 * 1.2
    assert _evidence(hotel) == [(REJECTED_ROWS, context["hidden"])]


def test_what_the_first_check_overlooked_and_a_guest_on_no_list_both_count(hotel: Application) -> None:
    hotel.stay(1, "2025-11-08 15:00", "2025-11-09 10:00", made="2025-11-09 10:30")
    for kind in ("arrivals", "departures"):
        hotel.file("2025-11-11 08:00", kind, 20, 1)
    hotel.empty(1, "2025-11-09 13:00")
    hotel.setup(1, "2025-11-13 10:00", 1, 3)
    context = _found(hotel)
    assert context is not None and context["after_first_check"] is True
    assert _evidence(hotel) == [(AFTER_FIRST_CHECK, context["hidden"])]
