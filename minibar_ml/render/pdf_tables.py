"""A report's tables on paper: headings that repeat on every page, rows that are never cut in two."""

from itertools import pairwise
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import CondPageBreak, Flowable
from reportlab.platypus import Table as Grid

from minibar_ml.render import palette
from minibar_ml.render.cells import written
from minibar_ml.render.palette import FONT, FONT_BOLD, NORMAL, SMALL
from minibar_ml.render.pdf_text import caption, note, paragraph, style
from minibar_ml.render.tables import NUMBERS, Cell, Column, Kind, Table
from minibar_ml.render.words import UNKNOWN, Words

_PADDING, _LEAST = 4.0, 80.0
OWN_FONT = ("FONTNAME", (0, 0), (-1, -1), FONT)
"""Every grid names it: by default one asks for a font that is not embedded."""


def flowables(table: Table, words: Words, width: float, *, titled: bool = True) -> list[Any]:
    """A table with its title and notes, or what it means that it has no rows."""
    head = [CondPageBreak(_LEAST), paragraph(table.title, caption())] if titled else []
    if table.note:
        head.append(paragraph(table.note, note()))
    if not table.rows:
        return [*head, paragraph(table.empty or UNKNOWN, style(colour=palette.SOFT, spaceAfter=6))]
    return [*head, grid(table, words, width), *_cut(table, words)]


def grid(table: Table, words: Words, width: float) -> Any:
    """The table itself."""
    widths = _widths(table.columns, width)
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
    return Grid(
        [head, *cells],
        colWidths=widths,
        repeatRows=1,
        style=[*_looks(has_total=bool(table.total)), *_gaps(table.columns)],
        spaceAfter=6,
    )


def cell(value: Cell, kind: Kind, words: Words, width: float, *, bold: bool = False) -> Any:
    """One value, written as its kind asks for."""
    if kind == "severity" and isinstance(value, str) and value in palette.SEVERITIES:
        return Chip(value, words.label(value, "severity"))
    return paragraph(written(value, kind, words), style(NORMAL, bold=bold, right=kind in NUMBERS), width)


def _widths(columns: tuple[Column, ...], width: float) -> list[float]:
    whole = sum(column.width for column in columns)
    return [width * column.width / whole for column in columns]


def _cut(table: Table, words: Words) -> list[Any]:
    if not table.is_cut:
        return []
    _ = words.catalog.gettext
    told = _("The first %(shown)s of %(total)s are shown.")
    return [paragraph(told % {"shown": words.number(len(table.rows)), "total": words.number(table.of)}, note())]


def _looks(*, has_total: bool) -> list[tuple[Any, ...]]:
    looks: list[tuple[Any, ...]] = [
        OWN_FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(palette.WASH)),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(palette.BEFORE)),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, HexColor(palette.RULE)),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.2),
    ]
    return [*looks, ("LINEABOVE", (0, -1), (-1, -1), 0.8, HexColor(palette.BEFORE))] if has_total else looks


def _gaps(columns: tuple[Column, ...]) -> list[tuple[Any, ...]]:
    """Room between figures, which end at the right, and words that begin at the left beside them."""
    return [
        ("LEFTPADDING", (at, 0), (at, -1), 4 * _PADDING)
        for at, (before, column) in enumerate(pairwise(columns), 1)
        if before.kind in NUMBERS and column.kind not in NUMBERS
    ]


class Chip(Flowable):  # type: ignore[misc]
    """A severity's mark on its colour, and its word beside it."""

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
        canvas.drawCentredString(5.25, 3.5, palette.MARKS[self.key])
        canvas.setFillColor(HexColor(palette.TEXT))
        canvas.setFont(FONT_BOLD, SMALL + 0.3)
        canvas.drawString(14, 3, self.word)
