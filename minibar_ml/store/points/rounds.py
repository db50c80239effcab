"""What a round is planned from: rooms with what they were exposed to, signs at doors, open alerts, products."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.store.queries import query
from minibar_ml.store.source import names

if TYPE_CHECKING:
    from pandas import DataFrame

LOOK_BACK_DAYS = 28
"""Days before the round in which a room's last check is looked for."""
SIGNS = {"rounds.signs": "source_dnd", "rounds.knocks": "source_controls", "rounds.task_knocks": "source_task_knocks"}
"""Where signs "do not disturb" may be noted, with what reading them takes."""


def require_rights(connection: Connection) -> None:
    """Raise PreconditionFailed where this role may not read who stays where."""
    if not connection.execute(query("rounds.may_plan")).scalar_one():
        raise PreconditionFailed(
            "Rounds show who stays where: only administrators of a hotel and jobs may see them. After an upgrade a "
            "superuser runs `minibar-ml db roles --apply` once."
        )


def fetch_rooms(connection: Connection, day: date, hotel_id: int | None) -> "DataFrame":
    """One row a room in use, with the columns of the query; `checked_on` is 0 where there was no check in 28 days."""
    import pandas as pd

    values = {"day": day, "since_on": day - timedelta(days=LOOK_BACK_DAYS), "hotel_id": hotel_id}
    result = connection.execute(query("rounds.rooms"), values)
    found = pd.DataFrame(result.all(), columns=list(result.keys()))
    return found.assign(checked_on=found["checked_on"].fillna(0).astype("int64"))


def fetch_alerts(connection: Connection, day: date) -> dict[int, int]:
    """An open alert by room."""
    return {row.room_id: row.alert_id for row in connection.execute(query("rounds.alerts"), {"day": day})}


def fetch_signs(connection: Connection, day: date, usable: Collection[str]) -> set[int]:
    """Rooms with a sign "do not disturb" on a day; none from what this role may not read."""
    asked = [name for name, function in SIGNS.items() if function in usable]
    return {row.room_id for name in asked for row in names.rows(connection, name, day=day)}


def fetch_products(connection: Connection, day: date) -> "DataFrame":
    """Units of each product found in four weeks: hotel_id, room_type, product_id, units."""
    import pandas as pd

    values = {"day": day, "since_on": day - timedelta(days=LOOK_BACK_DAYS)}
    result = connection.execute(query("rounds.products"), values)
    return pd.DataFrame(result.all(), columns=list(result.keys()))
