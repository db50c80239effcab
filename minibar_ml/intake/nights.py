"""Of which day a list of guests is: as it is said, by the file's name, its titles, or a column of its rows."""

from dataclasses import replace
from datetime import date, timedelta

from minibar_ml.domain.imports import GUEST_LISTS, MOST_REJECTED, FileRefused, ImportKind
from minibar_ml.intake import dates
from minibar_ml.intake.headings import Columns
from minibar_ml.intake.naming import day_of
from minibar_ml.intake.rows import reading_of
from minibar_ml.intake.tables import Row, text_of
from minibar_ml.intake.words import bare

COLUMN = "day"
PRINTED = ("print", "yazdir", "basim", "basilma", "created", "olusturma", "rundate", "runat", "exported")
RACK_DATES, RACK_NUMBERS = 3, 7
"""From so many headings on that are dates, or days of a month, the columns of a table are days."""


def day_of_list(
    file: str, columns: Columns, kind: ImportKind, today: date, said: date | None, order: dates.Order | None
) -> tuple[Columns, date | None]:
    """The columns to read, and the day of all rows; None where each row has its own, as an export of a week has.

    A column of days is left out where it says nothing more, or where it is about something else: the days of a
    list lie within the stays. Raises FileRefused where nothing says the day, the name and the column say two,
    or each day is a column.
    """
    if kind not in GUEST_LISTS:
        return columns, None
    _require_no_days_as_columns(columns)
    named = said or day_of(file) or _titled(columns, order)
    days: set[date] = set()
    if COLUMN in columns.places:
        days = _days(columns, reading_of(columns, kind, today, named, order).order)
    if len(days) > 1:
        return columns, said
    if days and not said and named not in (None, *days):
        raise FileRefused("two_days", heading=columns.headings[COLUMN], there=days.pop().isoformat())
    day = named or (days.pop() if days else None)
    if day is None:
        raise FileRefused("which_day")
    if day > today + timedelta(days=1):
        raise FileRefused("future_day", day=day.isoformat())
    return _without_days(columns), day


def _require_no_days_as_columns(columns: Columns) -> None:
    """A room rack, with a row a room and a column a day: read as a list, every room in it would be let."""
    texts = [cell.strftime("%d.%m.") if isinstance(cell, date) else text_of(cell) for cell in columns.others]
    written = [text for text in texts if dates.is_day_heading(text)]
    numbers = [text for text in texts if text.isdecimal() and 1 <= int(text) <= 31]
    if len(written) >= RACK_DATES or len(numbers) >= RACK_NUMBERS:
        raise FileRefused("days_as_columns", days=", ".join((written or numbers)[:RACK_DATES]) + " …")


def _without_days(columns: Columns) -> Columns:
    return replace(columns, places={name: place for name, place in columns.places.items() if name != COLUMN})


def _titled(columns: Columns, order: dates.Order | None) -> date | None:
    said = [text_of(cell) for row in columns.titles for cell in row.cells]
    found = {day for text in said if not _is_of_printing(text) for day in dates.days_in(text, order)}
    return found.pop() if len(found) == 1 else None


def _is_of_printing(title: str) -> bool:
    """Whether a title says when the list was printed, which may be days later."""
    return any(bare(title).startswith(word) for word in PRINTED)


def _days(columns: Columns, order: dates.Order) -> set[date]:
    """The days of the column; none where more than a few lie outside of the stays that they stand beside."""
    rows = [[_day(row, columns, name, order) for name in (COLUMN, "arrives_on", "departs_on")] for row in columns.rows]
    dated = [(day, arrives, departs) for day, arrives, departs in rows if day]
    outside = sum(bool((arrives and arrives > day) or (departs and departs < day)) for day, arrives, departs in dated)
    return {day for day, _, _ in dated} if outside <= MOST_REJECTED * len(dated) else set()


def _day(row: Row, columns: Columns, name: str, order: dates.Order) -> date | None:
    place = columns.places.get(name)
    if place is None or place >= len(row.cells):
        return None
    try:
        return dates.moment(row.cells[place], order).day
    except dates.Unreadable:
        return None
