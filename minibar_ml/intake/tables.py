"""A file as rows of cells, whatever its format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake.words import tidy

Cell = str | int | float | bool | datetime | date | time | None
MOST_BYTES = 64 * 2**20
MOST_ROWS, MOST_COLUMNS = 300_000, 256
MOST_CELLS = 10 * MOST_ROWS
"""Of a file, those between two values of a row included: a small file can name more than memory holds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its line in the file (an Excel row number, or a line of CSV), from 1."""

    line: int
    cells: Sequence[Cell]


class Allowance:
    """What is left of the rows and cells that one file may have."""

    def __init__(self) -> None:
        self._rows, self._cells = MOST_ROWS, MOST_CELLS

    def take(self, cells: int) -> None:
        """Take a row of so many cells. Raises FileRefused where the file has too many of either."""
        self._rows -= 1
        self._cells -= cells
        if self._rows < 0:
            raise FileRefused("too_many_rows", limit=f"{MOST_ROWS:,}")
        if self._cells < 0:
            raise FileRefused("too_many_cells", limit=f"{MOST_CELLS:,}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet, or of a CSV file, in order; rows without any value are left out."""

    name: str
    rows: Sequence[Row]


def text_of(cell: Cell) -> str:
    """A cell as a person reads it: a room number that Excel keeps as 101.0 is `101`."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return tidy(str(cell))
