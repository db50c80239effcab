"""`minibar-ml mutes`: say beforehand what must not raise alerts."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments import times
from minibar_ml.cli.arguments.choices import several
from minibar_ml.cli.arguments.options import AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.mutes import scope
from minibar_ml.cli.mutes.table import listing
from minibar_ml.cli.terminal import console
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.alerting.mutes import FARTHEST_AHEAD, FARTHEST_BACK, LONGEST, Mute
from minibar_ml.domain.errors import UsageError
from minibar_ml.i18n import mutings
from minibar_ml.store.alerting import mutes
from minibar_ml.store.engine import os_user
from minibar_ml.store.source import hotels

app = typer.Typer(no_args_is_help=True, epilog=examples("mutes list", "mutes show 3"))
LONGEST_REASON = 1000

TheHotel = Annotated[str, typer.Option("--hotel", metavar="H", help="The hotel (name or id).")]
Start = Annotated[str | None, typer.Option("--from", metavar="T", help="From this date or time on (default: now).")]
End = Annotated[str, typer.Option("--until", metavar="T", help="Up to this date or time (exclusive).")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; shown in lists and reports.")]
Floor = Annotated[str | None, typer.Option("--floor", metavar="F", help="Only the rooms on this floor (its name).")]
Rooms = Annotated[
    list[str] | None, typer.Option("--room", metavar="R", help="Only this room (name or id); may be repeated.")
]
Products = Annotated[
    list[str] | None, typer.Option("--product", metavar="P", help="Only this product (name or id); may be repeated.")
]
Types = Annotated[list[str] | None, typer.Option("--type", metavar="T", help="Only this alert type; may be repeated.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Your name (default: the operating-system user).")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the mute, from `mutes list`.", min=1)]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="mutes")


@app.command(
    epilog=examples(
        'mutes add --hotel 1 --floor 3 --from 2026-03-01 --until 2026-04-15 --reason "Renovation"',
        'mutes add --hotel 1 --from 2026-11-10 --until 2027-03-20 --reason "Closed for the winter"',
        'mutes add --hotel 1 --product Efes --type consumption_anomaly --until 2026-06-01 --reason "Promotion"',
    )
)
def add(
    hotel: TheHotel,
    until: End,
    reason: Reason,
    from_: Start = None,
    floor: Floor = None,
    room: Rooms = None,
    product: Products = None,
    type_: Types = None,
    by: By = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Mute a hotel, or a floor, rooms, products or alert types of it, for a time.

    Detection goes on: what it finds there is kept and counted as muted, and shown by `mutes show` and in reports, but
    it is neither a live alert nor sent. Live alerts that the mute covers end at the next detect. What still lasts
    when the mute ends is raised then.
    """
    settings = house.settings_of(session.settings(), "mutes add")
    since, end = _span(from_, until, settings.zone())
    mute = Mute(
        hotel_id=0,
        since=since,
        until=end,
        reason=_reason(reason),
        added_by=_operator(by),
        alert_types=several("--type", type_, ALERT_TYPES, "type"),
    )
    with session.store(settings, "mutes add") as connection:
        hotel_id = hotels.find_id(connection, hotel)
        mute = replace(mute, hotel_id=hotel_id, **scope.resolve(connection, hotel_id, floor, room, product))
        mute = replace(mute, id=mutes.insert(connection, mute))
        names = scope.names(connection, [mute])
        connection.commit()
    if json:
        console.print_json(as_json(mute, names))
    else:
        console.note(mutings.added(_local(mute, settings.zone()), names.get(mute.entity_type, {}),
                                   session.language(settings)))  # fmt: skip


