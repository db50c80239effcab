"""Lists of alerts for other programs: JSON, JSON lines, CSV or an Excel workbook."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from minibar_ml.cli.alerts.json_rows import CONTRACT, EXTRAS
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.rows import Row, print_csv, print_workbook

GROUP = "group"
SHEET = "alerts"


def print_rows(rows: Sequence[Row], format_: str, zone: ZoneInfo, *, grouped: bool) -> None:
    """Print alerts in any format but a table; `zone`: of the times in a workbook, which knows no others."""
    names = (*CONTRACT, *EXTRAS, *([GROUP] if grouped else []))
    if format_ == "xlsx":
        print_workbook(rows, names, SHEET, zone)
    elif format_ == "csv":
        print_csv(rows, names)
    elif format_ == "ndjson":
        for row in rows:
            console.write_line(console.json_line(row))
    else:
        console.print_json(list(rows))
