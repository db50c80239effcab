"""`minibar-ml rounds`: which minibars to check today, in walking order, and what to take along."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from math import nan
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from minibar_ml.artifacts.keys import Keys, load_keys
from minibar_ml.cli import house, plans, session
from minibar_ml.cli.arguments import choices, hotels, times
from minibar_ml.cli.arguments.options import AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console, pager
from minibar_ml.cli.terminal.pager import NoPager
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError, UsageError
from minibar_ml.domain.rounds import Round, RoundRules
from minibar_ml.i18n import Lang
from minibar_ml.i18n import rounds as words
from minibar_ml.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.jobs.rounds import RoundsPlan

SHARE = 0.6
EVERY_DAYS = 3
NO_SHARE = "{} is no share; use a number from 0 to 1 or a percentage, such as 0.6 or 60%."
MAILED = "{} in the outbox; `minibar-ml alerts notify` sends them."
NOBODY = (
    "No mail: nobody subscribes to rounds, all have today's already, or there is no room to check. "
    "`minibar-ml people set NAME --report rounds` subscribes."
)


def _share(text: str) -> float:
    """A share as people write it: `0.6`, `0,6`, `60%`, `%60`."""
    number = text.strip().replace(",", ".")
    try:
        share = float(number.strip("%")) / (100 if "%" in number else 1)
    except ValueError:
        share = nan
    if not 0 <= share <= 1:
        raise typer.BadParameter(NO_SHARE.format(repr(text)))
    return share


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
    typer.Option("--share", metavar="S", parser=_share, help=f"Visit this share of rooms in house. [{SHARE}]"),
]
Format = Annotated[str | None, typer.Option("--format", metavar="F", help=choices.formats("rounds"))]
Email = Annotated[bool, typer.Option("--email", help="Mail it to its subscribers (see `people list`) instead.")]
Every = Annotated[int, typer.Option("--every", metavar="N", min=1, help="Always visit rooms unchecked for N nights.")]


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(
        epilog=examples(
            "rounds",
            "rounds --floor 3 --share 0.5",
            "rounds --attendant Ayşe --json",
            "rounds --format pdf > rounds.pdf",
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
    email: Email = False,
    no_pager: NoPager = False,
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
    from minibar_ml.jobs.rounds import RoundsPlan, run  # with numpy and scipy; help and completion do without

    printed = choices.printed("rounds", format_, is_json=json)
    if visits is not None and share is not None:
        raise UsageError("--visits and --share cannot be combined.")
    if email and (format_ or json or floor or attendant):
        raise UsageError("--email cannot be combined with --format, --json, --floor or --attendant.")
    settings = session.settings()
    if email and not session.enabled(settings):
        return
    known, instant = house.at(settings, "rounds", as_of)
    settings, zone = known.settings, known.settings.zone()
    rules = RoundRules(share=SHARE if share is None else share, visits=visits, every_days=every)
    asked = _day(day, instant, zone)
    plan = RoundsPlan(
        day=asked,
        as_of=instant,
        zone=zone,
        rules=rules,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        calendar=plans.calendar(known, asked, asked),
        hotel_id=hotels.find(settings, "rounds", hotel),
        floor=floor,
        attendant=attendant,
    )
    if email:
        _mail(settings, plan, is_live=as_of is None)
    else:
        found = session.work(settings, "rounds", lambda connection: run(connection, plan, _keys(settings)))
        _show(found, plan, printed, session.language(settings), paged=not no_pager)


def _day(asked: str | None, instant: datetime, zone: ZoneInfo) -> date:
    today = instant.astimezone(zone).date()
    day = times.day(asked, "--day", zone) if asked else today
    if day > today + timedelta(days=1):
        raise UsageError(f"--day {day} is later than tomorrow; nobody knows yet who will have slept where.")
    return day


def _mail(settings: Settings, plan: "RoundsPlan", *, is_live: bool) -> None:
    from minibar_ml.jobs.reports import round_mail  # which makes documents

    def work(connection: "Connection") -> int:
        return round_mail.run(connection, plan, _keys(settings), is_live=is_live)

    made = session.work(settings, "rounds", work)
    console.note(MAILED.format(console.plural(made, "mail")) if made else NOBODY)


def _show(found: Sequence[Round], plan: "RoundsPlan", printed: str, lang: Lang, *, paged: bool) -> None:
    if printed == "json":
        console.print_json([_as_json(one) for one in found])
        return
    if printed == "table":
        _print(found, lang, paged=paged)
    elif found:
        from minibar_ml.render.rounds.formats import rendered  # nothing else here makes documents
        from minibar_ml.render.words import Words

        console.write(rendered(found, Words(lang, plan.zone), printed, plan.as_of), f"rounds.{printed}")
    if not any(one.visits for one in found):
        console.note(words.nothing(plan.day, lang))


def _print(found: Sequence[Round], lang: Lang, *, paged: bool) -> None:
    """The tables of all hotels, with a blank line between them, then what else there is to say of each."""
    from minibar_ml.cli.views import round_table

    tables = [round_table.lines(one, lang) for one in found if one.visits]
    lines = [line for table in tables for line in ("", *table)][1:]
    pager.show(lines, colour=console.coloured(), wanted=paged)
    for one in found:
        for note in words.notes(one, lang):
            console.note(note if len(found) == 1 else f"{one.hotel_name}: {note}")


def _as_json(one: Round) -> dict[str, Any]:
    return {**asdict(one), "departures": one.departures, "units": one.units}


def _keys(settings: Settings) -> Keys | None:
    """The keys, or none: stored models can't be opened then, and one is learned in memory."""
    try:
        return load_keys(settings)
    except ConfigurationError as error:
        logger.warning("%s", error)
        return None
