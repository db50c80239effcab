"""`minibar-ml people`: who is notified of which alerts, when and how."""

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.people import addresses, preferences
from minibar_ml.cli.people.table import listing
from minibar_ml.cli.terminal import console
from minibar_ml.domain.errors import ExitCode, PreconditionFailed, UsageError
from minibar_ml.domain.people import ROLES, Person
from minibar_ml.store import audit
from minibar_ml.store.notifications import people
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import hotels

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.config.settings import Settings

app = typer.Typer(no_args_is_help=True, epilog=examples("people list", "people set ayse --quiet-hours 22:00-07:00"))
LONGEST_NAME = 80

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the person, from `people list`.")]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="people")


@app.command(
    epilog=examples(
        "people add ayse --role administrator --email ayse@hotel.example --severity high",
        "people add mehmet --role storekeeper --hotel 2 --email mehmet@hotel.example --digest 08:00",
        "people add bilgi-islem --role server --email it@hotel.example",
    )
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A unique name.")],
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
    """Add a person to notify.

    Under the login of a user of the hotel application, role, hotels and types are that user's unless given here;
    anybody else needs `--role`, and `--hotel` where there are several hotels. Unless `--type` is given, storekeepers
    are notified of stock alerts only, and who keeps the server (`--role server`) of alerts about the installation.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A name must have 1 to {LONGEST_NAME} printable characters.")
    settings = session.settings()
    found = addresses.read(email, sms, push, chat, settings)
    settings = house.settings_of(settings, "people add")
    changes = preferences.changes(
        role, _ids(settings, hotel), type_, severity, lang, quiet_hours, digest, repeat, resolved, report, None
    )
    with session.store(settings, "people add") as connection:
        people.follow_source(connection, source.usable(connection), settings.lang)
        user = people.find(connection, name.strip())
        if user and user.follows_source:
            person = _changed(connection, user, changes, found)
        else:
            start = Person(name=name.strip(), language=settings.lang)
            person = preferences.apply(start, changes)
            _require_whole(connection, role, hotel)
            person = replace(person, id=people.insert(connection, person))
        addresses.store(connection, person, found, settings)
        connection.commit()
    console.note(f"{person.name} added; `minibar-ml people test {shlex.quote(person.name)}` sends a test message.")


@app.command(
    "set",
    epilog=examples(
        "people set ayse --quiet-hours 22:00-07:00", "people set ayse --report weekly --report monthly --lang tr"
    ),
)
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
    """Change a person's preferences.

    Only the options given change. Role, hotels, types, mail address and `--active` of a user of the hotel application
    follow that application until one of them is set here.
    """
    settings = session.settings()
    found = addresses.read(email, sms, push, chat, settings)
    settings = house.settings_of(settings, "people set")
    changes = preferences.changes(
        role, _ids(settings, hotel), type_, severity, lang, quiet_hours, digest, repeat, resolved, report, active
    )
    if not changes and not found:
        raise UsageError("Nothing to change; see `minibar-ml people set --help`.")
    with session.store(settings, "people set") as connection:
        people.follow_source(connection, source.usable(connection), settings.lang)
        before = people.get(connection, name)
        _changed(connection, before, changes, found)
        addresses.store(connection, before, found, settings)
        connection.commit()
    console.note(f"{name} changed.")


@app.command("list", epilog=examples("people list", "people list --json"))
def list_(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """List people with their channels and preferences.

    Addresses that contain tokens are not shown.
    """
    settings = house.settings_of(session.settings(), "people list")
    with session.store(settings, "people list") as connection:
        people.follow_source(connection, source.usable(connection), settings.lang)
        connection.commit()
        found = people.fetch(connection)
    if json:
        console.print_json([people.to_json(person) for person in found])
    elif found:
        for line in listing(found, console.width()):
            console.say(line)
    else:
        console.note("Nobody yet: `minibar-ml people add` adds a person.")


@app.command(epilog=examples("people remove ayse"))
def remove(name: Name, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Remove a person and all messages to them."""
    with session.store(session.settings(), "people remove") as connection:
        person = people.get(connection, name)
        if person.source_user_id is not None:
            raise UsageError(
                f"{name} is a user of the hotel application and would be added again: "
                f"use `minibar-ml people set {shlex.quote(name)} --inactive`."
            )
        people.delete(connection, person)
        connection.commit()
    console.note(f"{name} removed.")


@app.command(epilog=examples("people test ayse"))
def test(name: Name, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Send a person a test message over each of their channels now.

    Exits with status 6 if one was not accepted.
    """
    from minibar_ml.cli.people import trial  # brings in the channels

    settings = house.settings_of(session.settings(), "people test")
    with session.store(settings, "people test") as connection:
        person = people.get(connection, name)
        recipients = people.fetch_channels(connection, person)
    if not recipients:
        raise PreconditionFailed(
            f"{name} has no address; `minibar-ml people set {shlex.quote(name)} --email ADDRESS` adds one."
        )
    accepted, failures = trial.send(person, recipients, settings)
    if accepted:
        with session.store(settings, "people test") as connection:
            audit.insert(connection, "message.sent", f"test to {person.name} by {', '.join(accepted)}")
            connection.commit()
    if failures:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _changed(connection: "Connection", before: Person, changes: dict[str, Any], found: addresses.Addresses) -> Person:
    """The person with these preferences, stored; what the application says counts no longer where it is set here."""
    after = preferences.apply(before, changes)
    if {"role", "hotels", "alert_types", "is_active"} & changes.keys() or "email" in found:
        after = replace(after, follows_source=False)
    if after != before:
        people.update(connection, before, after)
    return after


def _require_whole(connection: "Connection", role: str | None, hotel: list[str] | None) -> None:
    """Raise UsageError where a person who is no user of the application would be administrator of everything."""
    if role is None:
        raise UsageError(
            f"No user of the hotel application has that login, so say what they are: --role {', '.join(ROLES)}."
        )
    if hotel is None and role != "server" and len(hotels.fetch_names(connection)) > 1:
        raise UsageError("There are several hotels: name them with --hotel H (may be repeated), or --hotel all.")


def _ids(settings: "Settings", words: list[str] | None) -> list[str] | None:
    """The hotels' ids, and `all` as it is."""
    if words is None or preferences.ALL in words:
        return words
    with session.store(settings, "people") as connection:
        return list(map(str, hotels.find_ids(connection, words) or ()))
