"""What `metrics summary` knows of each metric, and what it says is unknown."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection
from support.hotels.metric_points import Points
from support.hotels.sources import SmallHotel

from minibar_ml.domain.metrics import METRIC_TYPES
from minibar_ml.domain.reporting.trends import MetricSummary, Spread, window_ending
from minibar_ml.store.points import summaries

WEEK = window_ending(date(2025, 11, 17), 7)
NOON = datetime(2025, 11, 17, 10, tzinfo=UTC)


@pytest.fixture
def points(store_url: str) -> Points:
    SmallHotel(store_url)
    return Points(store_url)


def _of(connection: Connection, metric: str, hotel: int | None = None) -> MetricSummary:
    (found,) = (one for one in summaries.fetch(connection, WEEK, NOON, hotel) if one.metric == metric)
    return found


def test_the_figures_are_those_of_the_windows_points(points: Points, connection: Connection) -> None:
    points.room(1, _10=4, _12=0, _17=50, _09=50)
    points.room(2, _10=2, _16=6)
    found = _of(connection, "room_consumption")
    days = (date(2025, 11, 10), date(2025, 11, 12), date(2025, 11, 16))
    assert found.spread == Spread(4, 2, 0.0, 3.0, 3.0, 6.0, 12.0, days)
    assert found.days_missing == tuple(date(2025, 11, day) for day in (11, 13, 14, 15))
    assert (found.hotel_name, found.unknown) == ("Hotel", None)


def test_only_units_have_a_total_and_only_what_goes_on_has_missing_days(points: Points, connection: Connection) -> None:
    points.add("occupancy", 1, "2025-11-10", 0.5)
    points.add("stock_outflow", 1, "2025-11-10", 24)
    occupancy, outflow = _of(connection, "occupancy"), _of(connection, "stock_outflow")
    assert occupancy.spread
    assert outflow.spread
    assert (occupancy.spread.total, outflow.spread.total) == (None, 24.0)
    assert (len(occupancy.days_missing or ()), outflow.days_missing) == (6, None)


def test_the_newest_point_may_be_older_than_the_window_but_not_newer_than_the_instant(
    points: Points, connection: Connection
) -> None:
    points.add("occupancy", 1, "2025-10-01", 0.5)
    points.room(1, _17=3, _18=4)
    occupancy, rooms = _of(connection, "occupancy"), _of(connection, "room_consumption")
    assert occupancy.latest_at == datetime(2025, 9, 30, 21, tzinfo=UTC)
    assert rooms.latest_at == datetime(2025, 11, 16, 22, tzinfo=UTC)
    assert (occupancy.unknown, rooms.unknown) == ("no_points", "no_points")


def test_every_metric_of_the_only_hotel_is_given_and_why_it_is_unknown(points: Points, connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE public.misafir_kayitlari CASCADE")
    found = {one.metric: one.unknown for one in summaries.fetch(connection, WEEK, NOON, None)}
    assert list(found) == list(METRIC_TYPES)
    unreadable = {metric for metric, unknown in found.items() if unknown == "source_unreadable"}
    assert unreadable == {"occupancy", "vacant_consumption", "floor_stock"}


def test_a_chains_ledger_belongs_to_the_common_store(points: Points, connection: Connection) -> None:
    connection.exec_driver_sql("INSERT INTO public.oteller (id, ad) VALUES (2, 'Other')")
    points.room(9, hotel=2, _10=1)
    found = summaries.fetch(connection, WEEK, NOON, None)
    assert {one.metric for one in found if one.hotel_id == 0} == {"stock_level", "stock_outflow", "stock_days_left"}
    assert "stock_level" not in {one.metric for one in found if one.hotel_id == 1}
    assert _of(connection, "room_consumption", hotel=2).spread
    assert _of(connection, "room_consumption", hotel=1).spread is None
