"""Which row holds the headings, and which column holds which field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from minibar_ml.domain.imports import FileRefused, ImportKind
from minibar_ml.intake.kinds import FIELDS, Field
from minibar_ml.intake.tables import Cell, Row, Sheet, text_of
from minibar_ml.intake.words import bare, tidy

LOOKED_AT = 50
"""Rows from the top in which headings are looked for: titles and filters of the report stand above them."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields are: by name, the column's place and its heading in the file. `titles` stand above them.

    others: what else stands in the row of the headings.
    """

    places: Mapping[str, int]
    headings: Mapping[str, str]
    others: Sequence[Cell]
    titles: Sequence[Row]
    rows: Sequence[Row]


def find_columns(sheets: Sequence[Sheet], kind: ImportKind, mapped: Mapping[str, str] | None = None) -> Columns:
    """The columns of the sheet that has all required ones, and of several such sheets the most columns.

    `mapped`: headings by field, for those that no synonym covers. Raises FileRefused naming what is missing and what is
    there, or the sheets, where several hold rows of such a list.
    """
    best: Row | None = None
    lists: list[tuple[str, Columns]] = []
    for sheet in sheets:
        scored = [(len(_matches(row, kind, mapped)), -n) for n, row in enumerate(sheet.rows[:LOOKED_AT])]
        if not scored:
            continue
        place = -max(scored)[1]
        found = _matches(sheet.rows[place], kind, mapped)
        if all(field.name in found for field in FIELDS[kind] if field.is_required):
            lists.append((sheet.name, _columns(sheet, place, found)))
        best = best or sheet.rows[place]
    if lists:
        found_one = _the_one(lists)
        _require_mapped(found_one, mapped or {})
        return found_one
    there = [tidy(text_of(cell)) for cell in best.cells if text_of(cell)] if best else []
    found = _matches(best, kind, mapped) if best else {}
    missing = [field.headings[0] for field in FIELDS[kind] if field.is_required and field.name not in found]
    raise FileRefused("no_heading", missing=", ".join(missing), there=", ".join(there[:20]))


def _require_mapped(columns: Columns, mapped: Mapping[str, str]) -> None:
    """Raise FileRefused for a heading that a person named and that is not there: they would believe it is read."""
    if wrong := [heading for name, heading in mapped.items() if name not in columns.places]:
        there = [*columns.headings.values(), *(text_of(cell) for cell in columns.others)]
        raise FileRefused("no_such_heading", heading=wrong[0], there=", ".join(there[:20]))


def has_units_of_products(columns: Columns) -> bool:
    """Whether columns that are not read name products and how many of them: as a list of checks does."""
    others = {bare(text_of(cell)) for cell in columns.others}
    named = {field.name: field for field in FIELDS["checks"]}
    return all(others & set(_synonyms(named[name])) for name in ("product", "consumed"))


def lacking(columns: Columns, kind: ImportKind) -> tuple[str, ...]:
    """The headings of what says how long guests stay and how many they are, where a list does not have them."""
    wanted = [field for field in FIELDS[kind] if field.name in ("arrives_on", "departs_on", "guests")]
    return tuple(field.headings[0] for field in wanted if field.name not in columns.places)


def _the_one(lists: Sequence[tuple[str, Columns]]) -> Columns:
    """The list of a workbook: a sheet with less than half of its columns, or without rows, is another table.

    Which of two alike counts, or whether both do, only a person knows: a month a sheet, or a copy of the first.
    """
    best = max((columns for _, columns in lists), key=lambda columns: (len(columns.places), bool(columns.rows)))
    alike = [name for name, columns in lists if columns.rows and 2 * len(columns.places) >= len(best.places)]
    if len(alike) > 1:
        raise FileRefused("several_sheets", sheets=", ".join(alike[:20]))
    return best


def _columns(sheet: Sheet, place: int, found: Mapping[str, int]) -> Columns:
    head = sheet.rows[place]
    headings = {name: tidy(text_of(head.cells[column])) for name, column in found.items()}
    below = [row for row in sheet.rows[place + 1 :] if not _is_same(row, head, found)]
    others = [cell for column, cell in enumerate(head.cells) if column not in found.values() and text_of(cell)]
    return Columns(found, headings, others, sheet.rows[:place], below)


def _is_same(row: Row, head: Row, found: Mapping[str, int]) -> bool:
    """Whether a row repeats the headings, as a report does on each page."""
    return all(
        len(row.cells) > column and text_of(row.cells[column]) == text_of(head.cells[column])
        for column in found.values()
    )


def _matches(row: Row, kind: ImportKind, mapped: Mapping[str, str] | None) -> dict[str, int]:
    """The columns of a row that are headings, by field; of two columns for one field the better synonym counts."""
    cells = [bare(text_of(cell)) if isinstance(cell, str) else "" for cell in row.cells]
    asked = {name: bare(heading) for name, heading in (mapped or {}).items()}
    found = {name: cells.index(heading) for name, heading in asked.items() if heading and heading in cells}
    for field in FIELDS[kind]:
        if field.name in asked:
            continue
        taken = set(found.values())
        hits = [
            (rank, cells.index(word))
            for rank, word in enumerate(_synonyms(field))
            if word in cells and cells.index(word) not in taken
        ]
        if hits:
            found[field.name] = min(hits)[1]
    return found


@cache
def _synonyms(field: Field) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare(heading) for heading in field.headings))


def propose(sheets: Sequence[Sheet], kind: ImportKind) -> tuple[dict[str, str], list[str]]:
    """Headings by field as far as synonyms know them, and all headings of the row that looks most like headings.

    Where no row has any known heading, that is the first of the rows with the most texts.
    """
    rows = [row for sheet in sheets for row in sheet.rows[:LOOKED_AT]]
    if not rows:
        return {}, []

    def likeness(row: Row) -> tuple[int, int]:
        return len(_matches(row, kind, None)), sum(isinstance(cell, str) and bool(cell.strip()) for cell in row.cells)

    head = max(rows, key=likeness)
    named = {name: tidy(text_of(head.cells[place])) for name, place in _matches(head, kind, None).items()}
    return named, [tidy(text_of(cell)) for cell in head.cells if text_of(cell)]
