"""The address options of `people add` and `people set`: mail addresses, and files that hold URLs with tokens."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.artifacts.keys import load_keys
from minibar_ml.artifacts.secret_files import read_text
from minibar_ml.artifacts.tokens import place_of, seal_token
from minibar_ml.config.settings import Settings
from minibar_ml.domain.addresses import is_address
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.people import ChannelKind, Person
from minibar_ml.notify.channels import apprise
from minibar_ml.notify.contract import NeverDeliverable
from minibar_ml.store.notifications import people

if TYPE_CHECKING:
    from sqlalchemy import Connection

STDIN, NONE = "-", "none"
MAX_URL_CHARACTERS = 2000
_HELP = "File with the apprise URL of this person's {}, or - for stdin; none removes it."

Email = Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="Mail address; none removes it.")]
Sms = Annotated[str | None, typer.Option("--sms", metavar="FILE", help=_HELP.format("SMS service"))]
Push = Annotated[str | None, typer.Option("--push", metavar="FILE", help=_HELP.format("push service"))]
Chat = Annotated[str | None, typer.Option("--chat", metavar="FILE", help=_HELP.format("chat"))]
Addresses = dict[ChannelKind, str | None]
"""Addresses to set, by kind of channel; None: remove it."""


def read(email: str | None, sms: str | None, push: str | None, chat: str | None, settings: Settings) -> Addresses:
    """The addresses that the options name; raises UsageError for one that is not valid or may not be used.

    URLs are never options themselves: other users of the machine can see a command line, and URLs hold tokens.
    """
    found: Addresses = {}
    if email is not None:
        if email != NONE and not is_address(email):
            raise UsageError(f"--email {email!r} is not a valid mail address.")
        found["email"] = None if email == NONE else email
    files: dict[ChannelKind, str | None] = {"sms": sms, "push": push, "chat": chat}
    for kind, file in files.items():
        if file is not None:
            found[kind] = None if file == NONE else _url(kind, file, settings.private_hosts())
    return found


def _url(kind: ChannelKind, file: str, private: Sequence[str]) -> str:
    try:
        text = sys.stdin.readline() if file == STDIN else read_text(Path(file), f"--{kind} {file}")
    except UnicodeDecodeError as error:
        raise UsageError(f"--{kind} {file} can't be read ({type(error).__name__}).") from error
    url = text.strip()
    if not url or len(url) > MAX_URL_CHARACTERS or not url.isprintable():
        raise UsageError(f"--{kind} {file} must contain one apprise URL on one line.")
    try:
        apprise.check(url, private)
    except NeverDeliverable as error:
        raise UsageError(f"--{kind} {file}: {error}.") from None
    return url


def store(connection: "Connection", person: Person, found: Addresses, settings: Settings) -> None:
    """Write addresses, sealed where they hold tokens, in the caller's transaction."""
    for kind, address in found.items():
        if address is None:
            people.delete_channel(connection, person, kind)
        elif kind == "email":
            people.upsert_channel(connection, person, kind, address)
        else:
            sealed = seal_token(address, place_of(person.id, kind), load_keys(settings))
            people.upsert_channel(connection, person, kind, apprise.scheme(address), sealed)
