"""Cells of a workbook: real types, formats by language, and texts that stay texts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from minibar_ml.render import palette
from minibar_ml.render.tables import NUMBERS, Cell, Kind, printable
from minibar_ml.render.words import Words

FORMATS: Mapping[str, Mapping[Kind, str]] = {
    "en": {
        "count": "#,##0",
        "money": "#,##0.00",
        "decimal": "[>=100]#,##0;#,##0.0",
        "change": "+0%;-0%;0%",
        "share": "0%",
        "day": "[$-409]ddd d mmm yyyy",
        "instant": "[$-409]d mmm yyyy hh:mm",
    },
    "tr": {
        "count": "#,##0",
        "money": "#,##0.00",
        "decimal": "[>=100]#,##0;#,##0.0",
        "change": "+%0;-%0;%0",
        "share": "%0",
        "day": "[$-41F]ddd dd.mm.yyyy",
        "instant": "dd.mm.yyyy hh:mm",
    },
}
"""How Excel shows a value: as page and PDF write it, but with the separators of the reader's computer; money has the
currency behind it, where that is known."""
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", " ")


class Cells:
    """Makes the cells of one workbook; each look is made once and shared."""

    def __init__(self, book: Any, words: Words, currency: str = "") -> None:
        self._owner = _Owner(book)
        self._currency = f' "{currency}"' if currency else ""
        self._words = words
        self._looks: dict[tuple[Any, ...], Any] = {}

    def cell(self, value: Cell, kind: Kind, *, bold: bool = False, left: bool = False) -> Any:
        """A value of a kind; what is not known is an empty cell."""
        if kind == "severity" and isinstance(value, str):
            return self._made(self._words.label(value, "severity"), kind, fill=palette.SEVERITIES.get(value))
        return self._made(self._real(value, kind), kind, bold=bold, left=left)

    def title(self, text: str, size: float = 16) -> Any:
        """A sheet's own heading, in one line over the empty cells to its right."""
        return self._made(text, "text", bold=True, size=size, wraps=False)

    def heading(self, text: str, kind: Kind = "text") -> Any:
        """A column's heading, on the side where its values stand."""
        return self._made(text, kind, bold=True, colour=palette.ON_BAND, fill=palette.BAND)

    def label(self, text: str) -> Any:
        """What stands before a value."""
        return self._made(text, "text", bold=True)

    def link(self, text: str) -> Any:
        """A label that leads to a sheet."""
        return self._made(text, "text", bold=True, colour=palette.LINE)

    def note(self, text: str) -> Any:
        """An explanation."""
        return self._made(text, "text", colour=palette.SOFT)

    def _real(self, value: Cell, kind: Kind) -> Cell:
        """The value as Excel counts: percents as proportions, instants in the hotel's time."""
        if isinstance(value, datetime):
            return value.astimezone(self._words.zone).replace(tzinfo=None)
        if kind == "change" and isinstance(value, int | float):
            return value / 100
        return value

    def _made(self, value: Cell, kind: Kind, **look: Any) -> Any:
        is_text = isinstance(value, str)
        made = WriteOnlyCell(self._owner, printable(value) if isinstance(value, str) else value)
        if is_text and value != "":
            made.data_type = "s"
            look["quoted"] = str(value).startswith(_BEGINS_FORMULA)
        made._style = self._look(kind, **look)
        return made

    def _look(
        self,
        kind: Kind,
        *,
        bold: bool = False,
        left: bool = False,
        quoted: bool = False,
        size: float = 10,
        colour: str = palette.TEXT,
        fill: str | None = None,
        wraps: bool = True,
    ) -> Any:
        key = (kind, bold, left, quoted, size, colour, fill, wraps)
        if key not in self._looks:
            model = WriteOnlyCell(self._owner)
            model.font = Font(name="Calibri", size=size, bold=bold, color=f"FF{colour[1:]}")
            if fill:
                model.fill = PatternFill("solid", start_color=f"FF{fill[1:]}")
            side = "left" if left or kind not in NUMBERS else "right"
            model.alignment = Alignment(
                horizontal=side, vertical="top", wrap_text=wraps, indent=int(side == "left" and not left)
            )
            model.number_format = FORMATS[self._words.lang].get(kind, "General" if kind != "name" else "@")
            model.number_format += self._currency if kind == "money" else ""
            model.quotePrefix = quoted
            self._looks[key] = model._style
        return self._looks[key]


class _Owner:
    """The parent that openpyxl asks for the workbook's styles and for a title while a cell is on no sheet yet."""

    title = ""

    def __init__(self, book: Any) -> None:
        self.parent = book
