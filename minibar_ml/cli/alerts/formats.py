"""Lists of alerts for other programs: JSON, JSON lines, CSV or an Excel workbook."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from minibar_ml.cli.alerts.json_rows import CONTRACT, EXTRAS
from minibar_ml.cli.terminal import console

FORMATS = ("table", "json", "ndjson", "csv", "xlsx")
GROUP = "group"
SHEET = "alerts"
_FORMULAS = ("=", "+", "-", "@")

Row = Mapping[str, Any]


def print_rows(rows: Sequence[Row], format_: str, zone: ZoneInfo, *, grouped: bool) -> None:
    """Print alerts in any format but a table; `zone`: of the times in a workbook, which knows no others."""
    names = (*CONTRACT, *EXTRAS, *([GROUP] if grouped else []))
    if format_ == "xlsx":
        from minibar_ml.render.sheet.plain import workbook  # nothing else here needs openpyxl

        lines = [names, *([_value(row[name]) for name in names] for row in rows)]
        console.write(workbook({SHEET: lines}, zone), "alerts.xlsx")
        return
    PRINTERS[format_](rows, names)


def _value(value: Any) -> Any:
    """A value that a cell can hold."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else value


def _print_json(rows: Sequence[Row], names: Sequence[str]) -> None:
    console.print_json(list(rows))


def _print_lines(rows: Sequence[Row], names: Sequence[str]) -> None:
    for row in rows:
        console.write_line(console.json_line(row))


def _print_csv(rows: Sequence[Row], names: Sequence[str]) -> None:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(row[name]) for name in names] for row in rows)
    console.write_line(made.getvalue().removesuffix("\n"))


def cell(value: Any) -> Any:
    """A value that is safe in a spreadsheet: text that would be evaluated as a formula is marked as text."""
    if isinstance(value, Mapping):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value.isoformat() if hasattr(value, "isoformat") else value
    text = console.visible(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULAS) else text


PRINTERS: Mapping[str, Callable[[Sequence[Row], Sequence[str]], None]] = {
    "json": _print_json,
    "ndjson": _print_lines,
    "csv": _print_csv,
}
