"""Who made the last of a day's checks, and the check before a find on the same day, where it found nothing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.hotels.application import Application
from support.hotels.presence import listed_hotel
from support.hotels.simulated import done, points, sql

from minibar_ml.store.engine import make_engine
from minibar_ml.store.points import frames

DAY = "2025-11-13"
FIRST, SECOND = 1, 2
"""Attendants."""


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel whose lists are loaded every morning, with earlier checks of room 1."""
    made = listed_hotel(installed)
    made.empty(1, "2025-11-04 10:00")
    made.empty(1, "2025-11-12 10:00")
    return made


def _by(hotel: Application, row: int, who: int) -> None:
    sql(hotel.url, "UPDATE minibar_islemleri SET personel_id = :who WHERE id = :row", who=who, row=row)


def _contexts(hotel: Application) -> tuple[dict[str, Any], dict[str, Any]]:
    done(hotel.url, "collect", "--as-of", "2025-11-17T02:00", "--quiet")
    metrics = ("room_consumption", "vacant_consumption")
    every = [{k[2][:10]: c for k, (_, c) in points(hotel.url, metric).items() if k[1] == 1} for metric in metrics]
    return every[0][DAY], every[1][DAY]


def _rows(hotel: Application) -> tuple[list[int], list[int]]:
    start, end = (datetime(2025, 11, day, tzinfo=ZoneInfo("Europe/Nicosia")) for day in (13, 14))
    with make_engine(hotel.url, "Europe/Nicosia", "test").connect() as connection:
        connection.exec_driver_sql("SET search_path = pg_catalog, minibar_ml, pg_temp")
        found = frames.fetch(connection, start, end)
    mine = [frame[frame["room_id"] == 1] for frame in (found.rooms, found.vacant)]
    return mine[0]["last_by"].tolist(), mine[1]["again_by"].tolist()


def test_a_find_after_an_empty_check_of_the_same_day(hotel: Application) -> None:
    _by(hotel, hotel.empty(1, f"{DAY} 09:00"), FIRST)
    _by(hotel, hotel.setup(1, f"{DAY} 14:00", 1, 3), SECOND)
    checked, found = _contexts(hotel)
    assert (checked["visits"], found["again_by"]) == (2, FIRST)
    assert "last_by" not in checked
    assert _rows(hotel) == ([0], [FIRST])


def test_an_empty_check_after_a_find_of_the_same_day(hotel: Application) -> None:
    _by(hotel, hotel.setup(1, f"{DAY} 09:00", 1, 3), FIRST)
    _by(hotel, hotel.empty(1, f"{DAY} 14:00"), SECOND)
    checked, found = _contexts(hotel)
    assert checked["last_by"] == SECOND
    assert "again_by" not in found
    assert _rows(hotel) == ([SECOND], [0])


def test_a_single_check_needs_no_more_than_its_attendant(hotel: Application) -> None:
    _by(hotel, hotel.empty(1, f"{DAY} 14:00"), SECOND)
    checked, _ = _contexts(hotel)
    assert checked["attendant"] == SECOND and "last_by" not in checked
    assert _rows(hotel)[0] == [SECOND]
