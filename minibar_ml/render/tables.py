"""A report as plain tables, defined once, so that page, PDF and Excel show the same.

A cell is a value, not a text: its column's kind says what it is, and each rendering writes it in its own way. What
is not known is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from unicodedata import category

Kind = Literal["name", "text", "severity", "count", "money", "decimal", "change", "share", "day", "instant"]
"""A name comes from the hotel's data, a text from us; a change is in percent, a share a proportion."""
Cell = str | int | float | Decimal | date | datetime | None
Row = tuple[Cell, ...]
NUMBERS: frozenset[Kind] = frozenset({"count", "money", "decimal", "change", "share"})


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, what stands below it, and its share of the width."""

    title: str
    kind: Kind
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. `total` closes the list, `note` says what to know, `empty` what no rows mean.

    `of` is how long the whole list is, where that is more than its rows. `keys` name the rows by our terms, where a
    chart gives each its colour; `links` name the part of the list of all alerts that a row counts.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    note: str = ""
    empty: str = ""
    total: Row | None = None
    of: int | None = None
    keys: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown."""
        return self.of is not None and len(self.rows) < self.of


@dataclass(frozen=True, slots=True)
class Section:
    """Tables that belong together."""

    key: str
    title: str
    tables: tuple[Table, ...]
    note: str = ""


def in_currency(table: Table, currency: str) -> Table:
    """The table whose headings of money say in which currency, where that is known."""
    columns = (
        replace(column, title=with_currency(column.title, currency)) if column.kind == "money" else column
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def with_currency(title: str, currency: str) -> str:
    """A heading of money: `Possible loss (TRY)`."""
    return f"{title} ({currency})" if currency else title


def printable(text: str, keep: str = "") -> str:
    """Without control and formatting characters, which can't be seen but break files and turn text around.

    Those in `keep` stay.
    """
    return "".join(
        letter if letter in keep or category(letter) not in ("Cc", "Cf", "Cs", "Cn") else " " * letter.isspace()
        for letter in text
    )
