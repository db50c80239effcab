"""The source contract: SQL functions that give every hotel system the same English names.

A layout is one file in `sql/source`: a `marks` line says by which column and type it is recognised, each section is
one function, and its `needs` line says which tables and columns the function reads. Functions are created even where
those are missing, so that what was missing can be granted later without a new `db init`. Each names its tables with
their schema: no search_path of a caller decides what it reads.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from minibar_ml.domain.errors import PreconditionFailed, SourceIncomplete
from minibar_ml.store.queries import query, sections, sql_folder

PARTS = {
    "stays": "source_stays",
    "requests": "source_refill_requests",
    "custody": "source_custody",
    "ledger": "source_stock_movements",
    "recipients": "source_recipients",
}
"""What a hotel may do without, by the word that `db init --without` takes."""
_NEED = re.compile(r"(\w+)\(([^)]*)\)")
_SOURCE = re.compile(r"\bsource\.(\w+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """One file of `sql/source`."""

    name: str
    marks: tuple[tuple[str, str, str], ...]
    functions: dict[str, str]
    needs: dict[str, dict[str, tuple[str, ...]]]
    checksum: str

    def tables(self) -> set[str]:
        """Every source table that any function reads."""
        return {table for need in self.needs.values() for table in need} | {table for table, _, _ in self.marks}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of the source that can't be read: a missing table or column, or a missing right."""

    table: str
    columns: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        named = f"{self.table} ({', '.join(self.columns)})" if self.columns else self.table
        return f"{self.reason} {named}"


@dataclass(frozen=True, slots=True)
class Contract:
    """The installed contract as this role sees it now: usable functions, and why the others are not."""

    layout: str
    usable: frozenset[str]
    gaps: tuple[Gap, ...]
    absent: tuple[str, ...]


def layouts() -> list[Layout]:
    """All layouts that we know."""
    return [_parse(path) for path in sorted((sql_folder() / "source").glob("*.sql"))]


def _parse(path: Path) -> Layout:
    content = path.read_text(encoding="utf-8")
    marks = []
    for line in re.findall(r"^-- marks: (.+)$", content, re.MULTILINE):
        column, _, kind = line.partition(" ")
        table, _, name = column.partition(".")
        marks.append((table, name, kind))
    functions = sections(path)
    needs = {}
    for function, body in functions.items():
        line = re.search(r"^-- needs: (.+)$", body, re.MULTILINE)
        found = _NEED.findall(line.group(1)) if line else []
        needs[function] = {table: tuple(c.strip() for c in columns.split(",")) for table, columns in found}
    return Layout(path.stem, tuple(marks), functions, needs, hashlib.sha256(content.encode()).hexdigest())


Seen = dict[str, dict[str, tuple[str, bool]]]


def locate(connection: Connection, tables: set[str]) -> dict[str, str]:
    """The schema of each of these tables that the role's own search_path finds."""
    found = connection.execute(query("source.locate"), {"tables": sorted(tables)})
    return {row.table_name: row.schema_name for row in found}


def use_own_path(connection: Connection) -> None:
    """Resolve bare names in this transaction as the role's own search_path does: `simulate` writes the source."""
    connection.execute(query("source.use_own_path"))


def _columns(connection: Connection, schemas: dict[str, str]) -> Seen:
    seen: Seen = {}
    values = {"schemas": list(schemas.values()), "tables": list(schemas)}
    for row in connection.execute(query("source.columns"), values):
        seen.setdefault(row.table_name, {})[row.column_name] = (row.type, row.readable)
    return seen


def recognise(connection: Connection) -> Layout:
    """The layout of this database's source tables.

    Raises SourceIncomplete where no layout's marks are there.
    """
    known = layouts()
    seen = _columns(connection, locate(connection, {table for layout in known for table in layout.tables()}))
    for layout in known:
        if all(seen.get(table, {}).get(column, ("", False))[0] == kind for table, column, kind in layout.marks):
            return layout
    looked_for = "; ".join(f"{layout.name}: {t}.{c} {k}" for layout in known for t, c, k in layout.marks)
    found = ", ".join(sorted(seen)) or "none of its tables"
    raise SourceIncomplete(
        "The hotel application's tables are not recognised in this database and search_path "
        f"(found: {found}; looked for {looked_for}). Check the database in ML_DATABASE_URL and the role's search_path, "
        "or map the tables with one more file in sql/source."
    )


