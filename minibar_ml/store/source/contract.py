"""The source contract: SQL functions that give every hotel system the same English names.

`db init` installs a layout's functions (see layouts.py). They are created even where tables are missing, so that what
was missing can be granted later without a new `db init`. Each names its tables with their schema: no search_path of a
caller decides what it reads.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.errors import PreconditionFailed, SourceIncomplete
from minibar_ml.domain.source_parts import DISPENSABLE, PARTS, Part
from minibar_ml.store.queries import query
from minibar_ml.store.source import columns, keys, proofs
from minibar_ml.store.source.gaps import Gap, gaps_of, together
from minibar_ml.store.source.layouts import SOURCE, Layout, imported, layouts, of_text
from minibar_ml.store.source.signatures import Signature


@dataclass(frozen=True, slots=True)
class Contract:
    """The installed contract as this role sees it now.

    usable: functions that can be called. gaps: why others can't, optional parts aside. optional_gaps: the same of
    optional parts, by part. absent: parts that the hotel does without, or its layout. is_own_file: the layout stands
    outside the package.
    """

    layout: str
    usable: frozenset[str]
    gaps: tuple[Gap, ...]
    absent: tuple[str, ...]
    optional_gaps: dict[str, tuple[Gap, ...]]
    signatures: dict[str, Signature]
    checksum: str
    is_own_file: bool

    def has(self, part: Part) -> bool:
        """Whether all of a part can be read."""
        return self.usable.issuperset(part.functions)


def locate(connection: Connection, tables: set[str]) -> dict[str, str]:
    """The schema of each of these tables that the role's own search_path finds."""
    found = connection.execute(query("source.locate"), {"tables": sorted(tables)})
    return {row.table_name: row.schema_name for row in found}


def use_own_path(connection: Connection) -> None:
    """Resolve bare names in this transaction as the role's own search_path does: `simulate` writes the source."""
    connection.execute(query("source.use_own_path"))


def recognise(connection: Connection, own_file: Layout | None = None) -> Layout:
    """The layout of this database's source tables, whatever their version; `own_file` is the only one where given.

    The schema of imported lists is there only where somebody asked for it, so it comes first. Raises SourceIncomplete
    where no layout's marks are there.
    """
    known = (own_file,) if own_file else layouts()
    for layout in known if own_file else (imported(), *known):
        seen = columns.fetch(connection, _found(connection, layout), layout)
        if all(column in seen.get(table, {}) for table, column in layout.marks):
            return layout
    seen = columns.fetch(connection, locate(connection, {table for layout in known for table in layout.tables()}))
    looked_for = "; ".join(f"{layout.name}: " + ", ".join(map(".".join, layout.marks)) for layout in known)
    found = ", ".join(sorted(seen)) or "none of its tables"
    raise SourceIncomplete(
        "The hotel application's tables are not recognised in this database and search_path "
        f"(found: {found}; looked for {looked_for}). Check the database in ML_DATABASE_URL and the role's search_path, "
        "or map the tables with a file of your own (ML_SOURCE_FILE, see `minibar-ml docs source-layouts`). A hotel "
        "whose system only exports lists: `minibar-ml db init --files`, then `minibar-ml import`."
    )


def install(connection: Connection, absent: tuple[str, ...] = (), own_file: Layout | None = None) -> Contract:
    """Recognise the layout and (re)create its functions, in the caller's transaction.

    `absent` names parts (see DISPENSABLE) that this hotel does without: they are not missed afterwards. `own_file` is a
    layout from outside the package. Raises SourceIncomplete for what PostgreSQL refuses in it, naming the function.
    """
    layout = recognise(connection, own_file)
    schemas = _schemas(connection, layout)
    missing = layout.missing(columns.fetch(connection, schemas, layout))
    connection.exec_driver_sql("SET LOCAL check_function_bodies = off")
    for signature in connection.execute(query("source.functions")).scalars().all():
        connection.exec_driver_sql(f"DROP FUNCTION {signature}")
    bodies = {name: _placed(connection, layout.body(name, missing), schemas) for name in layout.functions}
    for function, body in bodies.items():
        _create(connection, layout, function, body)
    values = {
        "layout": layout.name,
        "checksum": layout.checksum,
        "content": layout.content if own_file else None,
        "absent": list(absent),
        "schemas": json.dumps(schemas),
    }
    connection.execute(query("source.upsert_contract"), values)
    contract = read(connection)
    if own_file:
        _prove(connection, layout, {name: body for name, body in bodies.items() if name in contract.usable})
    number_keys(connection, contract)
    return contract


def find_absent(connection: Connection) -> tuple[str, ...]:
    """Parts that the hotel does without, as it was last installed; none where it never was."""
    row = connection.execute(query("source.find_contract")).one_or_none()
    return tuple(row.absent) if row else ()


