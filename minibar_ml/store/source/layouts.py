"""The files of the source contract: one file or folder of `sql/source` for each hotel application.

A layout may also stand outside the package: see layout_files.py. That of lists imported from files reads tables of our
own (sql/intake).

Comment lines say what a layout needs. `marks` names columns whose tables show that the application is there; `needs` of
each function the tables and columns that it reads; `wants` columns that one version of the application lacks: where one
is missing, NULL takes its place; `readers` the group of people's roles that read its tables besides the jobs (see
sql/source/minibar/places.sql); `schema` where the tables are, if not where the search path finds them.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from minibar_ml.domain.source_parts import PARTS, Part
from minibar_ml.store.source import keys
from minibar_ml.store.source.signatures import Signature, declared
from minibar_ml.store.sql_files import sections_of, sql_folder, without_comments

SOURCE = re.compile(r"\bsource\.(\w+)")
_TABLE = re.compile(r"(\w+)\(([^)]*)\)")
_WANT = re.compile(r"^-- wants: (\w+): (\w+)\(([^)]*)\)", re.MULTILINE)
_SCHEMA = re.compile(r"^-- schema: (\w+)$", re.MULTILINE)
_READERS = re.compile(r"^-- readers: (\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Want:
    """An optional column: the table, the alias it is read under, its name and its type."""

    table: str
    alias: str
    column: str
    type: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The contract's functions for one application, and what each reads. `schema` None: found by the search path."""

    name: str
    marks: tuple[tuple[str, str], ...]
    functions: dict[str, str]
    needs: dict[str, dict[str, tuple[str, ...]]]
    wants: dict[str, tuple[Want, ...]]
    readers: dict[str, str]
    signatures: dict[str, Signature]
    content: str
    schema: str | None = None

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    def lacks(self, part: Part) -> bool:
        """Whether the layout reads nothing of a part: the system has no such thing."""
        return not any(function in self.functions for function in part.functions)

    def tables(self) -> set[str]:
        """Every source table that any function reads."""
        return {table for need in self.needs.values() for table in need} | {table for table, _ in self.marks}

    def columns(self) -> dict[str, set[str]]:
        """Every column that any function reads or would like to read, by table."""
        found: dict[str, set[str]] = {table: set() for table in self.tables()}
        for need in self.needs.values():
            for table, columns in need.items():
                found[table].update(columns)
        for want in (want for wants in self.wants.values() for want in wants):
            found[want.table].add(want.column)
        return found

    def missing(self, seen: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
        """The optional columns (table, column) that are not among those `seen`, by table."""
        wants = (want for wants in self.wants.values() for want in wants)
        return {(want.table, want.column) for want in wants if want.column not in seen.get(want.table, ())}

    def body(self, function: str, missing: Collection[tuple[str, str]]) -> str:
        """A function's statement, with NULL in the place of optional columns that are `missing` (table, column)."""
        text = without_comments(self.functions[function])
        for want in self.wants[function]:
            if (want.table, want.column) in missing:
                text = re.sub(rf'\b{want.alias}\.("?){want.column}\b\1', f"NULL::{want.type}", text)
        return text


@cache
def layouts() -> tuple[Layout, ...]:
    """The layouts of all hotel applications that we know."""
    return tuple(parse(path) for path in sorted((sql_folder() / "source").iterdir()))


@cache
def imported() -> Layout:
    """The layout of lists that were imported from files."""
    return parse(sql_folder() / "intake" / "imported")


def parse(path: Path) -> Layout:
    """The layout of a file, or of all files of a folder."""
    return of_text(path.stem, "\n".join(file.read_text(encoding="utf-8") for file in files(path)))


def files(path: Path) -> list[Path]:
    """The SQL files of a layout, in order."""
    return sorted(path.glob("*.sql")) if path.is_dir() else [path]


@cache
def of_text(name: str, content: str) -> Layout:
    """The layout of a text; raises ValueError where it names a function twice."""
    functions = sections_of(content, name)
    signatures = {function: found for function, body in functions.items() if (found := declared(body))}
    functions |= {
        part.seen: _counting(part, signatures[part.functions[0]])
        for part in PARTS
        if part.seen not in functions and part.functions[0] in signatures
    }
    needs = {function: _needs(body) for function, body in functions.items()}
    needs |= {part.seen: needs[part.functions[0]] for part in PARTS if part.seen in functions and not needs[part.seen]}
    marks = [
        (table, column)
        for line in re.findall(r"^-- marks: (.+)$", content, re.MULTILINE)
        for table, _, column in (mark.strip().partition(".") for mark in line.split(","))
    ]
    return Layout(
        name,
        tuple(marks),
        functions,
        needs,
        {function: _wants(body) for function, body in functions.items()},
        {function: reader[1] for function, body in functions.items() if (reader := _READERS.search(body))},
        signatures,
        content,
        schema[1] if (schema := _SCHEMA.search(content)) else None,
    )


def _counting(part: Part, counted: Signature) -> str:
    """What `db check` shows of a part where the layout does not say it: rows, and the newest one's time."""
    called = f"keyed_{counted.name}" if keys.needs_numbers(counted) else counted.name
    given = ", ".join(f"'{'-' if n == 0 else ''}infinity'" for n, _ in enumerate(counted.arguments))
    time = next((column for column, kind in counted.columns if kind in ("timestamptz", "date")), None)
    newest = f"max({time})::timestamptz" if time else "NULL::timestamptz"
    return (
        f"CREATE FUNCTION minibar_ml.{part.seen}() RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb)\n"
        f"LANGUAGE sql STABLE AS $$\n    SELECT count(*), {newest}, NULL::jsonb FROM minibar_ml.{called}({given})\n$$"
    )


def tables_in(text: str) -> set[str]:
    """The source's tables that an SQL text names."""
    return set(SOURCE.findall(text))


def _needs(body: str) -> dict[str, tuple[str, ...]]:
    line = re.search(r"^-- needs: (.+)$", body, re.MULTILINE)
    found = _TABLE.findall(line.group(1)) if line else []
    return {table: tuple(column.strip() for column in columns.split(",")) for table, columns in found}


def _wants(body: str) -> tuple[Want, ...]:
    found = []
    for alias, table, columns in _WANT.findall(body):
        for column in columns.split(","):
            name, _, kind = column.strip().partition(" ")
            found.append(Want(table, alias, name, kind))
    return tuple(found)
