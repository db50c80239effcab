"""A workbook of plain lists: a heading, real types, and texts that stay texts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from minibar_ml.render.tables import printable

WIDEST, ROOM = 60, 2
"""Letters of the widest column, and of the gap beside a text."""
LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans("", "", "[]:*?/\\'")
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", " ")
DAY, INSTANT = "dd.mm.yyyy", "dd.mm.yyyy hh:mm"

Value = str | float | int | bool | date | datetime | None
Lines = Sequence[Sequence[Value]]


def workbook(sheets: Mapping[str, Lines], zone: ZoneInfo) -> bytes:
    """A sheet for each title, whose first line is its heading; instants are written in the hotel's time."""
    book = Workbook(write_only=True)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title.translate(_NOT_IN_TITLES)[:LONGEST_TITLE])
        sheet.freeze_panes = "A2"
        for place, width in enumerate(_widths(lines), 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for number, line in enumerate(lines):
            sheet.append([_cell(sheet, value, zone, bold=number == 0) for value in line])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _widths(lines: Lines) -> list[int]:
    return [
        min(max(len("" if value is None else str(value)) for value in column) + ROOM, WIDEST)
        for column in zip(*lines, strict=True)
    ]


def _cell(sheet: Any, value: Value, zone: ZoneInfo, *, bold: bool) -> Any:
    if isinstance(value, str):
        made = WriteOnlyCell(sheet, printable(value))
        made.data_type = "s"
        made.quotePrefix = value.startswith(_BEGINS_FORMULA)
    elif isinstance(value, datetime):
        made = WriteOnlyCell(sheet, value.astimezone(zone).replace(tzinfo=None))
        made.number_format = INSTANT
    else:
        made = WriteOnlyCell(sheet, value)
        if isinstance(value, date):
            made.number_format = DAY
    if bold:
        made.font = Font(bold=True)
    return made
