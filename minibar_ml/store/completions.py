"""What a shell offers to complete from the store, by psycopg2 alone: SQLAlchemy takes longer to import than all else.

What cannot be read at once is not offered: nobody wants an error below a half-written command.
"""

from contextlib import closing
from typing import Any

import psycopg2

from minibar_ml import embedded

PATIENCE_SECONDS = 2
HOTELS = "SELECT hotel_id, name FROM minibar_ml.source_hotels() WHERE name IS NOT NULL ORDER BY hotel_id"
PRODUCTS = "SELECT product_id, name FROM minibar_ml.source_products() WHERE is_active ORDER BY name"
ATTENDANTS = """
    SELECT user_id, name AS called FROM minibar_ml.staff()
    WHERE is_active AND name IS NOT NULL ORDER BY called
"""
FLOORS = """
    SELECT floor_name FROM minibar_ml.source_rooms() WHERE floor_name IS NOT NULL
    GROUP BY floor_name ORDER BY min(room_id)
"""
ALERTS = """
    SELECT id, severity, type, entity_name FROM minibar_ml.ml_alerts
    WHERE status IN ('open', 'acknowledged', 'snoozed') ORDER BY severity DESC, id LIMIT %s
"""


def hotels(setting: str) -> list[tuple[int, str]]:
    """Ids and names of hotels; `setting`: of ML_DATABASE_URL."""
    return _fetch(setting, HOTELS)


def products(setting: str) -> list[tuple[int, str]]:
    """Ids and names of products in use."""
    return _fetch(setting, PRODUCTS)


def attendants(setting: str) -> list[tuple[int, str]]:
    """Ids and names of those who may be attendants, as the hotel has them called (`staff_names`)."""
    return _fetch(setting, ATTENDANTS)


def floors(setting: str) -> list[str]:
    """Names of floors, once each."""
    return [name for (name,) in _fetch(setting, FLOORS)]


def alerts(setting: str, most: int) -> list[tuple[int, str, str, str]]:
    """Number, severity, type and entity of live alerts, the most severe first."""
    return _fetch(setting, ALERTS, most)


def _fetch(setting: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    if embedded.is_embedded(setting) and not embedded.is_running(setting):
        return []
    url = embedded.url_of(setting) if embedded.is_embedded(setting) else setting
    plain = url.replace("postgresql+psycopg2://", "postgresql://", 1)
    try:
        opened = closing(psycopg2.connect(plain, connect_timeout=PATIENCE_SECONDS))
        with opened as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()
    except psycopg2.Error:
        return []