@app.command("list", epilog=examples("mutes list", "mutes list --all --json"))
def list_(
    hotel: Hotel = None,
    all_: Annotated[bool, typer.Option("--all", help="Also mutes that are over.")] = False,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List mutes that are in force or still to come, and what was found under them."""
    known, instant = house.at(session.settings(), "mutes list", as_of)
    settings = known.settings
    with session.store(settings, "mutes list") as connection:
        hotel_id = None if hotel is None else hotels.find_id(connection, hotel)
        found = mutes.fetch(connection, None if all_ else instant, hotel_id)
        names, called = scope.names(connection, found), hotels.fetch_names(connection)
    lang = session.language(settings)
    if json:
        console.print_json([as_json(mute, names) for mute in found])
    elif not found:
        console.note(mutings.none(lang))
    for line in [] if json else listing([_local(mute, settings.zone()) for mute in found], names, called, lang):
        console.say(line)


@app.command(epilog=examples("mutes show 3", "mutes show 3 --json"))
def show(mute_id: Id, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Show a mute and what was found under it, the latest first."""
    settings = house.settings_of(session.settings(), "mutes show")
    with session.store(settings, "mutes show") as connection:
        mute = mutes.get(connection, mute_id)
        found = mutes.fetch_findings(connection, mute_id)
        names, called = scope.names(connection, [mute]), hotels.fetch_names(connection)
    lang = session.language(settings)
    if json:
        console.print_json({**as_json(mute, names), "muted_findings": [asdict(finding) for finding in found]})
        return
    for line in listing([_local(mute, settings.zone())], names, called, lang, found):
        console.say(line)


@app.command(epilog=examples("mutes end 3"))
def end(mute_id: Id, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """End a mute now.

    What still lasts is raised by the next detect; events of the days before today stay muted.
    """
    settings = house.settings_of(session.settings(), "mutes end")
    operator = _operator(by)
    with session.store(settings, "mutes end") as connection:
        mute = mutes.get(connection, mute_id)
        mutes.mark_ended(connection, mute, operator)
        connection.commit()
    console.note(mutings.has_ended(mute, session.language(settings)))


def as_json(mute: Mute, names: Mapping[str | None, Mapping[int, str]]) -> dict[str, Any]:
    """The document of one mute; `entity_names` in the order of `entity_ids`."""
    known = names.get(mute.entity_type, {})
    return {
        "id": mute.id,
        "hotel_id": mute.hotel_id,
        "types": mute.alert_types,
        "floor": mute.floor,
        "entity_type": mute.entity_type,
        "entity_ids": mute.entity_ids,
        "entity_names": [known.get(one) for one in mute.entity_ids] if mute.entity_ids is not None else None,
        "from": mute.since,
        "until": mute.until,
        "reason": mute.reason,
        "added_at": mute.added_at,
        "added_by": mute.added_by,
        "ended_at": mute.ended_at,
        "ended_by": mute.ended_by,
        "findings": mute.findings,
        "impact": mute.impact,
    }


def _local(mute: Mute, zone: ZoneInfo) -> Mute:
    """The mute with the hotel's clock."""
    ended_at = mute.ended_at.astimezone(zone) if mute.ended_at else None
    return replace(mute, since=mute.since.astimezone(zone), until=mute.until.astimezone(zone), ended_at=ended_at)


def _span(from_: str | None, until: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    since = times.instant(from_, zone, "--from", ahead=True) if from_ else now
    end = times.instant(until, zone, "--until", ahead=True)
    if since < now - FARTHEST_BACK:
        raise UsageError(f"--from {from_} is more than {FARTHEST_BACK.days} days back: detect has passed those days.")
    if since > now + FARTHEST_AHEAD:
        raise UsageError(f"--from {from_} is more than {FARTHEST_AHEAD.days // 365} years ahead.")
    if end <= max(since, now):
        raise UsageError(f"--until {until} must be in the future and after --from.")
    if end - since > LONGEST:
        raise UsageError(f"--until {until}: a mute lasts {LONGEST.days} days at most.")
    return since, end


def _reason(text: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST_REASON or not words.isprintable():
        raise UsageError(f"--reason must have 1 to {LONGEST_REASON} printable characters on one line.")
    return words


def _operator(by: str | None) -> str:
    name = by.strip() if by is not None else os_user()
    if not name or not name.isprintable() or name == "system":
        raise UsageError(f"--by {name!r} is not a person's name.")
    return name
