"""Rounds as an Excel workbook: two sheets for each hotel, its rooms and its cart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from minibar_ml.domain.rounds import Round
from minibar_ml.render.rounds.tables import cart, visits
from minibar_ml.render.sheet.cells import Cells
from minibar_ml.render.sheet.workbook import add_table, content, new
from minibar_ml.render.tables import Table
from minibar_ml.render.words import Words


def render(rounds: Sequence[Round], words: Words, title: str, made_at: datetime) -> bytes:
    """The workbook as bytes."""
    book = new(title, words.lang, made_at)
    cells = Cells(book, words)
    for one in rounds:
        for table in _tables(one, words, named=len(rounds) > 1):
            add_table(book, table, cells)
    return content(book)


def _tables(one: Round, words: Words, *, named: bool) -> list[Table]:
    """Those with rows; sheets of several hotels are `named` by the hotel's number."""
    found = [table for table in (visits(one, words.lang), cart(one, words.lang)) if table.rows]
    return [replace(table, title=f"{one.hotel_id} {table.title}") for table in found] if named else found
