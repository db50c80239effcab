"""What the hotel application calls products, attendants and rooms, and on which floors rooms are: for one report."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from minibar_ml.store.source import names


@dataclass(frozen=True, slots=True)
class Called:
    """Names by id; empty where the source can't be read."""

    products: Mapping[int, str] = field(default_factory=dict)
    attendants: Mapping[int, str] = field(default_factory=dict)
    rooms: Mapping[int, str] = field(default_factory=dict)
    floors: Mapping[int, str | None] = field(default_factory=dict)


def fetch(connection: Connection) -> Called:
    """All names at once; where some can't be read, each kind on its own."""
    rows = names.find_rows(connection, "report.names")
    if rows is None:
        return Called(
            names.fetch(connection, names.QUERIES["product"]),
            names.fetch(connection, names.QUERIES["attendant"]),
            names.fetch(connection, names.QUERIES["room"]),
            names.fetch(connection, "entities.floors"),
        )
    known = {
        kind: {row.id: row.name for row in rows if row.kind == kind and row.name is not None}
        for kind in ("product", "attendant", "room")
    }
    floors = {row.id: row.floor for row in rows if row.kind == "room"}
    return Called(known["product"], known["attendant"], known["room"], floors)
