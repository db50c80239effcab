"""Hotels: which ids there are."""

from sqlalchemy import Connection

from minibar_ml.domain.errors import NotFound, PreconditionFailed
from minibar_ml.domain.metrics import COMMON_STORE, METRIC_TYPES
from minibar_ml.store import source
from minibar_ml.store.queries import query


def require(connection: Connection, hotel_id: int) -> None:
    """Raise NotFound, naming the hotel, unless the source or the store knows it; the common store is always there."""
    if hotel_id == COMMON_STORE:
        return
    values = {"hotel_id": hotel_id, "metric_types": list(METRIC_TYPES)}
    known = _source_hotels(connection)
    if hotel_id in known or connection.execute(query("hotels.is_on_record"), values).scalar_one():
        return
    listed = ", ".join(f"{number} ({name})" for number, name in known.items())
    raise NotFound(f"There is no hotel {hotel_id}; there are 0 (the common store){', ' + listed if listed else ''}.")


def _source_hotels(connection: Connection) -> dict[int, str]:
    """The source's hotels; none where it can't be read, which must not stop anybody from reading alerts."""
    try:
        if "source_hotels" not in source.read(connection).usable:
            return {}
    except PreconditionFailed:
        return {}
    return {row.hotel_id: row.name for row in connection.execute(query("hotels.fetch"))}