def _create(connection: Connection, layout: Layout, function: str, body: str) -> None:
    """A function of the layout; where its ids are keys, under another name, and one in its place that translates."""
    found = layout.signatures.get(function)
    is_keyed = found is not None and keys.needs_numbers(found)
    connection.exec_driver_sql((keys.keyed(body) if is_keyed else body).replace("%", "%%"))
    if found and is_keyed:
        connection.exec_driver_sql(keys.translation(found))


def _prove(connection: Connection, layout: Layout, bodies: dict[str, str]) -> None:
    """Have PostgreSQL read a stranger's functions, once all are there: a mistake is named now, not by a job."""
    if found := proofs.problems(connection, layout, bodies):
        raise SourceIncomplete(f"{layout.name}: {'; '.join(found)}.")


def number_keys(connection: Connection, contract: Contract) -> int:
    """Number what is new among hotels, rooms, products and users whose ids are keys; how many there were."""
    return keys.number(connection, contract.signatures, contract.usable)


def _schemas(connection: Connection, layout: Layout) -> dict[str, str]:
    """The schema of every table of a recognised layout; one that is not there yet belongs next to the first that is."""
    found = _found(connection, layout)
    home = found[layout.marks[0][0]]
    return {table: found.get(table, home) for table in sorted(layout.tables())}


def _found(connection: Connection, layout: Layout) -> dict[str, str]:
    """The schema of each of a layout's tables: its own, or where the search path finds it."""
    tables = layout.tables()
    return dict.fromkeys(tables, layout.schema) if layout.schema else locate(connection, tables)


def _placed(connection: Connection, body: str, schemas: dict[str, str]) -> str:
    quote = connection.dialect.identifier_preparer.quote_identifier
    return SOURCE.sub(lambda table: f"{quote(schemas[table[1]])}.{quote(table[1])}", body)


def read(connection: Connection) -> Contract:
    """The installed contract and what of it can be used right now.

    Raises PreconditionFailed where none is installed or the program's files have changed since.
    """
    row = connection.execute(query("source.find_contract")).one_or_none()
    layout = _installed(row)
    if row is None or layout is None or layout.checksum != row.checksum:
        raise PreconditionFailed(
            "The source contract is not installed, or is another version's: run `minibar-ml db init`."
        )
    seen = columns.fetch(connection, row.schemas, layout)
    absent = [part.name for part in PARTS if part.name in row.absent or (not part.is_optional and layout.lacks(part))]
    without = {function for part in PARTS if part.name in absent for function in part.functions}
    gaps = {function: gaps_of(layout, function, seen) for function in layout.functions if function not in without}
    usable = frozenset(function for function, found in gaps.items() if not found)
    return Contract(
        layout.name,
        usable,
        together(gaps, [part for part in PARTS if not part.is_optional]),
        tuple(absent),
        {part.name: together(gaps, [part]) for part in PARTS if part.is_optional},
        layout.signatures,
        layout.checksum,
        row.content is not None,
    )


def _installed(row: Row[Any] | None) -> Layout | None:
    """The layout that the store's row names; one from outside the package is kept there as a whole."""
    if row is None or row.content is None:
        return next((layout for layout in (imported(), *layouts()) if row and layout.name == row.layout), None)
    return of_text(row.layout, row.content)


def known_layouts(connection: Connection) -> tuple[Layout, ...]:
    """Our own layouts, and the one from outside the package that is installed here."""
    row = connection.execute(query("source.find_contract")).one_or_none()
    other = _installed(row) if row and row.content is not None else None
    return (*layouts(), other) if other else layouts()


def usable(connection: Connection) -> frozenset[str]:
    """What of the source can be used right now; nothing where no contract is installed."""
    try:
        return read(connection).usable
    except PreconditionFailed:
        return frozenset()


def find_strangers(connection: Connection) -> dict[str, str]:
    """Tables that are called as one of the installed contract's and belong to a stranger: whose."""
    row = connection.execute(query("source.find_contract")).one_or_none()
    return columns.find_strangers(connection, row.schemas, _installed(row)) if row else {}


def fetch_schemas(connection: Connection) -> dict[str, str]:
    """The schema in which `db init` found each table of the installed contract; empty where none is installed."""
    row = connection.execute(query("source.find_contract")).one_or_none()
    return dict(row.schemas) if row else {}


def describe_gaps(contract: Contract) -> str:
    """One line that names all that is missing and the cure."""
    missing = "; ".join(map(str, contract.gaps))
    where = "the file of ML_SOURCE_FILE" if contract.is_own_file else f"sql/source/{contract.layout}"
    cures = [
        "grant it SELECT (`minibar-ml db roles --apply`)" if any(gap.is_of_rights for gap in contract.gaps) else "",
        f"correct the names in {where}" if not all(gap.is_of_rights for gap in contract.gaps) else "",
        f"if the hotel has no such thing, say so with `db init --without {'|'.join(DISPENSABLE)}`",
    ]
    cure = "; ".join(filter(None, cures))
    return f"The source can't all be read: {missing}. {cure[0].upper()}{cure[1:]}. What does not need it still works."
