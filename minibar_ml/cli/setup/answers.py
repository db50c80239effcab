"""What a new installation has to know: by options, by ML_ variables, or asked on a terminal."""

import os
import sys
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import typer

from minibar_ml.cli import env_file
from minibar_ml.config.checks import require_currency, require_zone
from minibar_ml.config.settings import PREFIX, Settings
from minibar_ml.domain.errors import ConfigurationError, PreconditionFailed, UsageError
from minibar_ml.domain.languages import LANGS
from minibar_ml.i18n.screen import lang, translated
from minibar_ml.store.engine import make_engine

OPTIONS = {
    "database_url": "Database (postgresql://user@host:5432/database)",
    "timezone": "Time zone of the hotel, such as Europe/Istanbul",
    "lang": "Language of alerts and reports (en, tr)",
    "currency": "Currency of prices, such as TRY (empty: none is shown)",
}
NEEDED = ("database_url", "timezone")
"""What has no default: a wrong zone would count every day wrongly."""


def can_ask() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def complete(given: Mapping[str, str | None]) -> dict[str, str]:
    """The variables to write; raises UsageError for what is missing where nobody can be asked."""
    known = {name: value or os.environ.get(PREFIX + name.upper(), "") for name, value in given.items()}
    for name in OPTIONS:
        if not known[name] and can_ask():
            known[name] = _asked(name)
        if not known[name] and name in NEEDED:
            raise UsageError(f"{_option(name)} is needed where there is no terminal to ask on.")
        known[name] = known[name] or (lang() if name == "lang" else "")
        _require_valid(name, known[name], _option(name))
    return {PREFIX + name.upper(): value for name, value in known.items() if value}


def require_same(given: Mapping[str, str | None], settings: Settings, where: str) -> None:
    """Raise PreconditionFailed where an option says something else than the settings that are there already."""
    for name, value in given.items():
        if value and value != getattr(settings, name):
            raise PreconditionFailed(
                f"{where} says something else than {_option(name)}: change it there, or set up another database with "
                "--profile."
            )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _require_valid(name: str, value: str, called: str) -> None:
    """Raise UsageError or ConfigurationError for what a setting can't be; `called` is how errors name it."""
    env_file.require_writable(called, value)
    if name == "database_url":
        make_engine(value, "UTC", variable=called)
    elif name == "timezone":
        require_zone(called, value)
    elif name == "currency":
        require_currency(called, value)
    elif value not in LANGS:
        raise UsageError(f"{called} {value!r} is not one of {', '.join(LANGS)}.")


def _asked(name: str) -> str:
    """The answer to a question, which is asked again until the answer is one."""
    default = lang() if name == "lang" else None if name in NEEDED else ""
    while True:
        given = typer.prompt(translated(OPTIONS[name]), default=default, show_default=bool(default), err=True)
        answer = str(given).strip()
        try:
            _require_valid(name, answer, PREFIX + name.upper())
        except (UsageError, ConfigurationError) as error:
            typer.echo(translated(str(error)), err=True)
        else:
            return _with_password(answer) if name == "database_url" else answer


def _with_password(url: str) -> str:
    """The URL with the password that is asked for, unless it has one or its user needs none."""
    parts = urlsplit(url)
    if not parts.username or parts.password:
        return url
    question = translated("Password of {0} (empty: none is needed)").format(parts.username)
    password = typer.prompt(question, default="", show_default=False, hide_input=True, err=True)
    return url.replace("@", f":{quote(password, safe='')}@", 1) if password else url
