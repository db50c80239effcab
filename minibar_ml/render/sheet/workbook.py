"""The report as an Excel workbook: a sheet a table, with real numbers and dates, filters and Excel's own charts.

Rows are streamed, so that memory does not grow with them. A text stays a text: nothing of the database becomes a
formula, whatever it begins with.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from textwrap import wrap
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.render.alert_tables import today
from minibar_ml.render.first_screen import health, sentence, snoozed, tiles
from minibar_ml.render.headings import Figure, document_title, title, whose
from minibar_ml.render.listed import table as listed
from minibar_ml.render.sections import sections
from minibar_ml.render.sheet import charts
from minibar_ml.render.sheet.cells import Cells
from minibar_ml.render.tables import Cell, Column, Kind, Row, Table
from minibar_ml.render.words import Words

_UNIT = 11.0
"""Width of a column of relative width 1, in letters."""
_NARROW, _LEAST = 11.0, {"day": 17.0, "instant": 18.0, "severity": 12.0}
_LINE, _MOST_LINES = 13.5, 12
_LONGEST_NAME = 31
ALWAYS = frozenset({"stock", "today", "alerts"})
"""Tables whose sheet is there without rows too: what is to be ordered, what is due, all alerts."""
_NOT_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")


def render(report: Report, lang: Lang, words: Words) -> bytes:
    """The workbook as bytes."""
    book = new(document_title(report, words), lang, report.generated_at)
    cells = Cells(book, words, report.currency)
    noted = _tables(report, words)
    _add_overview(book, report, words, cells, noted)
    for table, _note in noted:
        if _has_sheet(table):
            add_table(book, table, cells)
    return content(book)


def new(title: str, lang: Lang, made_at: datetime) -> Workbook:
    """A workbook without sheets, which says what it is."""
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "minibar-ml"
    book.properties.language = lang
    # The file says of it that it is UTC.
    book.properties.created = made_at.astimezone(UTC).replace(tzinfo=None)
    return book


def content(book: Workbook) -> bytes:
    """What stands in its file."""
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _tables(report: Report, words: Words) -> list[tuple[Table, str]]:
    """Every table with what is to be known of it: what is to be ordered first, then today's list and all alerts."""
    found = [(table, section.note or table.note) for section in sections(report, words) for table in section.tables]
    orders = next(one for one in found if one[0].key == "stock")
    lists = [(table, table.note) for table in (today(report, words), listed(report, words))]
    return [orders, *lists, *(one for one in found if one is not orders)]


def _has_sheet(table: Table) -> bool:
    """A list without rows stands on the overview with its sentence; those that scripts read are there always."""
    return bool(table.rows) or table.key in ALWAYS


def _add_overview(book: Any, report: Report, words: Words, cells: Cells, noted: Sequence[tuple[Table, str]]) -> None:
    """Whose report it is, its key figures, and what stands on which sheet."""
    _ = words.catalog.gettext
    widths = (30.0, 34.0, 22.0, 80.0)
    sheet = _sheet(book, _("Overview"), widths)
    sheet.row_dimensions[1].height = 2 * _LINE
    heads: tuple[tuple[str, Cell, Kind], ...] = (
        (_("Hotel"), whose(report, words), "name"),
        (_("First day"), report.period.since, "day"),
        (_("Last day"), report.period.last_day, "day"),
        (_("As of"), report.generated_at, "instant"),
        (_("Time zone"), report.timezone, "name"),
        (_("Data"), health(report, words)[1], "name"),
    )
    rows: list[list[Any]] = [
        [cells.title(title(report, words))],
        [cells.title(sentence(report, words), size=12)],
        *([cells.label(name), cells.cell(value, kind, left=True)] for name, value, kind in heads),
        [],
        *(
            [cells.label(one.title), cells.cell(one.value, one.kind, bold=True, left=True), None, cells.note(one.below)]
            for one in _figures(report, words)
        ),
        [],
        [cells.heading(text) for text in (_("Sheet"), _("Rows"), _("Total"), _("Notes"))],
    ]
    for row in rows:
        sheet.append(row)
    for number, (table, note) in enumerate(noted, len(rows) + 1):
        shown, text = len(table.rows), note if table.rows else table.empty or note
        whole = cells.cell(shown if table.of is None else table.of, "count", left=True)
        _set_height(sheet, number, (table.title, text), (widths[0], widths[3]))
        name = cells.note(table.title)
        if _has_sheet(table):
            target = table.title.translate(_NOT_IN_NAMES)[:_LONGEST_NAME]
            sheet._hyperlinks.append(Hyperlink(ref=f"A{number}", location=f"'{target}'!A1"))
            name = cells.link(table.title)
        sheet.append([name, cells.cell(shown, "count", left=True), whole, cells.note(text)])


def _figures(report: Report, words: Words) -> tuple[Figure, ...]:
    """The four figures, and what is snoozed."""
    off = report.snoozed
    title = words.label("snoozed", "status")
    more = (Figure("snoozed", title, off.alerts, "count", snoozed(report, words)),) if off else ()
    return (*tiles(report, words), *more)


def add_table(book: Any, table: Table, cells: Cells) -> None:
    """The table, its heading frozen and with filters; a chart to its right where the table has one."""
    widths = [_width(column) for column in table.columns]
    sheet = _sheet(book, table.title, widths)
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    _set_height(sheet, 1, [column.title for column in table.columns], [width * 0.8 for width in widths])
    sheet.append([cells.heading(column.title, column.kind) for column in table.columns])
    for number, row in enumerate(table.rows, 2):
        _set_height(sheet, number, row, widths)
        sheet.append(_cells(row, table.columns, cells))
    if not table.rows:
        sheet.append([cells.note(table.empty)])
    if table.total:
        sheet.append(_cells(table.total, table.columns, cells, bold=True))
    charts.add(sheet, table)


def _width(column: Column) -> float:
    """Room for its values, and for the longest word of its heading in bold letters."""
    longest = max(map(len, column.title.split()))
    return max(column.width * _UNIT, _LEAST.get(column.kind, _NARROW), 1.3 * longest + 1)


def _set_height(sheet: Any, number: int, row: Sequence[Cell], widths: Sequence[float]) -> None:
    """Room for texts that take several lines: not every program makes it by itself."""
    texts = [(text, width) for text, width in zip(row, widths, strict=True) if isinstance(text, str)]
    lines = max((len(wrap(text, max(1, int(width)))) for text, width in texts), default=1)
    if lines > 1:
        sheet.row_dimensions[number].height = _LINE * min(lines, _MOST_LINES) + 2


def _cells(row: Row, columns: Sequence[Column], cells: Cells, *, bold: bool = False) -> list[Any]:
    return [cells.cell(value, column.kind, bold=bold) for value, column in zip(row, columns, strict=True)]


def _sheet(book: Any, name: str, widths: Sequence[float]) -> Any:
    sheet = book.create_sheet(name.translate(_NOT_IN_NAMES)[:_LONGEST_NAME])
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    return sheet
