"""import: one file of a hotel's lists into the store's schema of lists, in one transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.domain.imports import GUEST_LISTS, FileRefused, Imported, ImportKind
from minibar_ml.intake.dates import Order
from minibar_ml.intake.headings import Columns, find_columns, has_units_of_products, lacking
from minibar_ml.intake.known import Known, by_number, index
from minibar_ml.intake.nights import day_of_list
from minibar_ml.intake.reading import sheets_of
from minibar_ml.intake.rows import ROOMLESS, Parsed, Values, parse, reading_of, without_other_meanings
from minibar_ml.intake.rules import Rules
from minibar_ml.intake.tables import Row, text_of
from minibar_ml.intake.words import bare
from minibar_ml.store import audit
from minibar_ml.store.intake import lists
from minibar_ml.store.intake.lists import Batch, Names
from minibar_ml.store.jobs.locks import exclusive

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Options:
    """What a person says about a file: whose it is and of which day, how its dates are written, which headings it has.

    adds_missing: rooms, products and people that are not known are made. is_dry: nothing is written.
    is_again: a file that was imported before is taken once more.
    """

    hotel: str | None = None
    day: date | None = None
    order: Order | None = None
    headings: Mapping[str, str] | None = None
    adds_missing: bool = False
    is_dry: bool = False
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class Now:
    """When the import takes place: the instant, and the hotels' time zone."""

    at: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The business day."""
        return self.at.astimezone(self.zone).date()


def run(connection: "Connection", file: str, content: bytes, kind: ImportKind, options: Options, now: Now) -> Imported:
    """Import the content of one file, all of its good rows or none; its name may say of which day it is.

    Raises FileRefused for what can't be read as such a list. Where too many rows are rejected nothing is written
    either: the result is refused. The same file again changes nothing.
    """
    columns = find_columns(sheets_of(content), kind, options.headings)
    _require_kind(columns, kind)
    with exclusive(connection, "import"):
        try:
            done = _import(connection, file, hashlib.sha256(content).hexdigest(), columns, kind, options, now)
            if done.is_refused or done.is_known or options.is_dry:
                connection.rollback()
            else:
                connection.commit()
        except BaseException:
            connection.rollback()
            raise
        return done


def _require_kind(columns: Columns, kind: ImportKind) -> None:
    """Raise FileRefused for a list that has other columns than one of its kind: what they say would be lost."""
    if kind in GUEST_LISTS and has_units_of_products(columns):
        raise FileRefused("other_kind")
    if kind == "checks" and not columns.places.keys() & {"product", "result"}:
        there = [*columns.headings.values(), *map(text_of, columns.others)]
        raise FileRefused("no_heading", missing="Product", there=", ".join(there[:20]))


def _import(
    connection: "Connection", file: str, sha256: str, columns: Columns, kind: ImportKind, options: Options, now: Now
) -> Imported:
    # Nobody may arrive or leave on a day; but an export of guests in house that failed would make every room vacant.
    if not columns.rows and kind not in ROOMLESS:
        raise FileRefused("no_rows")
    names = lists.fetch_names(connection, kind)
    hotel, made = _hotel(names, columns, kind, options)
    columns, left_out = without_other_meanings(columns, kind)
    columns, day = day_of_list(file, columns, kind, now.today, options.day, options.order)
    batch = Batch(file, sha256, kind, hotel, day)
    is_known = not options.is_again and lists.is_known(connection, batch)
    nameless = lists.count_nameless(connection, batch) if is_known and kind == "checks" else 0
    if is_known and not nameless:
        return Imported(file, kind, hotel, day, 0, is_known=True)
    rules = Rules(kind, _known(names, made), hotel, day, now.today, options.adds_missing)
    reading = reading_of(columns, kind, now.today, day, options.order)
    parsed = parse(columns, kind, reading, rules.rule())
    if kind == "movements" and parsed.rejects:
        # A reversal may stand above what it takes back: now all of the file is known.
        parsed = parse(columns, kind, reading, rules.rule())
    if is_known and _nameless(parsed) >= nameless:
        return Imported(file, kind, hotel, day, 0, is_known=True)
    if not parsed.rows and not parsed.rejects and not parsed.skipped and kind not in ROOMLESS:
        raise FileRefused("no_rows")
    done = Imported(
        file, kind, hotel, day, len(parsed.rows), tuple(parsed.rejects), tuple(sorted(rules.strangers)),
        len(rules.new_rooms) + len(rules.new_products) + len(rules.new_people),
        left_out=left_out,
        skipped=len(parsed.skipped),
        lacking=lacking(columns, kind) if kind == "in_house" else (),
        days=len({values["day"] for _, values in parsed.rows}) if kind in GUEST_LISTS and day is None else 0,
    )  # fmt: skip
    if done.is_refused or (options.is_dry):
        return done
    lists.insert_hotels(connection, made)
    if done.added:
        rooms = [(owner, number) for (owner, _), number in rules.new_rooms.items()]
        lists.insert_missing(connection, rooms, list(rules.new_products.values()), list(rules.new_people.values()))
    _write(connection, batch, parsed, now.at)
    counts = {"accepted": done.accepted, "rejected": len(done.rejects), "sha256": sha256, "kind": kind}
    audit.insert(connection, "import.file", file, after={**counts, "hotel": hotel, "day": day, "added": done.added})
    return done


def _nameless(parsed: Parsed) -> int:
    """How many checks of a file are by nobody who is known: fewer than before where people were imported since."""
    checks = {(row["hotel"], row["room"], row["at"]) for _, row in parsed.rows}
    return len(checks - {(row["hotel"], row["room"], row["at"]) for _, row in parsed.rows if row["person"]})


def _write(connection: "Connection", batch: Batch, parsed: Parsed, at: datetime) -> None:
    """Write the rows; lists of guests of several hotels or days are a list of each, for each has its own nights."""
    parts = _lists(parsed) if batch.kind in GUEST_LISTS else {}
    if not parts or (batch.hotel is not None and batch.day is not None):
        lists.write(connection, batch, parsed.rows, len(parsed.rejects), at)
        return
    for number, (hotel, day) in enumerate(sorted(parts)):
        # The rejected rows are counted once.
        rejected = 0 if number else len(parsed.rejects)
        lists.write(connection, replace(batch, hotel=hotel, day=day), parts[hotel, day], rejected, at)


def _lists(parsed: Parsed) -> dict[tuple[str, date], list[tuple[int, Values]]]:
    parts: dict[tuple[str, date], list[tuple[int, Values]]] = {}
    for line, values in parsed.rows:
        parts.setdefault((values["hotel"], values["day"]), []).append((line, values))
    return parts


def _known(names: Names, made: set[str]) -> Known:
    rooms: dict[str, list[str]] = {}
    for hotel, number in names.rooms:
        rooms.setdefault(hotel, []).append(number)
    codes = [(code, name) for name, code in names.products if code]
    return Known(
        hotels=index((name, name) for name in {*names.hotels, *made}),
        rooms={hotel: by_number(numbers) | index((one, one) for one in numbers) for hotel, numbers in rooms.items()},
        products=index([*codes, *((name, name) for name, _ in names.products)]),
        people=index(
            [*((name, login) for login, name in names.people), *((login, login) for login, _ in names.people)]
        ),
        originals=names.originals,
    )


def _hotel(names: Names, columns: Columns, kind: ImportKind, options: Options) -> tuple[str | None, set[str]]:
    """The hotel of rows that name none, and the hotels that a list of rooms makes.

    The first hotel is made by its list of rooms; another only with `--add-missing`, for it may be a spelling error.
    """
    known = index((name, name) for name in names.hotels)
    asked = {options.hotel} if options.hotel else set()
    if kind == "rooms" and "hotel" in columns.places:
        asked |= {found for row in columns.rows if (found := _text(row, columns.places["hotel"]))}
    unknown = {name for name in asked if name not in known and bare(name) not in known}
    listed = ", ".join(names.hotels) or "-"
    if unknown and not (kind == "rooms" and (options.adds_missing or not names.hotels)):
        if options.hotel in unknown:
            raise FileRefused("new_hotel", hotel=options.hotel, hotels=listed)
        unknown = set()
    if options.hotel:
        return known.get(options.hotel) or known.get(bare(options.hotel)) or options.hotel, unknown
    if len(names.hotels) == 1:
        return names.hotels[0], unknown
    if "hotel" not in columns.places and kind not in ("products", "people"):
        raise FileRefused("which_hotel", hotels=listed)
    return None, unknown


def _text(row: Row, place: int) -> str:
    return text_of(row.cells[place]) if place < len(row.cells) else ""
