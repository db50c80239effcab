"""What there is of the source's tables, and which of them belong to a stranger."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.store.queries import query
from minibar_ml.store.source.gaps import Seen
from minibar_ml.store.source.layouts import Layout, layouts


def fetch(connection: Connection, schemas: dict[str, str], layout: Layout | None = None) -> Seen:
    """The columns of these tables, by table; of a stranger's none. A file of the user's own may name anybody's."""
    seen: Seen = {}
    for row in _rows(connection, schemas, layout):
        if row.stranger is None:
            seen.setdefault(row.table_name, {})[row.column_name] = (row.type, row.readable)
    return seen


def find_strangers(connection: Connection, schemas: dict[str, str], layout: Layout | None) -> dict[str, str]:
    """Tables that are called as one of the layout's and belong to another login than the application's: whose."""
    rows = _rows(connection, schemas, layout)
    return {row.table_name: row.stranger for row in rows if row.stranger is not None}


def describe_strangers(found: dict[str, str]) -> str:
    """What is done with the tables of strangers, and why."""
    named = ", ".join(f"{table} of {owner}" for table, owner in sorted(found.items()))
    return f"not read, for the application's tables belong to another login: {named}"


def _rows(connection: Connection, schemas: dict[str, str], layout: Layout | None) -> Sequence[Row[Any]]:
    marks = [table for table, _ in layout.marks] if layout and layout in layouts() else None
    values = {"schemas": list(schemas.values()), "tables": list(schemas), "marks": marks}
    return connection.execute(query("source.columns"), values).all()
