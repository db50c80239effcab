"""Trends and pace: figures worked out by hand from a few points; what was not measured stays unknown.

The window is 10 to 16 November 2025, Monday to Sunday, the one before 3 to 9 November.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection
from support.hotels.metric_points import Points
from support.hotels.simulated import ZONE
from support.hotels.sources import SmallHotel

from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import EntityType
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.domain.reporting.trends import (
    AttendantPace,
    PaceFigures,
    Trend,
    months_until,
    weeks_until,
    window_ending,
)
from minibar_ml.store.engine import make_engine
from minibar_ml.store.points import trends
from minibar_ml.store.source import names

WEEK = window_ending(date(2025, 11, 17), 7)


@pytest.fixture
def points(store_url: str) -> Points:
    SmallHotel(store_url)
    return Points(store_url)


@pytest.fixture
def read(store_url: str) -> Iterator[Connection]:
    with make_engine(store_url, ZONE).connect() as connection:
        yield connection


def _trends(
    connection: Connection, period: Period = WEEK, hotel: int | None = None, limit: int | None = None,
    room: list[int] | None = None, product: list[int] | None = None,
) -> dict[EntityType, Page[Trend]]:  # fmt: skip
    return trends.fetch_consumption(connection, period, hotel, {"room": room, "product": product}, limit)


def _room(connection: Connection) -> Trend:
    (only,) = _trends(connection)["room"].rows
    return only


def test_a_rooms_units_are_given_per_checked_day(points: Points, read: Connection) -> None:
    points.room(3, _10=10, _12=0, _16=5, _03=5, _05=0)
    room = _room(read)
    assert (room.hotel_id, room.entity_id, room.name) == (1, 3, "103")
    assert (room.now.units, room.now.checked_days, room.now.daily_mean) == (15.0, 3, 5.0)
    assert (room.before.units, room.before.checked_days, room.before.daily_mean) == (5.0, 2, 2.5)
    assert room.change_percent == 100.0


def test_a_few_units_are_no_base_of_a_change_in_percent(points: Points, read: Connection) -> None:
    points.room(3, _10=10, _03=4)
    assert (_room(read).before.units, _room(read).change_percent) == (4.0, None)


def test_a_day_without_a_check_is_unknown_and_a_check_that_found_nothing_is_zero(
    points: Points, read: Connection
) -> None:
    points.room(1, _10=4, _12=0)
    assert [one.units for one in _room(read).now.days] == [4.0, None, 0.0, None, None, None, None]
    assert [one.day for one in _room(read).now.days] == list(WEEK.days())


def test_a_room_that_was_not_checked_before_has_no_change(points: Points, read: Connection) -> None:
    points.room(1, _10=4)
    room = _room(read)
    assert (room.before.units, room.before.daily_mean, room.before.checked_days) == (None, None, 0)
    assert room.change_percent is None


def test_a_rise_from_nothing_has_no_percentage(points: Points, read: Connection) -> None:
    points.room(1, _10=4, _03=0)
    assert (_room(read).before.units, _room(read).change_percent) == (0.0, None)


def test_a_product_that_no_visit_names_was_not_consumed_where_rooms_were_checked(
    points: Points, read: Connection
) -> None:
    points.product(1, _10=9, _04=6)
    points.room(1, _10=9, _11=0, _14=0, _03=0, _04=6)
    (product,) = _trends(read)["product"].rows
    assert product.name == "P1"
    assert [one.units for one in product.now.days] == [9.0, 0.0, None, None, 0.0, None, None]
    assert (product.now.daily_mean, product.before.daily_mean, product.change_percent) == (3.0, 3.0, 0.0)


def test_a_check_in_one_hotel_says_nothing_of_another(points: Points, read: Connection) -> None:
    points.product(1, _10=6)
    points.room(9, hotel=2, _11=3)
    (product,) = _trends(read)["product"].rows
    assert (product.hotel_id, product.now.checked_days) == (1, 1)


def test_the_running_day_and_what_lies_before_change_nothing(points: Points, read: Connection) -> None:
    points.room(1, _10=4, _03=2)
    points.product(1, _10=4, _03=2)
    before = _trends(read)
    points.room(1, _17=90, _02=90)
    points.product(1, _17=90, _02=90)
    assert _trends(read) == before


def test_the_day_on_which_clocks_go_back_is_one_day(points: Points, read: Connection) -> None:
    for day, units in (("2025-10-25", 1), ("2025-10-26", 2), ("2025-10-27", 4)):
        points.add("room_consumption", 1, day, units)
    (room,) = _trends(read, window_ending(date(2025, 10, 27), 1))["room"].rows
    assert (room.now.units, room.before.units) == (2.0, 1.0)


def test_the_largest_change_comes_first_by_the_means_square_roots(points: Points, read: Connection) -> None:
    # sqrt: 4 -> 9 is 1 (of two days: / sqrt(2)); 100 -> 121 is 1 as well, of more days; 0 -> 16 is 4; 16 -> 16 is 0.
    points.room(1, _10=9, _03=4)
    points.room(2, _10=121, _11=121, _03=100, _04=100)
    points.room(3, _10=16, _03=0)
    points.room(4, _10=16, _03=16)
    points.room(5, _10=500)
    found = _trends(read)["room"]
    assert [row.entity_id for row in found.rows] == [3, 2, 1, 4, 5]
    cut = _trends(read, limit=2)["room"]
    assert ([row.entity_id for row in cut.rows], cut.total) == ([3, 2], 5)


def test_only_what_is_asked_for_is_returned(points: Points, read: Connection) -> None:
    points.room(1, _10=9)
    points.room(2, _10=9)
    points.room(7, hotel=2, _10=9)
    points.product(1, _10=9)
    asked = _trends(read, room=[2], product=[])
    assert ([row.entity_id for row in asked["room"].rows], asked["product"]) == ([2], Page())
    assert [row.entity_id for row in _trends(read, hotel=2)["room"].rows] == [7]


def test_without_points_there_are_no_trends(points: Points, read: Connection) -> None:
    assert _trends(read) == {"product": Page(), "room": Page()}


def test_without_rights_on_the_source_there_are_figures_and_no_names(points: Points, read: Connection) -> None:
    points.room(1, _10=9)
    read.exec_driver_sql("DROP TABLE public.odalar CASCADE")
    assert (_room(read).name, _room(read).now.units) == (None, 9.0)


def _pace(connection: Connection, *ids: int, period: Period = WEEK) -> AttendantPace:
    (only,) = trends.fetch_pace(connection, period, None, list(ids) or None)
    return only


def test_pace_is_the_median_of_shifts_weighted_by_visits(points: Points, read: Connection) -> None:
    points.shift(1, "2025-11-10", 4.0, visits=10, items=20)
    points.shift(1, "2025-11-12", 5.0, visits=10, items=30)
    points.shift(1, "2025-11-16", 9.0, visits=30, items=40)
    points.shift(1, "2025-11-03", 6.0, visits=10, items=5)
    pace = _pace(read)
    # Of 50 visits 30 are of the shift with 9 minutes; the mean is (40 + 50 + 270) / 50.
    assert pace.now == PaceFigures(9.0, 7.2, 3, 50, 90)
    assert pace.before == PaceFigures(6.0, 6.0, 1, 10, 5)
    assert (pace.name, pace.change_percent) == ("A B", 50.0)


def test_weeks_run_from_monday_and_months_from_the_first(points: Points, read: Connection) -> None:
    points.shift(1, "2025-10-26", 3.0, visits=10)
    points.shift(1, "2025-10-27", 4.0, visits=10)
    points.shift(1, "2025-11-01", 6.0, visits=30)
    points.shift(1, "2025-11-12", 5.0, visits=10)
    points.shift(1, "2025-06-01", 8.0, visits=10)
    points.shift(1, "2025-05-31", 9.0, visits=10)
    pace = _pace(read)
    weeks = {span.name: figures.minutes for span, figures in pace.weeks}
    assert list(weeks) == [f"2025-W{n}" for n in range(39, 47)]
    assert {week: minutes for week, minutes in weeks.items() if minutes} == {
        "2025-W43": 3.0, "2025-W44": 6.0, "2025-W46": 5.0
    }  # fmt: skip
    months = {span.name: (figures.minutes, figures.shifts) for span, figures in pace.months}
    assert list(months) == ["2025-06", "2025-07", "2025-08", "2025-09", "2025-10", "2025-11"]
    assert months == {"2025-06": (8.0, 1), "2025-07": (None, 0), "2025-08": (None, 0), "2025-09": (None, 0),
                      "2025-10": (3.0, 2), "2025-11": (6.0, 2)}  # fmt: skip


def test_a_week_and_a_month_that_go_on_are_marked_and_cut() -> None:
    weeks, months = weeks_until(date(2025, 11, 19)), months_until(date(2025, 11, 19))
    assert (weeks[-1].name, weeks[-1].is_complete, weeks[-1].period.until) == ("2025-W47", False, date(2025, 11, 19))
    assert (weeks[-2].name, weeks[-2].is_complete) == ("2025-W46", True)
    assert (months[-1].name, months[-1].is_complete, months[-1].period.until) == ("2025-11", False, date(2025, 11, 19))
    assert [span.name for span in months_until(date(2026, 1, 1))][-2:] == ["2025-11", "2025-12"]
    assert months_until(date(2026, 1, 1))[-1].is_complete


def test_only_who_worked_in_either_window_is_listed_and_who_slowed_down_most_first(
    points: Points, read: Connection
) -> None:
    for attendant, before, now in ((1, 5.0, 5.0), (2, 5.0, 8.0), (3, None, 7.0), (4, 6.0, None)):
        if before:
            points.shift(attendant, "2025-11-04", before, visits=8)
        if now:
            points.shift(attendant, "2025-11-11", now, visits=8)
    points.shift(5, "2025-10-20", 5.0, visits=8)
    points.shift(6, "2025-11-17", 5.0, visits=8)
    found = trends.fetch_pace(read, WEEK, None, None)
    assert [pace.attendant_id for pace in found] == [2, 1, 3, 4]
    assert found[3].now == PaceFigures()
    assert [pace.attendant_id for pace in trends.fetch_pace(read, WEEK, 2, None)] == []


def test_the_days_of_a_month_ago_are_in_the_window_of_thirty_days(points: Points, read: Connection) -> None:
    points.shift(1, "2025-10-18", 5.0, visits=8)
    points.shift(1, "2025-10-17", 4.0, visits=8)
    pace = _pace(read, 1, period=window_ending(date(2025, 11, 17), 30))
    assert (pace.now.minutes, pace.before.minutes) == (5.0, 4.0)


def test_a_name_is_found_whole_by_id_or_in_part(points: Points, read: Connection) -> None:
    assert names.find_ids(read, "room", " 103 ") == [3]
    assert names.find_ids(read, "room", "4") == [4]
    read.exec_driver_sql("UPDATE public.urunler SET urun_adi = 'BİRA Işık 33 cl' WHERE id = 2")
    assert names.find_ids(read, "product", "bira ışık") == [2]
    assert names.find_ids(read, "product", "p1") == [1]
    assert names.find_ids(read, "attendant", "a b") == [1]
    with pytest.raises(NotFound, match=r"no room '10' .*101, 102"):
        names.find_ids(read, "room", "10")
    with pytest.raises(NotFound, match="no product ''"):
        names.find_ids(read, "product", "")
