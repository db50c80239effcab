"""Rows for other programs: CSV, or an Excel workbook of one sheet."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from minibar_ml.cli.terminal import console

_FORMULAS = ("=", "+", "-", "@")

Row = Mapping[str, Any]


def print_csv(rows: Sequence[Row], names: Sequence[str]) -> None:
    """Print these columns of rows as CSV, with a heading."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(row[name]) for name in names] for row in rows)
    console.write_line(made.getvalue().removesuffix("\n"))


def print_workbook(rows: Sequence[Row], names: Sequence[str], title: str, zone: ZoneInfo) -> None:
    """Write the same to stdout as a workbook, which knows no zones: instants are in this one. `title`: of the sheet,
    and of the file that is suggested where stdout is a terminal."""
    from minibar_ml.render.sheet.plain import workbook  # nothing else here needs openpyxl

    lines = [names, *([_plain(row[name]) for name in names] for row in rows)]
    console.write(workbook({title: lines}, zone), f"{title}.xlsx")


def cell(value: Any) -> Any:
    """A value that is safe in a spreadsheet: text that would be evaluated as a formula is marked as text."""
    value = _plain(value)
    if not isinstance(value, str):
        return value.isoformat() if hasattr(value, "isoformat") else value
    text = console.visible(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULAS) else text


def _plain(value: Any) -> Any:
    """A value that a cell can hold."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else value
