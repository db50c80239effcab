"""`minibar-ml metrics`: consumption trends, attendants' pace, and coverage of the data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments.options import MOST_ROWS, AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.metrics import json_rows
from minibar_ml.cli.terminal import console
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.metrics import EntityType
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.trends import WINDOW_DAYS, window_ending
from minibar_ml.i18n import Lang, captions
from minibar_ml.store.points import summaries, trends
from minibar_ml.store.source import hotels, names

if TYPE_CHECKING:
    from rich.console import RenderableType  # only for tables, which --json does without
    from sqlalchemy import Connection

app = typer.Typer(no_args_is_help=True, epilog=examples("metrics trend --window 30d", "metrics summary --window 30d"))

Window = Annotated[str, typer.Option("--window", metavar="W", help="24h (the last complete day), 7d or 30d.")]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="metrics")


@app.command(epilog=examples("metrics trend --window 30d", "metrics trend --product Efes --hotel 2"))
def trend(
    room: Annotated[str | None, typer.Option("--room", metavar="R", help="Only this room (number or id).")] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="P", help="Only these products (name, part of it, or id).")
    ] = None,
    hotel: Hotel = None,
    window: Window = "7d",
    limit: Annotated[
        int,
        typer.Option("--limit", metavar="N", min=0, max=MOST_ROWS, help="Show at most N products and N rooms; 0: all."),
    ] = 20,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show consumption of products and rooms and its change from the previous window.

    Largest changes first. A window consists of complete business days; today is left out. A mean is per day on which
    the room (for a product: any room of the hotel) was checked. Sorted so that small random changes do not come first.
    """
    asked = _asked(window, as_of)
    with session.store(asked.settings, "metrics trend") as connection:
        hotel_id = _hotel(connection, hotel)
        wanted = _wanted(connection, room, product)
        found = trends.fetch_consumption(connection, asked.period, hotel_id, wanted, limit or None)
        collected = trends.collected_until(connection)
        called = _called(connection, [row.hotel_id for page in found.values() for row in page.rows])
    if json:
        console.print_json(json_rows.trends_json(asked.head(collected), found))
    elif any(found[kind].rows for kind in found):
        from minibar_ml.cli.metrics import views

        _print(views.trend_tables(found, called, asked.period, asked.lang()))
    _note_what_is_missing(asked, collected, empty=not any(capped.rows for capped in found.values()))
    for kind, capped in found.items():
        if capped.is_cut:
            console.note(captions.cut(kind, len(capped.rows), capped.total, asked.lang()))


@app.command(epilog=examples("metrics pace", "metrics pace --attendant Ayşe --window 30d"))
def pace(
    attendant: Annotated[
        str | None, typer.Option("--attendant", metavar="A", help="Only these attendants (name, part of it, or id).")
    ] = None,
    hotel: Hotel = None,
    window: Window = "7d",
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show attendants' minutes per room and the change from the previous window.

    Largest slowdown first. For each shift, the median time between two rooms without breaks; over shifts, their median
    weighted by visits.
    """
    asked = _asked(window, as_of)
    with session.store(asked.settings, "metrics pace") as connection:
        hotel_id = _hotel(connection, hotel)
        ids = None if attendant is None else names.find_ids(connection, "attendant", attendant)
        found = trends.fetch_pace(connection, asked.period, hotel_id, ids)
        collected = trends.collected_until(connection)
        called = _called(connection, [pace.hotel_id for pace in found])
    if json:
        console.print_json(json_rows.pace_json(asked.head(collected), found))
    elif found:
        from minibar_ml.cli.metrics import views

        _print(views.pace_tables(found, called, asked.period, asked.lang()))
    _note_what_is_missing(asked, collected, empty=not found)


@app.command(epilog=examples("metrics summary --window 30d"))
def summary(
    hotel: Hotel = None,
    window: Window = "7d",
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show what data there is of each metric, by hotel.

    Number of points, the newest one, spread, missing days, and metrics without data.
    """
    asked = _asked(window, as_of)
    with session.store(asked.settings, "metrics summary") as connection:
        hotel_id = _hotel(connection, hotel)
        found = summaries.fetch(connection, asked.period, asked.as_of, hotel_id)
        collected = trends.collected_until(connection)
    if json:
        console.print_json(json_rows.summary_json(asked.head(collected), found))
    elif found:
        from minibar_ml.cli.metrics import views

        _print(views.summary_tables(found, asked.period, asked.lang(), asked.settings.zone()))
    _note_what_is_missing(asked, collected, empty=not any(one.spread for one in found))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options: the window's word, its business days, and the instant it is seen from."""

    settings: Settings
    window: str
    as_of: datetime
    period: Period

    def day(self, instant: datetime) -> date:
        """The business day of an instant."""
        return instant.astimezone(self.settings.zone()).date()

    def lang(self) -> Lang:
        """The language of what is printed."""
        return session.language(self.settings)

    def head(self, collected: datetime | None) -> dict[str, Any]:
        """The start of every JSON document."""
        return json_rows.span(self.window, self.period, self.as_of, collected)


def _asked(window: str, as_of: str | None) -> _Asked:
    known, instant = house.at(session.settings(), "metrics", as_of)
    settings = known.settings
    if window not in WINDOW_DAYS:
        raise UsageError(f"--window {window!r} is not one of {', '.join(WINDOW_DAYS)}.")
    today = instant.astimezone(settings.zone()).date()
    return _Asked(settings, window, instant, window_ending(today, WINDOW_DAYS[window]))


def _print(parts: "Iterable[RenderableType]") -> None:
    out = console.out()
    for part in parts:
        out.print(part)


def _wanted(connection: "Connection", room: str | None, product: str | None) -> dict[EntityType, list[int] | None]:
    """The ids of each kind; None: all, where nothing is named; none where only the other kind is named."""
    others: list[int] | None = None if room is None and product is None else []
    return {
        "room": others if room is None else names.find_ids(connection, "room", room),
        "product": others if product is None else names.find_ids(connection, "product", product),
    }


def _called(connection: "Connection", hotel_ids: list[int]) -> Mapping[int, str]:
    """The names of hotels that have a column of their own; none where there is only one."""
    return hotels.fetch_names(connection) if len(set(hotel_ids)) > 1 else {}


def _hotel(connection: "Connection", word: str | None) -> int | None:
    return None if word is None else hotels.find_id(connection, word)


def _note_what_is_missing(asked: _Asked, collected: datetime | None, *, empty: bool) -> None:
    """Note where data is missing for the window."""
    if empty:
        console.note(captions.nothing(asked.period, asked.lang()))
    if collected is None or asked.day(collected) < asked.period.until:
        local = collected and collected.astimezone(asked.settings.zone())
        console.note(captions.collected_until(local, asked.lang()))
