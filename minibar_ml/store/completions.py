"""What a shell offers to complete from the store, by psycopg2 alone: SQLAlchemy takes longer to import than all else.

What cannot be read at once is not offered: nobody wants an error below a half-written command.
"""

from contextlib import closing
from typing import Any

import psycopg2

from minibar_ml import embedded

PATIENCE_SECONDS = 2
HOTELS = "SELECT hotel_id, name FROM minibar_ml.source_hotels() WHERE name IS NOT NULL ORDER BY hotel_id"
ALERTS = """
    SELECT id, severity, type, entity_name FROM minibar_ml.ml_alerts
    WHERE status IN ('open', 'acknowledged', 'snoozed') ORDER BY severity DESC, id LIMIT %s
"""


def hotels(setting: str) -> list[tuple[int, str]]:
    """Ids and names of hotels; `setting`: of ML_DATABASE_URL."""
    return _fetch(setting, HOTELS)


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
