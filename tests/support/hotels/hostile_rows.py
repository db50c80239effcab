"""Source rows with values that can't be right, of every type that a column may have, about entities of their own."""

import json
import random
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from minibar_ml.store.source.layouts import layouts

DATES = (
    "infinity", "-infinity", "20226-03-01", "10000-01-01", "9999-12-31", "294276-12-31", "5874897-12-31", "0001-01-01",
    "4714-11-24 BC", "1900-01-01",
)  # fmt: skip
TIMES = (
    "infinity", "-infinity", "20226-03-01 10:00", "9999-12-31 23:59:59.999999", "294276-12-31 23:59:59.999999",
    "294276-12-31 21:30", "0001-01-01 00:00", "4714-11-24 00:00:00 BC", "4714-11-24 03:00:00 BC",
)  # fmt: skip
NUMBERS = ("NaN", "0", "-1", "1e9", "-1e9", "99999999.99", "-99999999.99")
TEXTS = (
    "", " ", "\x01\x02\x1b[31mred\x1b[0m\x07\x7f", "\u202egnp\u202c", "\ufffe\uffff", "line\nline\r\n\tline", "=1+1",
    "<script>alert(1)</script>", "%s %(name)s :name {0} {{ x }}", "'; DROP TABLE odalar; --", "\\", "\u2028\u2029",
    "9" * 400, "İĞŞ" * 60, "\U0001f600",
)  # fmt: skip
VALUES: dict[str, tuple[Any, ...]] = {
    "date": DATES,
    "timestamp without time zone": TIMES,
    "timestamp with time zone": TIMES,
    "time without time zone": ("24:00", "00:00", "23:59:59.999999"),
    "smallint": (32767, -32768, 0, -1),
    "integer": (2147483647, -2147483648, 0, -1, 1000001),
    "bigint": (9223372036854775807, -9223372036854775808, 0, -1),
    "numeric": (*NUMBERS, "Infinity", "-Infinity", "1e1000", "1e-1000"),
    "double precision": (*NUMBERS, "Infinity", "-Infinity", "1e308", "5e-324"),
    "real": (*NUMBERS, "Infinity", "-Infinity"),
    "character varying": TEXTS,
    "text": TEXTS,
    "boolean": (True, False),
    "jsonb": ("null", "[]", '"x"', "1e400"),
    "json": ("null", "[]", '"x"'),
}
"""By type: values that PostgreSQL stores and nobody means."""
OWN = ("oteller", "katlar", "odalar", "urunler", "kullanicilar")
"""Tables of which hostile rows name one entity of their own: what is collected of others must not change."""
_COLUMNS = """
SELECT c.relname AS table, a.attname AS column, CAST(t.typname AS text) AS type, format_type(a.atttypid, NULL) AS name,
       ARRAY(SELECT CAST(e.enumlabel AS text) FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY 1) AS labels,
       NOT a.attnotnull AS is_nullable,
       (SELECT CAST(f.relname AS text) FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum] LIMIT 1) AS parent
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, a.attnum
"""


@dataclass(frozen=True)
class Hostile:
    """One row to write: a copy of some row of `table` with `value` in `column`."""

    table: str
    column: str
    value: Any

    def __str__(self) -> str:
        return f"{self.table}.{self.column} = {str(self.value)[:40]!r}"


@dataclass
class HostileRows:
    """Writes hostile rows into a hotel's source tables; `own` are the ids of rows written, by table."""

    url: str
    own: dict[str, list[int]] = field(default_factory=dict)
    refused: int = 0

    def reopen(self) -> None:
        """Connect again: a database that is copied must have no connection."""
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
        self._connection = engine.connect()

    def __post_init__(self) -> None:
        self.reopen()
        self._columns: dict[str, dict[str, Any]] = {}
        for row in self._connection.execute(text(_COLUMNS)):
            self._columns.setdefault(row.table, {})[row.column] = row
        self._settled: set[str] = set()

    def candidates(self) -> list[Hostile]:
        """Every hostile value of every column that the contract reads, NULL where it may stand."""
        read = layouts()[0].columns()
        found = []
        for table in sorted(read.keys() & self._columns.keys()):
            for name in sorted(read[table] & self._columns[table].keys()):
                column = self._columns[table][name]
                if name == "id" or column.parent:
                    values: tuple[Any, ...] = ()
                else:
                    values = tuple(column.labels) or VALUES[column.name]
                found += [Hostile(table, name, value) for value in values]
                found += [Hostile(table, name, None)] if column.is_nullable else []
        return found

    def settle(self) -> None:
        """Write some clean rows under entities of our own, so that hostile ones have parents."""
        for table in sorted(layouts()[0].columns().keys() & self._columns.keys()):
            self._settle(table)
        self._connection.commit()

    def _settle(self, table: str) -> None:
        if table in self._settled:
            return
        self._settled.add(table)
        for column in self._columns[table].values():
            if column.parent and column.parent != table:
                self._settle(column.parent)
        for n in range(1 if table in OWN else 4):
            self._write(table, {}, random.Random(n))

    def write(self, hostile: Hostile, source: random.Random) -> bool:
        """Write one; False where the table's constraints refuse it or there is nothing to copy."""
        return self.write_values(hostile.table, {hostile.column: hostile.value}, source)

    def write_values(self, table: str, values: dict[str, Any], source: random.Random) -> bool:
        """The same of several columns of one row."""
        written = self._write(table, values, source)
        self._connection.commit()
        return written

    def _write(self, table: str, values: dict[str, Any], source: random.Random) -> bool:
        connection, columns = self._connection, self._columns[table]
        drawn = connection.execute(
            text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY md5(CAST(t.ctid AS text) || :seed) LIMIT 1"),
            {"seed": str(source.random())},
        ).scalar()
        if drawn is None:
            return False
        row = dict(drawn)
        for name, column in columns.items():
            if self.own.get(column.parent or "") and column.parent != "oda_tipleri":
                row[name] = source.choice(self.own[column.parent])
        if "id" in columns:
            row["id"] = connection.execute(text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")).scalar()
        row |= values
        written = self._insert(connection, table, row) or self._insert(
            connection, table, self._unlike(row, columns, values)
        )
        if written and "id" in row and (not values or table not in OWN):
            self.own.setdefault(table, []).append(row["id"])
        return written

    def _unlike(self, row: dict[str, Any], columns: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """The same row with texts that no other has, for tables that keep them unique."""
        ours = {name: f"h{row.get('id', 0)}" for name, column in columns.items()
                if column.name == "character varying" and row.get(name)}  # fmt: skip
        return {**row, **ours, **values}

    def _insert(self, connection: Connection, table: str, row: dict[str, Any]) -> bool:
        try:
            with connection.begin_nested():
                made = f"jsonb_populate_record(CAST(NULL AS {table}), CAST(:row AS jsonb))"
                connection.execute(text(f"INSERT INTO {table} SELECT * FROM {made}"), {"row": json.dumps(row)})
        except DBAPIError:
            self.refused += 1
            return False
        return True

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
