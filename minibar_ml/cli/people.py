"""`minibar-ml people`: who is told of alerts, of which, when and how."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import addresses, console, context, delivery
from minibar_ml.cli.context import Json, Quiet, Verbose
from minibar_ml.domain.alerts import ALERT_TYPES, SEVERITIES
from minibar_ml.domain.errors import ExitCode, PreconditionFailed, UsageError
from minibar_ml.domain.languages import LANGS
from minibar_ml.domain.people import REPORT_PERIODS, ROLES, STOCK_TYPES, Person

if TYPE_CHECKING:
    from sqlalchemy import Connection


app = typer.Typer(no_args_is_help=True, help="Who is told of alerts: channels, hours, severities.")
ALL, NONE = "all", "none"
LONGEST_NAME = 80

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name, as `people list` shows it.")]
Role = Annotated[str | None, typer.Option("--role", metavar="R", help=f"{' or '.join(ROLES)}.")]
Language = Annotated[str | None, typer.Option("--lang", metavar="L", help="tr or en; else ML_LANG.")]
Hotels = Annotated[
    list[str] | None, typer.Option("--hotel", metavar="H", help="Only of this hotel (its id), or all; may be repeated.")
]
Types = Annotated[
    list[str] | None, typer.Option("--type", metavar="T", help="Only this alert type, or all; may be repeated.")
]
Severity = Annotated[
    str | None, typer.Option("--severity", metavar="S", help=f"The least severity: {', '.join(SEVERITIES)}.")
]
QuietHours = Annotated[
    str | None,
    typer.Option("--quiet-hours", metavar="FROM-TO", help="22:00-07:00, say; critical alerts come anyway; or none."),
]
DigestAt = Annotated[
    str | None, typer.Option("--digest", metavar="TIME", help="One digest a day at this time; or none: at once.")
]
Repeat = Annotated[
    str | None,
    typer.Option("--repeat", metavar="MINUTES", help="Tell again so often while nobody has read it; or none."),
]
Resolved = Annotated[bool | None, typer.Option("--resolved/--no-resolved", help="Also tell when an alert is over.")]
Reports = Annotated[
    list[str] | None, typer.Option("--report", metavar="P", help="Mail reports: weekly, monthly or none; repeatable.")
]
Active = Annotated[bool | None, typer.Option("--active/--inactive", help="Whether this person is told anything.")]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="people")


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name that nobody else has.")],
    role: Role = None,
    email: addresses.Email = None,
    sms: addresses.Sms = None,
    push: addresses.Push = None,
    chat: addresses.Chat = None,
    hotel: Hotels = None,
    type_: Types = None,
    severity: Severity = None,
    lang: Language = None,
    quiet_hours: QuietHours = None,
    digest: DigestAt = None,
    repeat: Repeat = None,
    resolved: Resolved = None,
    report: Reports = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Add a person; one with the login of a user of the hotel application stands in for them.

    A storekeeper is told of stock alerts alone unless --type says otherwise.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A name has 1 to {LONGEST_NAME} printable characters.")
    settings = context.settings()
    found = addresses.read(email, sms, push, chat)
    start = Person(name=name.strip(), language=settings.lang)
    if role == "storekeeper":
        start = replace(start, alert_types=STOCK_TYPES)
    changes = _changes(role, hotel, type_, severity, lang, quiet_hours, digest, repeat, resolved, report, None)
    person = replace(start, **changes)
    from minibar_ml.store import people

    with context.store(settings, "people add") as connection:
        _require_hotels(connection, person)
        person = replace(person, id=people.insert(connection, person))
        addresses.store(connection, person, found, settings)
        connection.commit()
    console.note(f"{person.name} was added; `minibar-ml people test` sends a message now.")


@app.command("set")
def set_(
    name: Name,
    role: Role = None,
    email: addresses.Email = None,
    sms: addresses.Sms = None,
    push: addresses.Push = None,
    chat: addresses.Chat = None,
    hotel: Hotels = None,
    type_: Types = None,
    severity: Severity = None,
    lang: Language = None,
    quiet_hours: QuietHours = None,
    digest: DigestAt = None,
    repeat: Repeat = None,
    resolved: Resolved = None,
    report: Reports = None,
    active: Active = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Change a person's preferences; what is not named stays.

    Role, hotels, types, mail address and --active of a user of the hotel application are taken over from there until
    one of them is set here.
    """
    settings = context.settings()
    found = addresses.read(email, sms, push, chat)
    changes = _changes(role, hotel, type_, severity, lang, quiet_hours, digest, repeat, resolved, report, active)
    if not changes and not found:
        raise UsageError("people set: name what to change; see `minibar-ml people set --help`.")
    from minibar_ml.store import people

    with context.store(settings, "people set") as connection:
        before = people.get(connection, name)
        after = replace(before, **changes)
        if {"role", "hotels", "alert_types", "is_active"} & changes.keys() or "email" in found:
            after = replace(after, follows_source=False)
        _require_hotels(connection, after)
        if after != before:
            people.update(connection, before, after)
        addresses.store(connection, before, found, settings)
        connection.commit()
    console.note(f"{name} was changed.")


