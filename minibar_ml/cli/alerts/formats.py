"""Lists of alerts for other programs: JSON, JSON lines or CSV."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minibar_ml.cli import console
from minibar_ml.cli.alerts.json_rows import CONTRACT, EXTRAS

FORMATS = ("table", "json", "ndjson", "csv")
GROUP = "group"
_FORMULAS = ("=", "+", "-", "@")

Row = Mapping[str, Any]


def print_rows(rows: Sequence[Row], format_: str, *, grouped: bool) -> None:
    """Print alerts in any format but a table."""
    PRINTERS[format_](rows, (*CONTRACT, *EXTRAS, *([GROUP] if grouped else [])))


def _print_json(rows: Sequence[Row], names: Sequence[str]) -> None:
    console.print_json(list(rows))


def _print_lines(rows: Sequence[Row], names: Sequence[str]) -> None:
    for row in rows:
        console.say(console.json_line(row))


def _print_csv(rows: Sequence[Row], names: Sequence[str]) -> None:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(row[name]) for name in names] for row in rows)
    console.say(made.getvalue().removesuffix("\n"))


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
