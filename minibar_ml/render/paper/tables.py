"""A report's tables on paper: headings that repeat on every page, rows that are never cut in two."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether
from reportlab.platypus import Table as Grid

from minibar_ml.i18n.labels import SEVERITY_MARKS
from minibar_ml.render import palette
from minibar_ml.render.cells import written
from minibar_ml.render.palette import FONT, FONT_BOLD, NORMAL, SMALL
from minibar_ml.render.paper.text import caption, note, paragraph, style
from minibar_ml.render.tables import NUMBERS, Cell, Column, Kind, Table
from minibar_ml.render.words import UNKNOWN, Words

_PADDING = 4.0
_WHOLE, _TOGETHER, _ENDLESS = 260.0, 3, 1e6
"""Height of a table that is not parted yet; rows that stay together at either end of one that is."""
OWN_FONT = ("FONTNAME", (0, 0), (-1, -1), FONT)
"""Every grid names it: by default one asks for a font that is not embedded."""


def flowables(
    table: Table, words: Words, width: float, before: Sequence[Any] = (), *, titled: bool = True
) -> list[Any]:
    """A table with its title and notes, or what it means that it has no rows, and what stands `before` it.

    A short one stays on one page together with all that. Of a long one some rows do.
    """
    head = [*before, *([paragraph(table.title, caption())] if titled else [])]
    if table.note:
        head.append(paragraph(table.note, note()))
    if not table.rows:
        return [KeepTogether([*head, paragraph(table.empty or UNKNOWN, style(colour=palette.SOFT, spaceAfter=6))])]
    own = grid(table, words, width)
    whole = [*head, own, *_cut(table, words)]
    height = own.wrap(width, _ENDLESS)[1]
    if height <= _WHOLE:
        return [KeepTogether(whole)]
    above = sum(one.wrap(width, _ENDLESS)[1] + one.getSpaceBefore() + one.getSpaceAfter() for one in head)
    # Heights of rows are known once the grid was wrapped; the heading repeats above those that stay together.
    first = min(sum(own._rowHeights[: _TOGETHER + 1]), _WHOLE)
    return [CondPageBreak(above + first), *whole]


def grid(table: Table, words: Words, width: float, *, is_dense: bool = False) -> Any:
    """The table itself; a dense one has more rows on a page."""
    widths = _widths(table, words, width)
    head = [
        paragraph(column.title, style(SMALL, palette.SOFT, right=column.kind in NUMBERS), None)
        for column in table.columns
    ]
    bodies = [*table.rows, *([table.total] if table.total else [])]
    cells = [
        [
            cell(value, column.kind, words, inner - 2 * _PADDING, bold=bool(table.total) and row is table.total)
            for value, column, inner in zip(row, table.columns, widths, strict=True)
        ]
        for row in bodies
    ]
    made = Grid(
        [head, *cells],
        colWidths=widths,
        repeatRows=1,
        style=[*_looks(has_total=bool(table.total), is_dense=is_dense), *_gaps(table.columns)],
        spaceAfter=6,
    )
    made.wrap(width, _ENDLESS)
    made.setStyle(_together(made._rowHeights))
    return made


def _together(heights: Sequence[float]) -> list[tuple[Any, ...]]:
    """Where the table goes on, some rows stand on either page: not where long names make them as high as a page."""
    parts = (((0, 0), (-1, _TOGETHER), heights[: _TOGETHER + 1]), ((0, -_TOGETHER), (-1, -1), heights[-_TOGETHER:]))
    return [("NOSPLIT", first, last) for first, last, rows in parts if sum(rows) <= _WHOLE]


def cell(value: Cell, kind: Kind, words: Words, width: float, *, bold: bool = False) -> Any:
    """One value, written as its kind asks for."""
    if kind == "severity" and isinstance(value, str) and value in palette.SEVERITIES:
        return Chip(value, words.label(value, "severity"))
    return paragraph(written(value, kind, words), style(NORMAL, bold=bold, right=kind in NUMBERS), width)


def _widths(table: Table, words: Words, width: float) -> list[float]:
    """By the columns' shares, but no figure and no word of a heading is broken: the others give room for it."""
    shares = [column.width for column in table.columns]
    least = [_least(table, at, words) for at in range(len(shares))]
    fixed: dict[int, float] = {}
    while True:
        left, rest = width - sum(fixed.values()), sum(share for at, share in enumerate(shares) if at not in fixed)
        widths = [fixed[at] if at in fixed else left * share / rest for at, share in enumerate(shares)]
        narrow = {at: least[at] for at in range(len(shares)) if at not in fixed and widths[at] < least[at]}
        if not narrow or len(fixed) + len(narrow) == len(shares):
            return widths
        fixed |= narrow


