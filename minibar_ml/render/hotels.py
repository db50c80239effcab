"""Names of hotels, for reports about several."""

from collections.abc import Iterable
from typing import Any

from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.render.tables import Column, Row, Table
from minibar_ml.render.words import Words


def has_many_hotels(report: Report) -> bool:
    """Whether a row has to name its hotel."""
    return report.hotel_id is None and len(report.hotels) > 1


def names_hotel(report: Report, hotel_id: int) -> bool:
    """Whether a row of a hotel has to name it: there are several, or it is the common store's in a hotel's report."""
    return has_many_hotels(report) or report.hotel_id not in (None, hotel_id)


def hotel_name(report: Report, hotel_id: int, words: Words) -> str:
    """A hotel's name, or what to call it where the source names none."""
    _ = words.catalog.gettext
    named = report.hotels.get(hotel_id)
    if named:
        return named
    return _("Common store") if hotel_id == COMMON_STORE else _("Hotel %(id)s") % {"id": hotel_id}


def by_hotel(report: Report, words: Words, table: Table, rows: Iterable[tuple[int, Row]], found: Page[Any]) -> Table:
    """The table with rows, and the hotel's name behind the first column where a row has to name it."""
    _ = words.catalog.gettext
    rows = tuple(rows)
    first, *others = table.columns
    columns, plain = table.columns, [row for _hotel, row in rows]
    if has_many_hotels(report) or any(names_hotel(report, hotel_id) for hotel_id, _row in rows):
        columns = (first, Column(_("Hotel"), "name", 1.5), *others)
        plain = [(row[0], hotel_name(report, hotel_id, words), *row[1:]) for hotel_id, row in rows]
    return Table(table.key, table.title, columns, plain, table.note, table.empty, of=found.total, links=table.links)
