"""Rounds as a PDF to print and carry: a page for each hotel's, as long as its rooms fit on one."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from reportlab.platypus import KeepTogether, PageBreak
from reportlab.platypus import Table as Grid

from minibar_ml.domain.rounds import Round
from minibar_ml.i18n import rounds as sentences
from minibar_ml.i18n.formats import day
from minibar_ml.render.palette import LARGE, SMALL
from minibar_ml.render.paper import pages, tables
from minibar_ml.render.paper.text import caption, note, paragraph, register_fonts, style
from minibar_ml.render.rounds.tables import cart, visits
from minibar_ml.render.tables import Table
from minibar_ml.render.words import Words

_PARTS, _GAP = 3, 10.0
"""Columns that the cart is set in, and the room between them."""


def render(rounds: Sequence[Round], words: Words, about: pages.About) -> bytes:
    """The document; the same rounds give the same bytes."""
    register_fonts()
    count = pages.build(about, words, _story(rounds, words)).pages
    return pages.build(about, words, _story(rounds, words), count).content


def _story(rounds: Sequence[Round], words: Words) -> list[Any]:
    story: list[Any] = []
    for one in rounds:
        story += [PageBreak()] if story else []
        story += _round(one, words)
    return story


def _round(one: Round, words: Words) -> list[Any]:
    lang, width = words.lang, pages.WIDTH
    said = " ".join([f"{sentences.summary(one, lang)}.", *sentences.notes(one, lang)])
    story = [
        paragraph(f"{one.hotel_name} · {day(one.day, lang)}", style(LARGE, bold=True, spaceAfter=1), width),
        paragraph(said, note(), width),
        tables.grid(_without(visits(one, lang), sentences.head("checked", lang)), words, width, is_dense=True),
    ]
    if not one.cart:
        return story
    loads = _without(cart(one, lang), sentences.head("expected", lang))
    return [*story, KeepTogether([paragraph(sentences.full_cart(lang), caption()), _parts(loads, words, width)])]


def _without(table: Table, left_out: str) -> Table:
    """Who walks the round needs no more than one line of paper for a room or a product."""
    kept = [at for at, column in enumerate(table.columns) if column.title != left_out]
    columns = tuple(table.columns[at] for at in kept)
    return replace(table, columns=columns, rows=[tuple(row[at] for at in kept) for row in table.rows])


def _parts(table: Table, words: Words, width: float) -> Any:
    """A narrow table in several parts, side by side."""
    inner, rows = (width - (_PARTS - 1) * _GAP) / _PARTS, ceil(len(table.rows) / _PARTS)
    parts = [replace(table, rows=table.rows[at : at + rows]) for at in range(0, len(table.rows), rows)]
    cells = [tables.grid(part, words, inner, is_dense=True) for part in parts]
    return Grid(
        [[*cells, *[""] * (_PARTS - len(cells))]],
        colWidths=[*[inner + _GAP] * (_PARTS - 1), inner],
        style=[
            tables.OWN_FONT,
            ("FONTSIZE", (0, 0), (-1, -1), SMALL),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-2, -1), _GAP),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ],
    )
