"""What the hotel application says of products, attendants and rooms, for one report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection

from minibar_ml.domain.reporting.minibar import Range
from minibar_ml.store.source import names


@dataclass(frozen=True, slots=True)
class Called:
    """Names by id; empty where the source can't be read."""

    products: Mapping[int, str] = field(default_factory=dict)
    attendants: Mapping[int, str] = field(default_factory=dict)
    rooms: Mapping[int, str] = field(default_factory=dict)
    floors: Mapping[int, str | None] = field(default_factory=dict)
    prices: Mapping[int, Decimal] = field(default_factory=dict)
    room_types: Mapping[int, str | None] = field(default_factory=dict)
    rooms_of: Mapping[int, int] = field(default_factory=dict)
    """By hotel, how many rooms are in use."""

    def range(self) -> Range:
        """What figures of consumption need to know."""
        return Range(self.products, self.prices, self.room_types, self.rooms_of)


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
    rooms = [row for row in rows if row.kind == "room"]
    return Called(
        known["product"],
        known["attendant"],
        known["room"],
        {row.id: row.floor for row in rooms},
        {row.id: row.price for row in rows if row.price is not None},
        {row.id: row.room_type for row in rooms},
        Counter(row.hotel_id for row in rooms if row.hotel_id is not None),
    )