@app.command("list")
def list_(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Everybody who may be told of alerts, and how; addresses with tokens are not shown."""
    settings = context.settings()
    from minibar_ml.store import people, source

    with context.store(settings, "people list") as connection:
        people.follow_source(connection, source.usable(connection), settings.lang)
        connection.commit()
        found = people.fetch(connection)
    if json:
        console.print_json([people.told(person) for person in found])
    elif found:
        from minibar_ml.cli.people_table import listing

        for line in listing(found, console.width()):
            console.say(line)
    else:
        console.note("There is nobody yet: `minibar-ml people add` adds a person.")


@app.command()
def remove(name: Name, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Remove a person, with all messages to them."""
    from minibar_ml.store import people

    with context.store(context.settings(), "people remove") as connection:
        person = people.get(connection, name)
        if person.source_user_id is not None:
            raise UsageError(
                f"{name} comes from the hotel application and would come back: "
                f"`minibar-ml people set {name} --inactive`."
            )
        people.delete(connection, person)
        connection.commit()
    console.note(f"{name} was removed.")


@app.command()
def test(name: Name, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Send a person a test message by each channel now, and say what happened; exit 6 where one did not arrive."""
    from minibar_ml.store import people

    settings = context.settings()
    with context.store(settings, "people test") as connection:
        person = people.get(connection, name)
        recipients = people.fetch_channels(connection, person)
    if not recipients:
        raise PreconditionFailed(f"{name} has no address: `minibar-ml people set` gives them one.")
    from minibar_ml.jobs.notify import address_of
    from minibar_ml.notify.contract import NotDelivered
    from minibar_ml.notify.wording import Words

    now, failures = datetime.now(UTC), 0
    mail = Words(person.language, settings.zone(), {}).test(person.name, now)
    channels, keys = delivery.channels(settings), delivery.keys(settings)
    for recipient in recipients:
        where = f"{recipient.channel} {recipient.shown}"
        if recipient.channel not in channels:
            console.say(f"{where}: not sent, ML_SMTP_HOST names no mail server")
            failures += 1
            continue
        try:
            channels[recipient.channel].send(
                address_of(recipient, keys), person.name, mail, f"test {recipient.channel_id} {now.timestamp():.6f}"
            )
        except NotDelivered as error:
            console.say(console.visible(f"{where}: not accepted, {error}"))
            failures += 1
        else:
            console.say(f"{where}: accepted")
    for channel in channels.values():
        channel.close()
    if failures:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _changes(
    role: str | None,
    hotels: list[str] | None,
    types: list[str] | None,
    severity: str | None,
    lang: str | None,
    quiet_hours: str | None,
    digest: str | None,
    repeat: str | None,
    resolved: bool | None,
    reports: list[str] | None,
    active: bool | None,
) -> dict[str, Any]:
    """The fields of a person that these options set; raises UsageError naming an option that makes no sense."""
    changes: dict[str, Any] = {}
    if role is not None:
        changes["role"] = _one("--role", role, ROLES)
    if hotels is not None:
        changes["hotels"] = None if ALL in hotels else tuple(sorted({_number("--hotel", one) for one in hotels}))
    if types is not None:
        changes["alert_types"] = None if ALL in types else tuple(_one("--type", one, ALERT_TYPES) for one in types)
    if severity is not None:
        changes["min_severity"] = _one("--severity", severity, SEVERITIES)
    if lang is not None:
        changes["language"] = _one("--lang", lang, LANGS)
    if quiet_hours is not None:
        changes["quiet_from"], changes["quiet_until"] = _span("--quiet-hours", quiet_hours)
    if digest is not None:
        changes["digest_at"] = None if digest == NONE else _time("--digest", digest)
    if repeat is not None:
        changes["repeat_minutes"] = None if repeat == NONE else _number("--repeat", repeat)
    if resolved is not None:
        changes["wants_resolved"] = resolved
    if reports is not None:
        changes["reports"] = () if NONE in reports else tuple(_one("--report", one, REPORT_PERIODS) for one in reports)
    if active is not None:
        changes["is_active"] = active
    return changes


def _require_hotels(connection: "Connection", person: Person) -> None:
    from minibar_ml.store import hotels

    for hotel_id in person.hotels or ():
        hotels.require(connection, hotel_id)


def _span(option: str, text: str) -> tuple[time | None, time | None]:
    if text == NONE:
        return None, None
    start, _, end = text.partition("-")
    return _time(option, start), _time(option, end)


def _time(option: str, text: str) -> time:
    try:
        found = time.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is no time of day; write one such as 07:30.") from error
    if found.tzinfo or found.second or found.microsecond:
        raise UsageError(f"{option} {text!r} must be hours and minutes of the hotel's clock, such as 07:30.")
    return found


def _number(option: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**31:
        raise UsageError(f"{option} {text!r} is no whole number above 0.")
    return int(text)


def _one(option: str, word: str, allowed: Iterable[str]) -> str:
    if word not in allowed:
        raise UsageError(f"{option} {word!r} is not one of {', '.join(allowed)}.")
    return word
