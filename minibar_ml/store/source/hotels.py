"""Hotels: which ids there are, and how many rooms each has."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import COMMON_STORE, METRIC_TYPES
from minibar_ml.store.queries import query
from minibar_ml.store.source import contract as source


def require(connection: Connection, hotel_id: int) -> None:
    """Raise NotFound, naming the hotel, unless the source or the store knows it; the common store is always there."""
    if hotel_id == COMMON_STORE:
        return
    values = {"hotel_id": hotel_id, "metric_types": list(METRIC_TYPES)}
    known = fetch_names(connection)
    if hotel_id in known or connection.execute(query("hotels.is_on_record"), values).scalar_one():
        return
    listed = ", ".join(f"{number} ({name})" for number, name in known.items())
    raise NotFound(f"There is no hotel {hotel_id}; known hotels: 0 (common store){', ' + listed if listed else ''}.")


def fetch_names(connection: Connection) -> dict[int, str]:
    """The source's hotels by id; none where it can't be read, which must not stop anybody from reading alerts."""
    if "source_hotels" not in source.usable(connection):
        return {}
    return {row.hotel_id: row.name for row in connection.execute(query("hotels.fetch"))}


def fetch_ids(connection: Connection, usable: Collection[str]) -> list[int]:
    """The hotels in use; none where the source does not let us read them."""
    if "source_hotels" not in usable:
        return []
    return list(connection.execute(query("hotels.fetch_active")).scalars())


def fetch_rooms(connection: Connection, since: datetime, until: datetime) -> dict[int, int]:
    """Active rooms by hotel; where the source can't be read, the rooms checked in since <= t < until.

    The common store serves all of them. Empty where no room is known.
    """
    if "source_rooms" in source.usable(connection):
        rows = connection.execute(query("hotels.active_rooms"))
    else:
        rows = connection.execute(query("hotels.checked_rooms"), {"since": since, "until": until})
    rooms = {row.hotel_id: row.rooms for row in rows}
    return {COMMON_STORE: sum(rooms.values()), **rooms} if rooms else {}
