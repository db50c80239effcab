"""Reading what hotels have, and writing the rows of a list: a file is one transaction of the caller's."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from minibar_ml.domain.imports import ImportKind, ListFreshness
from minibar_ml.store.queries import query

Rows = Sequence[tuple[int, Mapping[str, Any]]]
"""Line numbers and values by column."""
GUESTS = ("hotel", "room", "guests", "arrives_on", "departs_on", "at")
COLUMNS: dict[ImportKind, tuple[str, ...]] = {
    "rooms": ("hotel", "room", "floor", "type", "is_active"),
    "products": ("name", "code", "sale_price", "purchase_price", "critical_units", "is_active"),
    "people": ("login", "name", "role", "email", "hotel", "is_active"),
    "in_house": GUESTS,
    "arrivals": GUESTS,
    "departures": GUESTS,
    "checks": ("hotel", "room", "at", "is_timed", "person", "result", "product", "consumed", "refilled",
               "is_complimentary", "price"),
    "movements": ("hotel", "product", "at", "kind", "units", "reference", "holder"),
    "orders": ("hotel", "number", "product", "ordered_on", "due_on", "ordered", "received"),
}  # fmt: skip
QUERIES: dict[ImportKind, tuple[str, ...]] = {
    "rooms": ("create_rooms", "write_rooms"),
    "products": ("create_products", "write_products"),
    "people": ("create_people", "write_people"),
    "in_house": ("create_guests", "write_in_house"),
    "arrivals": ("create_guests", "write_hints"),
    "departures": ("create_guests", "write_hints"),
    "checks": ("create_checks", "write_checks", "write_check_lines"),
    "movements": ("create_movements", "write_movements"),
    "orders": ("create_orders", "write_orders"),
}
"""What makes the scratch table of a kind, and what writes its rows from there."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A file as it is recorded; `hotel` and `day` None where it is of none."""

    file: str
    sha256: str
    kind: ImportKind
    hotel: str | None
    day: date | None

    def binds(self) -> dict[str, Any]:
        """As the queries name them."""
        return {"file": self.file, "sha256": self.sha256, "kind": self.kind, "hotel": self.hotel, "day": self.day}


@dataclass(frozen=True, slots=True)
class Names:
    """Hotels, rooms by hotel, products with codes, people with names, and what reversals can take back."""

    hotels: Sequence[str]
    rooms: Sequence[tuple[str, str]]
    products: Sequence[tuple[str, str | None]]
    people: Sequence[tuple[str, str]]
    originals: frozenset[tuple[str, str, str]]


def fetch_hotels(connection: Connection) -> list[str]:
    """The hotels' names."""
    return [row.name for row in connection.execute(query("intake.fetch_hotels"))]


def fetch_names(connection: Connection, kind: ImportKind) -> Names:
    """What the hotels have, as far as a kind of list refers to it."""

    def rows(name: str, *, wanted: bool) -> list[Any]:
        return [tuple(row) for row in connection.execute(query(f"intake.{name}"))] if wanted else []

    has_rooms = kind not in ("products", "people", "movements", "orders")
    return Names(
        fetch_hotels(connection),
        rows("fetch_rooms", wanted=has_rooms),
        rows("fetch_products", wanted=kind in ("products", "checks", "movements", "orders")),
        rows("fetch_people", wanted=kind in ("people", "checks")),
        frozenset(rows("fetch_originals", wanted=kind == "movements")),
    )


def is_known(connection: Connection, batch: Batch) -> bool:
    """Whether the file was imported before and need not be again."""
    return connection.execute(query("intake.find_batch"), batch.binds()).one_or_none() is not None


def count_nameless(connection: Connection, batch: Batch) -> int:
    """How many checks of a file that was imported before have no person."""
    return int(connection.execute(query("intake.count_nameless"), batch.binds()).scalar_one())


def insert_hotels(connection: Connection, names: Iterable[str]) -> None:
    """Make hotels that are not there."""
    connection.execute(query("intake.insert_hotels"), {"names": sorted(names)})


def insert_missing(
    connection: Connection, rooms: Sequence[tuple[str, str]], products: Sequence[str], people: Sequence[str]
) -> int:
    """Make what `--add-missing` asks for: rooms (hotel and number), products, people; returns how many."""
    values = {"hotels": [hotel for hotel, _ in rooms], "rooms": [number for _, number in rooms]}
    connection.execute(query("intake.insert_missing"), {**values, "products": products, "people": people})
    return len(rooms) + len(products) + len(people)


def write(connection: Connection, batch: Batch, rows: Rows, rejected: int, at: datetime) -> None:
    """Record a file and write its rows, `at` the instant of the import."""
    counts = {"accepted": len(rows), "rejected": rejected, "at": at}
    number = connection.execute(query("intake.insert_batch"), batch.binds() | counts).scalar_one()
    create, *writes = QUERIES[batch.kind]
    connection.execute(query(f"intake.{create}"))
    _copy(connection, COLUMNS[batch.kind], rows)
    for name in writes:
        connection.execute(query(f"intake.{name}"), batch.binds() | {"batch": number})
    connection.exec_driver_sql("DROP TABLE pg_temp.intake_rows")


def _copy(connection: Connection, columns: Sequence[str], rows: Rows) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for line, values in rows:
        writer.writerow([line, *(values[column] for column in columns)])
    text.seek(0)
    named = ", ".join(("line", *columns))
    cursor: Any = connection.connection.cursor()
    cursor.copy_expert(f"COPY pg_temp.intake_rows ({named}) FROM STDIN (FORMAT csv)", text)
    cursor.close()


def fetch_freshness(connection: Connection) -> list[ListFreshness]:
    """How new the lists of each hotel are, by kind; none where no lists are imported, or not for this role to see."""
    if not connection.execute(query("intake.may_read")).scalar_one():
        return []
    return [ListFreshness(**row._asdict()) for row in connection.execute(query("intake.fetch_freshness"))]
