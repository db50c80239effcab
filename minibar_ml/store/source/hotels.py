"""Hotels: which ids there are, and how many rooms each has."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import COMMON_STORE, METRIC_TYPES
from minibar_ml.store.queries import query
from minibar_ml.store.source import contract as source
from minibar_ml.store.source.names import HIGHEST_ID, folded


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


def find_id(connection: Connection, asked: str) -> int:
    """The hotel that a word names: a name as a whole, else an id, else part of one name; 0 is the common store.

    Letter case and the dots of Turkish i's make no difference. Raises NotFound, which names the hotels, for no hotel
    and for part of several names.
    """
    known = fetch_names(connection)
    word = folded(asked)
    if len(whole := [number for number, name in known.items() if folded(name) == word]) == 1:
        return whole[0]
    if word.isascii() and word.isdigit() and int(word) <= HIGHEST_ID:
        require(connection, int(word))
        return int(word)
    parts = [number for number, name in known.items() if word and word in folded(name)]
    if len(parts) == 1:
        return parts[0]
    there_are = ", ".join(f"{number} ({known[number]})" for number in (parts or known))
    if parts:
        raise NotFound(f"{asked!r} is part of several hotels' names: {there_are}. Use the id or the whole name.")
    raise NotFound(f"There is no hotel {asked!r} (by name or id); known hotels: {there_are or 'none'}.")


def find_ids(connection: Connection, asked: Collection[str] | None) -> list[int] | None:
    """The hotels that words name, each once; None for none. Raises NotFound as `find_id` does."""
    return list(dict.fromkeys(find_id(connection, one) for one in asked)) if asked else None


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


def fetch_known(connection: Connection) -> set[int]:
    """Every hotel that source or store knows, in use or not, and the common store."""
    kept = connection.execute(query("hotels.fetch_kept")).scalars()
    return {COMMON_STORE, *fetch_names(connection), *kept}


def has_common_store(connection: Connection) -> bool:
    """Whether the ledger is filed under a chain's common store."""
    return bool(connection.execute(query("hotels.has_common_store")).scalar_one())


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