def _least(table: Table, at: int, words: Words) -> float:
    """The width that the column needs so that only texts between blanks are broken."""
    column = table.columns[at]
    needed = max(_length(word, FONT, SMALL) for word in column.title.split())
    font = FONT_BOLD if table.total else FONT
    rows = [*table.rows, *([table.total] if table.total else [])]
    if column.kind in NUMBERS or column.kind == "day":
        needed = max([needed, *(_length(written(row[at], column.kind, words), font, NORMAL) for row in rows)])
    elif column.kind == "instant":
        days = [written(row[at], column.kind, words).rpartition(" ")[0] for row in rows]
        needed = max([needed, *(_length(day, font, NORMAL) for day in days)])
    elif column.kind == "text":
        texts = " ".join(written(row[at], column.kind, words) for row in rows)
        needed = max([needed, *(_length(word, font, NORMAL) for word in texts.split())])
    elif column.kind == "severity":
        needed = max([needed, *(_length(words.label(str(row[at]), "severity"), FONT_BOLD, SMALL) + 15 for row in rows)])
    return needed + 2 * _PADDING + (3 * _PADDING if at and _has_gap(table.columns[at - 1], column) else 0) + 0.5


def _length(text: str, font: str, size: float) -> float:
    return float(stringWidth(text, font, size))


def _cut(table: Table, words: Words) -> list[Any]:
    if not table.is_cut:
        return []
    _ = words.catalog.gettext
    text = _("The first %(shown)s of %(total)s are shown.")
    return [paragraph(text % {"shown": words.number(len(table.rows)), "total": words.number(table.of)}, note())]


def _looks(*, has_total: bool, is_dense: bool) -> list[tuple[Any, ...]]:
    looks: list[tuple[Any, ...]] = [
        OWN_FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(palette.WASH)),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(palette.BEFORE)),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, HexColor(palette.RULE)),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 0.4 if is_dense else 2.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6 if is_dense else 3.2),
    ]
    return [*looks, ("LINEABOVE", (0, -1), (-1, -1), 0.8, HexColor(palette.BEFORE))] if has_total else looks


def _has_gap(before: Column, column: Column) -> bool:
    return before.kind in NUMBERS and column.kind not in NUMBERS


def _gaps(columns: tuple[Column, ...]) -> list[tuple[Any, ...]]:
    """Room between a column of figures, aligned right, and a column of words after it, aligned left."""
    return [
        ("LEFTPADDING", (at, 0), (at, -1), 4 * _PADDING)
        for at, (before, column) in enumerate(pairwise(columns), 1)
        if _has_gap(before, column)
    ]


class Chip(Flowable):  # type: ignore[misc]
    """A severity's mark on its colour, and its word."""

    def __init__(self, key: str, word: str) -> None:
        super().__init__()
        self.key, self.word = key, word

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """As wide as there is room, one line high."""
        return available_width, 11.0

    def draw(self) -> None:
        """Draw where platypus has moved the origin to."""
        canvas = self.canv
        canvas.setFillColor(HexColor(palette.SEVERITIES[self.key]))
        canvas.roundRect(0, 0.6, 10.5, 10.5, 2.2, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#000000"))
        canvas.setFont(FONT, 6.5)
        canvas.drawCentredString(5.25, 3.5, SEVERITY_MARKS[self.key])
        canvas.setFillColor(HexColor(palette.TEXT))
        canvas.setFont(FONT_BOLD, SMALL + 0.3)
        canvas.drawString(14, 3, self.word)
