"""A simulated hotel through files gives the points and alerts that it gives through the hotel application's layout B.

Files carry less. No list has what attendants were handed out and returned, guests' requests, what was moved between
depots, or what the office notes of extras. A list of guests in house says who was there on the very first day, and what
is found on the last day waits for the next one.
"""

from collections.abc import Callable
from typing import Any

import pytest
from support.hotels.simulated import AS_OF, PLAN, Layout, alerts, done, sql

NAMES = """
    SELECT 'room' AS type, room_id AS id, room_name AS name FROM minibar_ml.source_rooms()
    UNION ALL SELECT 'product', product_id, name FROM minibar_ml.source_products()
    UNION ALL SELECT 'attendant', user_id, login FROM minibar_ml.source_users()
    UNION ALL SELECT 'hotel', hotel_id, name FROM minibar_ml.source_hotels()
"""
OF_NOTES = """
    SELECT DISTINCT v.visited_at::date::text FROM minibar_ml.source_visits('1900-01-01', '2200-01-01') v
    WHERE v.kind = 'note'
"""
Key = tuple[str, str, str]
SEVERITY = "CASE WHEN type <> 'stock_depletion' THEN severity END"
"""Without what came back from attendants, the days that stock lasts are a little fewer."""
LAST = PLAN.ends_on.isoformat()
IDS = ("products", "charged", "attendant")
"""What of a context names entities by number: the two databases number them in their own order."""


def _points(url: str) -> dict[Key, tuple[float, dict[str, Any]]]:
    """Value and context by metric, name and day."""
    rows = sql(
        url,
        "SELECT m.metric_type, n.name, CAST(m.observed_at AS text), m.metric_value, m.context"
        f" FROM minibar_ml.ml_metrics m JOIN ({NAMES}) n ON n.type = m.entity_type AND n.id = m.entity_id",
    )
    found = {(row[0], row[1], row[2]): (row[3], {k: v for k, v in row[4].items() if k not in IDS}) for row in rows}
    return {key: point for key, point in found.items() if not (key[0] == "vacant_consumption" and key[2][:10] == LAST)}


@pytest.fixture(scope="module")
def collected_lists(make_database: Callable[..., str], imported_hotel: str) -> str:
    """The imported hotel with all its points."""
    url = make_database(imported_hotel)
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    return url


def test_the_points_are_those_of_layout_b(collected_lists: str, hotel_points: dict[Layout, str]) -> None:
    of_tables, of_lists = _points(hotel_points["b"]), _points(collected_lists)
    noted = {day for (day,) in sql(hotel_points["b"], OF_NOTES)}
    assert {key[0] for key in of_tables.keys() - of_lists.keys() if key[2][:10] not in noted} == {
        "custody_loss", "request_response", "stock_level", "stock_outflow", "occupancy",
    }  # fmt: skip
    assert [key[0] for key in of_lists.keys() - of_tables.keys()] == ["occupancy"]
    both = of_tables.keys() & of_lists.keys()
    assert len(both) > 4500
    differing = {key for key in both if of_tables[key] != of_lists[key] and key[2][:10] not in noted}
    assert {key[0] for key in differing} == {"stock_outflow"}
    for key in differing:
        (value, context), (other, others) = of_tables[key], of_lists[key]
        assert (value, {**context, "returned": 0}) == (other, {**others, "returned": 0}), key


@pytest.mark.parametrize("metric", ["room_consumption", "vacant_consumption"])
def test_what_rooms_consume_is_the_same_to_the_last_figure(
    collected_lists: str, hotel_points: dict[Layout, str], metric: str
) -> None:
    of_tables, of_lists = _points(hotel_points["b"]), _points(collected_lists)
    same = {key: found for key, found in of_tables.items() if key[0] == metric}
    assert same == {key: found for key, found in of_lists.items() if key[0] == metric}


def test_the_alerts_are_those_of_layout_b(
    passing_database: Callable[..., str], collected_lists: str, hotel_points: dict[Layout, str]
) -> None:
    found = []
    for template in (hotel_points["b"], collected_lists):
        url = passing_database(template)
        done(url, "detect", "--as-of", AS_OF, "--quiet")
        found.append(alerts(url, columns=f"type, entity_name, {SEVERITY}, occurred_on"))
    assert found[0] == found[1] != []