def _gaps(layout: Layout, seen: Seen) -> tuple[frozenset[str], tuple[Gap, ...]]:
    usable, gaps = set(), dict[tuple[str, str], set[str]]()
    for function, need in layout.needs.items():
        complete = True
        for table, columns in need.items():
            missing = [column for column in columns if column not in seen.get(table, {})]
            denied = [column for column in columns if column in seen.get(table, {}) and not seen[table][column][1]]
            if table not in seen:
                gaps.setdefault((table, "there is no table"), set())
            elif missing:
                gaps.setdefault((table, "the table lacks"), set()).update(missing)
            elif denied:
                gaps.setdefault((table, "this role may not SELECT from"), set())
            complete = complete and not missing and not denied
        if complete:
            usable.add(function)
    found = tuple(Gap(table, tuple(sorted(columns)), reason) for (table, reason), columns in sorted(gaps.items()))
    return frozenset(usable), found


def install(connection: Connection, absent: tuple[str, ...] = ()) -> Contract:
    """Recognise the layout and (re)create its functions, in the caller's transaction.

    `absent` names parts (see PARTS) that this hotel does without: they are not missed afterwards.
    """
    layout = recognise(connection)
    schemas = _schemas(connection, layout)
    connection.exec_driver_sql("SET LOCAL check_function_bodies = off")
    for signature in connection.execute(query("source.functions")).scalars().all():
        connection.exec_driver_sql(f"DROP FUNCTION {signature}")
    for body in layout.functions.values():
        connection.exec_driver_sql(_placed(connection, body, schemas).replace("%", "%%"))
    values = {
        "layout": layout.name,
        "checksum": layout.checksum,
        "absent": list(absent),
        "schemas": json.dumps(schemas),
    }
    connection.execute(query("source.upsert_contract"), values)
    return read(connection)


def _schemas(connection: Connection, layout: Layout) -> dict[str, str]:
    """The schema of every table of a recognised layout; one that is not there yet belongs beside the first that is."""
    found = locate(connection, layout.tables())
    home = found[layout.marks[0][0]]
    return {table: found.get(table, home) for table in sorted(layout.tables())}


def _placed(connection: Connection, body: str, schemas: dict[str, str]) -> str:
    quote = connection.dialect.identifier_preparer.quote_identifier
    return _SOURCE.sub(lambda table: f"{quote(schemas[table[1]])}.{table[1]}", body)


def read(connection: Connection) -> Contract:
    """The installed contract and what of it can be used right now.

    Raises PreconditionFailed where none is installed or the program's file has changed since.
    """
    row = connection.execute(query("source.find_contract")).one_or_none()
    layout = next((layout for layout in layouts() if row and layout.name == row.layout), None)
    if row is None or layout is None or layout.checksum != row.checksum:
        raise PreconditionFailed(
            "The source contract is not installed, or is another version's: run `minibar-ml db init`."
        )
    usable, gaps = _gaps(layout, _columns(connection, row.schemas))
    forgiven = {table for part in row.absent for table in layout.needs[PARTS[part]]}
    forgiven -= {table for function in usable for table in layout.needs[function]}
    return Contract(layout.name, usable, tuple(gap for gap in gaps if gap.table not in forgiven), tuple(row.absent))


def usable(connection: Connection) -> frozenset[str]:
    """What of the source can be used right now; nothing where no contract is installed."""
    try:
        return read(connection).usable
    except PreconditionFailed:
        return frozenset()


def complaint(contract: Contract) -> str:
    """One line that names all that is missing and the cure."""
    missing = "; ".join(map(str, contract.gaps))
    return (
        f"The source can't all be read: {missing}. Grant SELECT to this role, or map the table in sql/source/"
        f"{contract.layout}.sql; if the hotel has none, say so with `db init --without "
        f"{'|'.join(PARTS)}`. What does not need it still works."
    )
