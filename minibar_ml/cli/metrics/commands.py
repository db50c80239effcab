"""`minibar-ml metrics`: how consumption and pace develop, and what the store knows at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.metrics import json_rows
from minibar_ml.cli.options import MOST_ROWS, AsOf, Hotel, Json, Quiet, Verbose
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.trends import WINDOW_DAYS, window_ending
from minibar_ml.i18n import Lang

if TYPE_CHECKING:
    from rich.console import RenderableType
    from sqlalchemy import Connection

    from minibar_ml.config.settings import Settings
    from minibar_ml.domain.metrics import EntityType

app = typer.Typer(no_args_is_help=True, help="Collected metrics: trends, pace, what is known.")

Window = Annotated[str, typer.Option("--window", metavar="W", help="24h (the last whole day), 7d or 30d.")]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="metrics")


@app.command()
def trend(
    room: Annotated[
        str | None, typer.Option("--room", metavar="R", help="Only this room (its number, or its id).")
    ] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="P", help="Only these products (name, part of it, or id).")
    ] = None,
    hotel: Hotel = None,
    window: Window = "7d",
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, max=MOST_ROWS, help="So many of each kind; 0 is all.")
    ] = 20,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Consumption of products and rooms beside the window before, the largest changes first.

    A window is its number of business days that are over; the running day is left out. A mean is of the days on which
    the room (for a product: any room of the hotel) was checked. Rank: difference of the means' square roots, for the
    number of days, so that neither small counts nor great ones come first by chance.
    """
    asked = _asked(window, as_of)
    from minibar_ml.store.points import trends

    with session.store(asked.settings, "metrics trend") as connection:
        _require_hotel(connection, hotel)
        wanted = _wanted(connection, room, product)
        found = trends.fetch_consumption(connection, asked.period, hotel, wanted, limit or None)
        collected = trends.collected_until(connection)
    if json:
        console.print_json(json_rows.trends_json(asked.head(collected), found))
    elif any(found[kind].rows for kind in found):
        from minibar_ml.cli.metrics import views

        _print(views.trend_tables(found, asked.period, asked.lang()))
    _note_what_is_missing(asked, collected, empty=not any(capped.rows for capped in found.values()))
    for kind, capped in found.items():
        if capped.is_cut:
            console.note(f"{len(capped.rows)} of {capped.total} {kind}s; `--limit 0` shows all.")


@app.command()
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
    """Attendants' minutes a room beside their own window before, by week and month; who slowed down most first.

    Of each shift the median minutes between two rooms, breaks left out; over shifts their median, weighted by visits.
    """
    asked = _asked(window, as_of)
    from minibar_ml.store.points import trends
    from minibar_ml.store.source import names

    with session.store(asked.settings, "metrics pace") as connection:
        _require_hotel(connection, hotel)
        ids = None if attendant is None else names.find_ids(connection, "attendant", attendant)
        found = trends.fetch_pace(connection, asked.period, hotel, ids)
        collected = trends.collected_until(connection)
    if json:
        console.print_json(json_rows.pace_json(asked.head(collected), found))
    elif found:
        from minibar_ml.cli.metrics import views

        _print(views.pace_tables(found, asked.period, asked.lang()))
    _note_what_is_missing(asked, collected, empty=not found)


@app.command()
def summary(
    hotel: Hotel = None,
    window: Window = "7d",
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """What the store knows of each metric, hotel by hotel: points, newest, spread, days missing, what is unknown."""
    asked = _asked(window, as_of)
    from minibar_ml.store.points import summaries, trends

    with session.store(asked.settings, "metrics summary") as connection:
        _require_hotel(connection, hotel)
        found = summaries.fetch(connection, asked.period, asked.as_of, hotel)
        collected = trends.collected_until(connection)
    if json:
        console.print_json(json_rows.summary_json(asked.head(collected), found))
    elif found:
        from minibar_ml.cli.metrics import views

        _print(views.summary_tables(found, asked.period, asked.lang(), asked.settings.zone()))
    _note_what_is_missing(asked, collected, empty=not any(one.spread for one in found))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for: the window's word, its business days, and the instant from which it is seen."""

    settings: "Settings"
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
        """How every JSON document starts."""
        return json_rows.span(self.window, self.period, self.as_of, collected)


def _asked(window: str, as_of: str | None) -> _Asked:
    settings = session.settings()
    instant = times.resolve_as_of(as_of, settings.zone())
    if window not in WINDOW_DAYS:
        raise UsageError(f"--window {window!r} is not one of {', '.join(WINDOW_DAYS)}.")
    today = instant.astimezone(settings.zone()).date()
    return _Asked(settings, window, instant, window_ending(today, WINDOW_DAYS[window]))


def _print(parts: "Iterable[RenderableType]") -> None:
    out = console.out()
    for part in parts:
        out.print(part)


def _wanted(connection: "Connection", room: str | None, product: str | None) -> "dict[EntityType, list[int] | None]":
    """Which ids of each kind: None all, where nothing is named; where only the other kind is, none."""
    from minibar_ml.store.source import names

    others: list[int] | None = None if room is None and product is None else []
    return {
        "room": others if room is None else names.find_ids(connection, "room", room),
        "product": others if product is None else names.find_ids(connection, "product", product),
    }


def _require_hotel(connection: "Connection", hotel: int | None) -> None:
    if hotel is not None:
        from minibar_ml.store.source import hotels

        hotels.require(connection, hotel)


def _note_what_is_missing(asked: _Asked, collected: datetime | None, *, empty: bool) -> None:
    """Say where the figures are fewer than the window's days would give."""
    if empty:
        console.note(f"Nothing on record from {asked.period.since} to {asked.period.last_day}.")
    if collected is None:
        console.note("`minibar-ml collect` has not run yet.")
    elif asked.day(collected) < asked.period.until:
        at = f"{collected.astimezone(asked.settings.zone()):%Y-%m-%d %H:%M}"
        console.note(f"Collected until {at}: what came later is missing. Run `minibar-ml collect`.")
