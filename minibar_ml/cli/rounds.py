"""`minibar-ml rounds`: which minibars to check today, in walking order, and what to take along."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from minibar_ml.artifacts.keys import Keys, load_keys
from minibar_ml.cli import house, plans, session
from minibar_ml.cli.alerts import filters
from minibar_ml.cli.arguments import hotels, times
from minibar_ml.cli.arguments.options import AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError, UsageError
from minibar_ml.domain.rounds import Round, RoundRules
from minibar_ml.i18n import Lang
from minibar_ml.i18n import rounds as words
from minibar_ml.jobs.rounds import RoundsPlan, run
from minibar_ml.log import logger

SHARE = 0.6
EVERY_DAYS = 3
FORMATS = ("table", "json", "xlsx")
Day = Annotated[str | None, typer.Option("--day", metavar="D", help="The round of this day (default: today).")]
Attendant = Annotated[
    str | None,
    typer.Option("--attendant", metavar="A", help="Only rooms that this attendant (name or id) checks most often."),
]
Floor = Annotated[str | None, typer.Option("--floor", metavar="F", help="Only this floor (name or number).")]
Visits = Annotated[
    int | None, typer.Option("--visits", metavar="N", min=1, help="Visit N rooms per hotel, with departures.")
]
Share = Annotated[
    float | None,
    typer.Option("--share", metavar="S", min=0.0, max=1.0, help=f"Visit this share of rooms in house. [{SHARE}]"),
]
Format = Annotated[str | None, typer.Option("--format", metavar="F", help=f"{', '.join(FORMATS)} (default: table).")]
Every = Annotated[int, typer.Option("--every", metavar="N", min=1, help="Always visit rooms unchecked for N nights.")]


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(
        epilog=examples(
            "rounds",
            "rounds --floor 3 --share 0.5",
            "rounds --attendant Ayşe --json",
            "rounds --format xlsx > rounds.xlsx",
        )
    )(rounds)


def rounds(
    day: Day = None,
    attendant: Attendant = None,
    floor: Floor = None,
    visits: Visits = None,
    share: Share = None,
    every: Every = EVERY_DAYS,
    hotel: Hotel = None,
    format_: Format = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show which rooms to check today, in walking order, and what to take along.

    Each room has the chance that something is to be refilled, and the expected units. Always on the round: departures,
    doors with "do not disturb" yesterday, rooms that were not checked for 3 nights, and rooms with an open alert. Of
    the other rooms in house come those with the most expected units.
    """
    printed = filters.one("--format", format_, FORMATS) if format_ else "json" if json else "table"
    if json and printed != "json":
        raise UsageError(f"--json and --format {printed} cannot be combined.")
    if visits is not None and share is not None:
        raise UsageError("--visits and --share cannot be combined.")
    settings = session.settings()
    known, instant = house.at(settings, "rounds", as_of)
    zone = known.settings.zone()
    today = instant.astimezone(zone).date()
    asked = times.day(day, "--day", zone) if day else today
    if asked > today + timedelta(days=1):
        raise UsageError(f"--day {asked} is later than tomorrow; nobody knows yet who will have slept where.")
    plan = RoundsPlan(
        day=asked,
        as_of=instant,
        zone=zone,
        rules=RoundRules(share=SHARE if share is None else share, visits=visits, every_days=every),
        training_days=known.settings.training_days,
        min_points=known.settings.min_data_points,
        calendar=plans.calendar(known, asked, asked),
        hotel_id=hotels.find(settings, "rounds", hotel),
        floor=floor,
        attendant=attendant,
    )
    with session.store(settings, "rounds") as connection:
        found = run(connection, plan, _keys(settings))
    lang = session.language(known.settings)
    if printed == "json":
        console.print_json([_as_json(one) for one in found])
    elif printed == "xlsx":
        console.write(_workbook(found, lang, zone), "rounds.xlsx")
    else:
        _print(found, asked, lang)


def _workbook(found: Sequence[Round], lang: Lang, zone: ZoneInfo) -> bytes:
    """A sheet for each hotel's visits, with the cart below them."""
    from minibar_ml.render.sheet.plain import workbook  # nothing else here needs openpyxl

    return workbook({f"{one.hotel_id} {one.hotel_name}": words.sheet(one, lang) for one in found}, zone)


def _print(found: Sequence[Round], asked: date, lang: Lang) -> None:
    for place, one in enumerate(found):
        _show(one, first=not place, lang=lang)
    if not any(one.visits for one in found):
        console.note(words.nothing(asked, lang))


def _show(one: Round, *, first: bool, lang: Lang) -> None:
    from minibar_ml.cli.views import round_table

    if one.visits:
        if not first:
            console.say("")
        round_table.show(one, lang)
    for line in words.notes(one, lang):
        console.note(line)


def _as_json(one: Round) -> dict[str, Any]:
    return {**asdict(one), "departures": one.departures, "units": one.units}


def _keys(settings: Settings) -> Keys | None:
    """The keys, or none: stored models can't be opened then, and one is learned in memory."""
    try:
        return load_keys(settings)
    except ConfigurationError as error:
        logger.warning("%s", error)
        return None
