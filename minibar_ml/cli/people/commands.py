"""`minibar-ml people`: who is told of alerts, of which, when and how."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import console, session
from minibar_ml.cli.options import Json, Quiet, Verbose
from minibar_ml.cli.people import addresses, delivery, preferences
from minibar_ml.domain.alert_kinds import types_where
from minibar_ml.domain.errors import ExitCode, PreconditionFailed, UsageError
from minibar_ml.domain.people import Person

if TYPE_CHECKING:
    from sqlalchemy import Connection


app = typer.Typer(no_args_is_help=True, help="Who is told of alerts: channels, hours, severities.")
LONGEST_NAME = 80

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name, as `people list` shows it.")]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="people")


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name that nobody else has.")],
    role: preferences.Role = None,
    email: addresses.Email = None,
    sms: addresses.Sms = None,
    push: addresses.Push = None,
    chat: addresses.Chat = None,
    hotel: preferences.Hotels = None,
    type_: preferences.Types = None,
    severity: preferences.Severity = None,
    lang: preferences.Language = None,
    quiet_hours: preferences.QuietHours = None,
    digest: preferences.DigestAt = None,
    repeat: preferences.Repeat = None,
    resolved: preferences.Resolved = None,
    report: preferences.Reports = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Add a person; one with the login of a user of the hotel application stands in for them.

    A storekeeper is told of stock alerts alone unless --type says otherwise.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A name has 1 to {LONGEST_NAME} printable characters.")
    settings = session.settings()
    found = addresses.read(email, sms, push, chat)
    start = Person(name=name.strip(), language=settings.lang)
    if role == "storekeeper":
        start = replace(start, alert_types=types_where(lambda kind: kind.is_stock))
    changes = preferences.changes(
        role, hotel, type_, severity, lang, quiet_hours, digest, repeat, resolved, report, None
    )
    person = replace(start, **changes)
    from minibar_ml.store.notifications import people

    with session.store(settings, "people add") as connection:
        _require_hotels(connection, person)
        person = replace(person, id=people.insert(connection, person))
        addresses.store(connection, person, found, settings)
        connection.commit()
    console.note(f"{person.name} was added; `minibar-ml people test` sends a message now.")


@app.command("set")
def set_(
    name: Name,
    role: preferences.Role = None,
    email: addresses.Email = None,
    sms: addresses.Sms = None,
    push: addresses.Push = None,
    chat: addresses.Chat = None,
    hotel: preferences.Hotels = None,
    type_: preferences.Types = None,
    severity: preferences.Severity = None,
    lang: preferences.Language = None,
    quiet_hours: preferences.QuietHours = None,
    digest: preferences.DigestAt = None,
    repeat: preferences.Repeat = None,
    resolved: preferences.Resolved = None,
    report: preferences.Reports = None,
    active: preferences.Active = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Change a person's preferences; what is not named stays.

    Role, hotels, types, mail address and --active of a user of the hotel application are taken over from there until
    one of them is set here.
    """
    settings = session.settings()
    found = addresses.read(email, sms, push, chat)
    changes = preferences.changes(
        role, hotel, type_, severity, lang, quiet_hours, digest, repeat, resolved, report, active
    )
    if not changes and not found:
        raise UsageError("people set: name what to change; see `minibar-ml people set --help`.")
    from minibar_ml.store.notifications import people

    with session.store(settings, "people set") as connection:
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
    settings = session.settings()
    from minibar_ml.store.notifications import people
    from minibar_ml.store.source import contract as source

    with session.store(settings, "people list") as connection:
        people.follow_source(connection, source.usable(connection), settings.lang)
        connection.commit()
        found = people.fetch(connection)
    if json:
        console.print_json([people.told(person) for person in found])
    elif found:
        from minibar_ml.cli.people.table import listing

        for line in listing(found, console.width()):
            console.say(line)
    else:
        console.note("There is nobody yet: `minibar-ml people add` adds a person.")


@app.command()
def remove(name: Name, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Remove a person, with all messages to them."""
    from minibar_ml.store.notifications import people

    with session.store(session.settings(), "people remove") as connection:
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
    from minibar_ml.store.notifications import people

    settings = session.settings()
    with session.store(settings, "people test") as connection:
        person = people.get(connection, name)
        recipients = people.fetch_channels(connection, person)
    if not recipients:
        raise PreconditionFailed(f"{name} has no address: `minibar-ml people set` gives them one.")
    from minibar_ml.jobs.notify import address_of
    from minibar_ml.notify.contract import NotDelivered
    from minibar_ml.notify.wording import Words

    now, failures, accepted = datetime.now(UTC), 0, list[str]()
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
            accepted.append(recipient.channel)
    for channel in channels.values():
        channel.close()
    if accepted:
        from minibar_ml.store import audit

        with session.store(settings, "people test") as connection:
            audit.insert(connection, "message.sent", f"test to {person.name} by {', '.join(accepted)}")
            connection.commit()
    if failures:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _require_hotels(connection: "Connection", person: Person) -> None:
    from minibar_ml.store.source import hotels

    for hotel_id in person.hotels or ():
        hotels.require(connection, hotel_id)
