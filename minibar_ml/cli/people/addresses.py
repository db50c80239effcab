"""Addresses as `people add` and `people set` take them: a mail address in plain, whatever holds a token from a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.artifacts.secret_files import read_text
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.people import ChannelKind, Person, is_address

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.config.settings import Settings

STDIN, NONE = "-", "none"
MAX_URL_CHARACTERS = 2000
_HELP = "File that holds the apprise URL of this person's {}, or - for stdin; none takes it away."

Email = Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="Mail address; none takes it away.")]
Sms = Annotated[str | None, typer.Option("--sms", metavar="FILE", help=_HELP.format("SMS service"))]
Push = Annotated[str | None, typer.Option("--push", metavar="FILE", help=_HELP.format("push service"))]
Chat = Annotated[str | None, typer.Option("--chat", metavar="FILE", help=_HELP.format("chat"))]
Addresses = dict[ChannelKind, str | None]
"""What is to be set, by kind of channel; None: taken away."""


def read(email: str | None, sms: str | None, push: str | None, chat: str | None) -> Addresses:
    """The addresses that the options name; raises UsageError for one that is none.

    URLs are never options themselves: other users of the machine see a command's words, and URLs hold tokens.
    """
    found: Addresses = {}
    if email is not None:
        if email != NONE and not is_address(email):
            raise UsageError(f"--email {email!r} is no mail address that we can write to.")
        found["email"] = None if email == NONE else email
    files: dict[ChannelKind, str | None] = {"sms": sms, "push": push, "chat": chat}
    for kind, file in files.items():
        if file is not None:
            found[kind] = None if file == NONE else _url(kind, file)
    return found


def _url(kind: ChannelKind, file: str) -> str:
    from minibar_ml.notify.channels import apprise
    from minibar_ml.notify.contract import NeverDeliverable

    try:
        text = sys.stdin.readline() if file == STDIN else read_text(Path(file), f"--{kind} {file}")
    except UnicodeDecodeError as error:
        raise UsageError(f"--{kind} {file} can't be read ({type(error).__name__}).") from error
    url = text.strip()
    if not url or len(url) > MAX_URL_CHARACTERS or not url.isprintable():
        raise UsageError(f"--{kind} {file} must hold one apprise URL, in one line.")
    try:
        apprise.check(url)
    except NeverDeliverable as error:
        raise UsageError(f"--{kind} {file}: {error}.") from None
    return url


def store(connection: "Connection", person: Person, found: Addresses, settings: "Settings") -> None:
    """Write addresses, sealed where they hold tokens, in the caller's transaction."""
    from minibar_ml.store.notifications import people

    for kind, address in found.items():
        if address is None:
            people.delete_channel(connection, person, kind)
        elif kind == "email":
            people.upsert_channel(connection, person, kind, address)
        else:
            from minibar_ml.artifacts.keys import load_keys
            from minibar_ml.artifacts.tokens import seal_token
            from minibar_ml.notify.channels.apprise import scheme

            people.upsert_channel(connection, person, kind, scheme(address), seal_token(address, load_keys(settings)))
