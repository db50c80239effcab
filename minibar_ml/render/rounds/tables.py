"""A round as plain tables, for page, PDF and Excel: the rooms in walking order, and what to take along."""

from minibar_ml.domain.rounds import Round
from minibar_ml.i18n import Lang
from minibar_ml.i18n.rounds import cart as cart_title
from minibar_ml.i18n.rounds import head, title, why
from minibar_ml.render.tables import Column, Table

BOX = "☐"
"""To be ticked by hand."""


def visits(one: Round, lang: Lang) -> Table:
    """A row a room, with a box to tick and room to write."""
    columns = (
        Column(head("done", lang), "text", 0.2),
        Column(head("floor", lang), "name", 0.9),
        Column(head("room", lang), "name", 0.6),
        Column(head("chance", lang), "share", 0.4),
        Column(head("units", lang), "decimal", 0.4),
        Column(head("checked", lang), "day", 1.0),
        Column(head("why", lang), "text", 4.2),
        Column(head("notes", lang), "text", 1.6),
    )
    rows = tuple(
        (BOX, one.floor, one.room, one.chance, one.units, one.checked_on, why(one, lang), "") for one in one.visits
    )
    return Table("rounds", title(lang), columns, rows)


def cart(one: Round, lang: Lang) -> Table:
    """A row a product, most first."""
    columns = (
        Column(head("done", lang), "text", 0.2),
        Column(head("product", lang), "name", 3.0),
        Column(head("load", lang), "count", 1.0),
        Column(head("expected", lang), "decimal", 0.8),
    )
    rows = tuple((BOX, load.name, load.units, load.expected) for load in one.cart)
    return Table("cart", cart_title(lang), columns, rows)
