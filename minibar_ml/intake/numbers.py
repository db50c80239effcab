"""Numbers with a decimal comma or a decimal point, which the numbers of one column decide together."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Literal

from minibar_ml.intake.tables import Cell, text_of

Mark = Literal[",", ".", ""]
_MONEY = re.compile(r"(?:TRY|TL|EUR|USD|GBP|₺|€|\$|£|[\s'\u2019])", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{3})+")


class NotANumber(ValueError):
    """A cell that holds no number."""


class Ambiguous(NotANumber):
    """A number such as 1.250, which is more than a thousand or little more than one."""


def mark_of(cells: Iterable[Cell]) -> Mark:
    """The decimal mark of a column; '' where no number of it shows one."""
    found: set[Mark] = set()
    for cell in cells:
        text = _bare(cell) if isinstance(cell, str) else ""
        marks: tuple[Mark, ...] = (",", ".")
        places = [(text.rfind(mark), mark) for mark in marks if mark in text]
        if len(places) == 2:
            found.add(max(places)[1])
        elif places and text.count(places[0][1]) > 1:
            found.add("." if places[0][1] == "," else ",")
        elif places and len(text) - places[0][0] - 1 != 3:
            found.add(places[0][1])
    return found.pop() if len(found) == 1 else ""


def number(cell: Cell, mark: Mark) -> Decimal:
    """The number of a cell. Raises NotANumber; Ambiguous where the column does not say what a point means."""
    if isinstance(cell, bool):
        raise NotANumber
    if isinstance(cell, int | float):
        return _decimal(repr(cell))
    text = _bare(cell)
    if not mark and _GROUPED.fullmatch(text):
        raise Ambiguous
    if mark:
        text = text.replace("." if mark == "," else ",", "")
    text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text):
        raise NotANumber
    return _decimal(text)


def _bare(cell: Cell) -> str:
    return _MONEY.sub("", text_of(cell))


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise NotANumber from error
    if not found.is_finite():
        raise NotANumber
    return found
