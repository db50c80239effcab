"""Excel workbooks, read row by row; a formula's cell is the value that Excel last computed."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake.tables import MOST_BYTES, MOST_COLUMNS, Allowance, Cell, Row, Sheet

MOST_UNPACKED = 4 * MOST_BYTES
MOST_LINES = 2**20
"""Excel's own limit. A file may name any number for a row, and the library yields every row above it."""
SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")


def sheets(content: bytes) -> list[Sheet]:
    """The visible sheets that have rows. Raises FileRefused for what is no xlsx workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise FileRefused("too_big", limit=f"{MOST_UNPACKED // 2**20} MiB")
            has_formulas = any(_has_formulas(packed, name) for name in packed.namelist() if SHEETS.fullmatch(name))
        with closing(_book(content, data_only=True)) as book:
            if has_formulas:
                with closing(_book(content, data_only=False)) as formulas:
                    _require_values(_visible(book), _visible(formulas))
            allowance = Allowance()
            return [found for one in _visible(book) if (found := _sheet(one, allowance)).rows]
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        raise FileRefused("broken_excel") from error


def _has_formulas(packed: zipfile.ZipFile, sheet: str) -> bool:
    with packed.open(sheet) as part:
        before = b""
        while read := part.read(2**20):
            if b"<f" in before + read:
                return True
            before = read[-1:]
    return False


def _book(content: bytes, *, data_only: bool) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)


def _visible(book: Any) -> list[Any]:
    return [one for one in book.worksheets if one.sheet_state == "visible"]


def _require_values(sheets: list[Any], formulas: list[Any]) -> None:
    """Raise FileRefused for a formula that was never computed: as a program leaves it, and read as if it were empty."""
    for valued, written in zip(sheets, formulas, strict=True):
        for (_, row), (_, cells) in zip(_lines(valued), _lines(written), strict=False):
            for cell, formula in zip(row, cells, strict=False):
                # A text that came out empty is a value.
                if formula.data_type == "f" and cell.value is None and cell.data_type != "str":
                    raise FileRefused("not_computed", cell=formula.coordinate, sheet=written.title)


def _lines(one: Any, *, values_only: bool = False) -> Iterator[tuple[int, Any]]:
    """The rows of a sheet that have cells, each with its number."""
    # What the file says of its size is often wrong.
    one.reset_dimensions()
    for line, cells in enumerate(one.iter_rows(max_col=MOST_COLUMNS, values_only=values_only), start=1):
        if line > MOST_LINES:
            raise FileRefused("too_many_rows", limit=f"{MOST_LINES:,}")
        yield line, cells


def _sheet(one: Any, allowance: Allowance) -> Sheet:
    rows = []
    for line, padded in _lines(one, values_only=True):
        if cells := _without_padding(padded):
            allowance.take(len(cells))
            rows.append(Row(line, tuple(map(_known, cells))))
    return Sheet(one.title, rows)


def _without_padding(cells: tuple[object, ...]) -> tuple[object, ...]:
    """The cells up to the last one with a value; the library gives each row as many as any may have."""
    if cells.count(None) == len(cells):
        return ()
    width = len(cells)
    while width and (cells[width - 1] is None or not str(cells[width - 1]).strip()):
        width -= 1
    return cells[:width]


def _known(cell: object) -> Cell:
    """A cell's value; an error such as #REF! is unknown."""
    if isinstance(cell, str) and cell.startswith("#") and cell.rstrip("!?").isupper():
        return None
    return cell  # type: ignore[return-value]
