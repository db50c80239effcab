"""The round of a hotel as tables."""

from typing import TYPE_CHECKING

from minibar_ml.cli.terminal import console
from minibar_ml.domain.rounds import Round
from minibar_ml.i18n import Lang, rounds
from minibar_ml.i18n.formats import fixed, whole

if TYPE_CHECKING:
    from rich.table import Table

COLUMNS = ("floor", "room", "chance", "units", "checked", "why")
NUMBERS = ("chance", "units", "expected", "load")
LOADS = ("product", "load", "expected")


def lines(one: Round, lang: Lang) -> list[str]:
    """Heading, visits and cart, with a blank line between them."""
    found = [console.visible(rounds.heading(one, lang)), "", *_drawn(visits(one, lang))]
    return [*found, "", rounds.full_cart(lang), "", *_drawn(cart(one, lang))] if one.cart else found


def _drawn(table: "Table") -> list[str]:
    out = console.out()
    with out.capture() as captured:
        out.print(table)
    return captured.get().splitlines()


def visits(one: Round, lang: Lang) -> "Table":
    """One line a room, in walking order; a floor is named where it begins."""
    table = _table(COLUMNS, lang)
    floor = None
    for visit in one.visits:
        named = visit.floor if visit.floor != floor else ""
        table.add_row(console.visible(named), console.visible(visit.room), *rounds.cells(visit, lang))
        floor = visit.floor
    return table


def cart(one: Round, lang: Lang) -> "Table":
    """One line a product, most first."""
    table = _table(LOADS, lang)
    for load in one.cart:
        table.add_row(console.visible(load.name), whole(load.units, lang), fixed(load.expected, lang, 1))
    return table


def _table(columns: tuple[str, ...], lang: Lang) -> "Table":
    right = [rounds.head(column, lang) for column in columns if column in NUMBERS]
    return console.table([rounds.head(column, lang) for column in columns], right=right)
