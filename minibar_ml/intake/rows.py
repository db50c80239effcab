"""From the cells of a file to the rows of a list: each cell read by its field, each row by the rules of its kind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from minibar_ml.domain.imports import MOST_REJECTED, ImportKind, Reason, Reject
from minibar_ml.intake import dates
from minibar_ml.intake.headings import Columns
from minibar_ml.intake.kinds import FIELDS, NO, WORDS, YES, Field
from minibar_ml.intake.numbers import Ambiguous, Mark, NotANumber, mark_of, number
from minibar_ml.intake.tables import Cell, Row, text_of
from minibar_ml.intake.words import bare

Values = dict[str, Any]
LONGEST = 200
ROOMLESS = ("arrivals", "departures")
"""Lists that name guests before they have a room."""
UNKNOWN: Mapping[str, Reason] = {
    "role": "unknown_role",
    "result": "unknown_result",
    "kind": "unknown_kind",
    "status": "unknown_status",
}
"""Why a row is rejected whose word of that field nobody knows."""
MOST_UNITS = Decimal(1_000_000)
MOST_GUESTS = 50
FOOTERS = frozenset((
    "total", "toplam", "grandtotal", "geneltoplam", "subtotal", "aratoplam", "page", "sayfa", "count", "printed",
    "yazdiran", "summary", "ozet",
))  # fmt: skip
"""The first word, or the first two, of a row that is no row of the list."""


class Skipped(Exception):
    """A row that says of no room that a guest is in it: an arrival without a room yet, a vacant room."""


class Rejected(ValueError):
    """A row that can't be taken, with the field and the reason."""

    def __init__(self, field: str, reason: Reason) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of a file are read: which comes first in dates, and the decimal mark by field."""

    order: dates.Order
    marks: Mapping[str, Mark]


@dataclass(frozen=True, slots=True)
class Parsed:
    """The rows of a file that could be read, with their lines, and those that could not; `skipped`: the lines of rows
    without a room or a guest."""

    rows: list[tuple[int, Values]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)


def without_other_meanings(columns: Columns, kind: ImportKind) -> tuple[Columns, tuple[str, ...]]:
    """The columns without those under the heading of a yes or no, or of a status, with other words, and their headings.

    A `Status` of rooms may be whether they are let, or clean.
    """
    flags = [one.name for one in FIELDS[kind] if _may_mean_else(one) and one.name in columns.places]
    others = {name for name in flags if _is_of_other_words(columns, name)}
    kept = {name: place for name, place in columns.places.items() if name not in others}
    return replace(columns, places=kept), tuple(columns.headings[name] for name in flags if name in others)


def _may_mean_else(one: Field) -> bool:
    return one.type == "flag" or one.name == "status"


def _is_of_other_words(columns: Columns, name: str) -> bool:
    meaning = partial(_meaning, name) if name in WORDS else _yes_or_no
    said = [meaning(cell) for cell in _cells(columns, name) if text_of(cell)]
    return said.count(None) > MOST_REJECTED * len(said)


def reading_of(
    columns: Columns, kind: ImportKind, today: date, day: date | None, forced: dates.Order | None
) -> Reading:
    """What the whole file says about its dates and numbers. Raises FileRefused where its dates are ambiguous."""
    of_type = {field.name: field.type for field in FIELDS[kind]}
    bounds = _bounds(kind, today, day)
    written = (
        dates.Written(cell, *bounds.get(name, (None, None)))
        for name in columns.places
        if of_type[name] == "date"
        for cell in _cells(columns, name)
    )
    order = dates.order_of(written, forced)
    for name in columns.places:
        if of_type[name] == "date":
            dates.require_unswapped(_cells(columns, name), columns.headings[name])
    numeric = [name for name in columns.places if of_type[name] in ("units", "price")]
    return Reading(order, {name: mark_of(_cells(columns, name)) for name in numeric})


def _bounds(kind: ImportKind, today: date, day: date | None) -> dict[str, tuple[date | None, date | None]]:
    """Between which days the dates of a list are: what has happened lies in the past, a guest in house came before."""
    past = (None, today + timedelta(days=1))
    match kind:
        case "in_house":
            return {"arrives_on": (None, day), "departs_on": (day, None), "day": past}
        case "arrivals":
            return {"arrives_on": (day, day), "departs_on": (day, None)}
        case "departures":
            return {"arrives_on": (None, day), "departs_on": (day, day)}
        case _:
            return {"on": past, "ordered_on": past}


def _cells(columns: Columns, name: str) -> Iterator[Cell]:
    place = columns.places[name]
    return (row.cells[place] for row in columns.rows if place < len(row.cells))


def parse(columns: Columns, kind: ImportKind, reading: Reading, rule: Callable[[Values], Values]) -> Parsed:
    """Every row of a file; `rule` is what the kind asks of a row, and raises Rejected."""
    parsed = Parsed()
    for row in _with_merged_rooms(columns) if kind == "in_house" else columns.rows:
        if _is_footer(row, columns, FIELDS[kind]):
            continue
        try:
            if kind in ROOMLESS and not text_of(_cell(row, columns, "room")):
                raise Skipped
            parsed.rows.append((row.line, rule(_values(row, columns, FIELDS[kind], reading))))
        except Skipped:
            parsed.skipped.append(row.line)
        except Rejected as reason:
            parsed.rejects.append(_reject(row, columns, FIELDS[kind], reason))
    return parsed


def _with_merged_rooms(columns: Columns) -> Iterator[Row]:
    """The rows with their rooms: of sharers in one merged cell only the first has it; they stay for the same days."""
    place = columns.places["room"]
    above: Row | None = None
    for row in columns.rows:
        if above and not text_of(_cell(row, columns, "room")) and _stay(row, columns) == _stay(above, columns):
            cells = [*row.cells, *[None] * (place + 1 - len(row.cells))]
            cells[place] = above.cells[place]
            above = Row(row.line, cells)
        else:
            above = row
        yield above


def _stay(row: Row, columns: Columns) -> tuple[str, str] | Row:
    """The days of a row's stay; the row itself where it does not say them, like no other's."""
    arrives, departs = (text_of(_cell(row, columns, name)) for name in ("arrives_on", "departs_on"))
    return (arrives, departs) if arrives and departs else row


def _reject(row: Row, columns: Columns, fields: Sequence[Field], why: Rejected) -> Reject:
    heading = columns.headings.get(why.field) or next(
        (field.headings[0] for field in fields if field.name == why.field), why.field
    )
    return Reject(row.line, heading, text_of(_cell(row, columns, why.field))[:LONGEST], why.reason)


def _is_footer(row: Row, columns: Columns, fields: Sequence[Field]) -> bool:
    """Whether a row is a total or a line of the report, or has nothing in any column that is read.

    A guest may be called Page, and a company Total: what has all that a row needs is a row.
    """
    if not any(text_of(_cell(row, columns, name)) for name in columns.places):
        return True
    first = next(text_of(cell) for cell in row.cells if text_of(cell))
    words = [bare(word).rstrip("0123456789") for word in first.split()[:2]]
    if not {words[0], "".join(words)} & FOOTERS:
        return False
    needed = [text_of(_cell(row, columns, one.name)) for one in fields if one.is_required]
    return not all(needed) or first in needed


def _cell(row: Row, columns: Columns, name: str) -> Cell:
    place = columns.places.get(name)
    return row.cells[place] if place is not None and place < len(row.cells) else None


def _values(row: Row, columns: Columns, fields: Sequence[Field], reading: Reading) -> Values:
    values: Values = {}
    for one in fields:
        cell = _cell(row, columns, one.name)
        if not text_of(cell):
            if one.is_required:
                raise Rejected(one.name, "missing")
            values[one.name] = None
            continue
        values[one.name] = _value(one, cell, reading)
    return values


def _value(one: Field, cell: Cell, reading: Reading) -> Any:
    match one.type:
        case "text":
            return _text(one, cell)
        case "date":
            return _read(one, "bad_date", lambda: dates.moment(cell, reading.order))
        case "time":
            return _read(one, "bad_time", lambda: dates.hour(cell))
        case "guests":
            return _guests(one, cell)
        case "word":
            return _word(one, cell)
        case "flag":
            return _flag(one, cell)
        case "units" | "price":
            return _number(one, cell, reading.marks[one.name])


def _read(one: Field, reason: Reason, parse: Callable[[], Any]) -> Any:
    try:
        return parse()
    except dates.Unreadable as error:
        raise Rejected(one.name, reason) from error


def _text(one: Field, cell: Cell) -> str:
    text = text_of(cell)
    if len(text) > LONGEST:
        raise Rejected(one.name, "too_long")
    return text


def _number(one: Field, cell: Cell, mark: Mark) -> Decimal:
    try:
        found = number(cell, mark)
    except Ambiguous as error:
        raise Rejected(one.name, "ambiguous_number") from error
    except NotANumber as error:
        raise Rejected(one.name, "bad_number") from error
    if found < 0:
        raise Rejected(one.name, "negative")
    if found > MOST_UNITS:
        raise Rejected(one.name, "too_large")
    return found


def _guests(one: Field, cell: Cell) -> int | None:
    """Adults: of `2/1` and `2+1` the first number. 0 says that nobody counted them."""
    first = text_of(cell).replace("+", "/").split("/")[0].strip()
    try:
        found = number(first, ".")
    except NotANumber as error:
        raise Rejected(one.name, "bad_number") from error
    if found != int(found):
        raise Rejected(one.name, "not_whole")
    if not 0 <= found <= MOST_GUESTS:
        raise Rejected(one.name, "negative" if found < 0 else "too_large")
    return int(found) or None


def _word(one: Field, cell: Cell) -> str:
    if found := _meaning(one.name, cell):
        return found
    raise Rejected(one.name, UNKNOWN[one.name])


def _meaning(name: str, cell: Cell) -> str | None:
    word = bare(text_of(cell))
    meanings = WORDS[name].items()
    return next((one for one, spellings in meanings if word == bare(one) or word in map(bare, spellings)), None)


def _flag(one: Field, cell: Cell) -> bool:
    found = _yes_or_no(cell)
    if found is None:
        raise Rejected(one.name, "neither_yes_nor_no")
    return found


def _yes_or_no(cell: Cell) -> bool | None:
    word = bare(text_of(cell))
    if word in map(bare, YES):
        return True
    return False if word in map(bare, NO) else None
