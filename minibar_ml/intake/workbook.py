"""Excel workbooks, read row by row; a formula's cell is the value that Excel last computed."""

import io
import zipfile

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake.tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cell, Row, Sheet

MOST_UNPACKED = 8 * MOST_BYTES


def sheets(content: bytes) -> list[Sheet]:
    """The visible sheets that have rows. Raises FileRefused for what is no xlsx workbook."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise FileRefused("too_big", limit=str(MOST_UNPACKED // 2**20))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return [found for one in book.worksheets if one.sheet_state == "visible" and (found := _sheet(one)).rows]
        finally:
            book.close()
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused("broken_excel") from error


def _sheet(one: "object") -> Sheet:
    # What the file says of its size is often wrong.
    one.reset_dimensions()  # type: ignore[attr-defined]
    rows = []
    for line, cells in enumerate(one.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):  # type: ignore[attr-defined]
        if any(cell is not None and str(cell).strip() for cell in cells):
            rows.append(Row(line, tuple(map(_known, cells))))
        if len(rows) > MOST_ROWS:
            raise FileRefused("too_big", limit=f"{MOST_ROWS:,}")
    return Sheet(one.title, rows)  # type: ignore[attr-defined]


def _known(cell: object) -> Cell:
    """A cell's value; an error such as #REF! is unknown."""
    if isinstance(cell, str) and cell.startswith("#") and cell.rstrip("!?").isupper():
        return None
    return cell  # type: ignore[return-value]
