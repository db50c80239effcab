"""The inventory of a fleet: a TOML file with a table [[member]] for each store."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from minibar_ml import permissions
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.fleet import Member

KEYS = ("name", "url", "service", "password_file", "timezone", "config_file", "labels")
EXAMPLE = '[[member]], name = "deniz", url = "postgresql://minibar_jobs@db1/hotel"'
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
BELIEVED = "it names the databases that jobs work on"


def read(path: Path) -> tuple[Member, ...]:
    """The members, in the file's order.

    Raises ConfigurationError, naming file and place, for a file that can't be read, that others may write, or in which
    something is missing, unknown or wrong.
    """
    try:
        content, found = permissions.read_bytes(path)
        permissions.require_trusted(path, found, str(path), BELIEVED)
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"Can't read the fleet's inventory {path} ({reason}).") from error
    members = tables.get("member")
    if set(tables) != {"member"} or not isinstance(members, list) or not members:
        raise ConfigurationError(f"{path} must hold tables [[member]] and nothing else, such as {EXAMPLE}.")
    found_members = tuple(_member(path, number, values) for number, values in enumerate(members, 1))
    _require_distinct(path, [one.name for one in found_members])
    return found_members


def _member(path: Path, number: int, values: Mapping[str, Any]) -> Member:
    def wrong(what: str) -> ConfigurationError:
        return ConfigurationError(f"{path}, member {number}: {what}.")

    if unknown := sorted(set(values) - set(KEYS)):
        raise wrong(f"unknown {', '.join(unknown)}; known: {', '.join(KEYS)}")
    labels = values.get("labels", [])
    texts = [values[key] for key in KEYS[:-1] if key in values] + (labels if isinstance(labels, list) else [labels])
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in texts):
        raise wrong("values must be texts, and labels a list of texts")
    if not _NAME.fullmatch(values.get("name", "")):
        raise wrong("name must be letters, digits, _ . and -")
    if ("url" in values) == ("service" in values):
        raise wrong("give either url or service")
    url = values.get("url") or f"postgresql:///?service={quote(values['service'])}"
    if urlsplit(url).password or "password=" in (urlsplit(url).query or ""):
        raise wrong("a password must stand in a file of its own: password_file")
    return Member(
        name=values["name"],
        url=url,
        password_file=_file(path, values.get("password_file")),
        timezone=values.get("timezone"),
        config_file=_file(path, values.get("config_file")),
        labels=tuple(labels),
    )


def _file(path: Path, name: str | None) -> Path | None:
    """A file that the inventory names, by a path from its own folder."""
    return (path.parent / name).absolute() if name else None


def _require_distinct(path: Path, names: Sequence[str]) -> None:
    if twice := sorted({one for one in names if names.count(one) > 1}):
        raise ConfigurationError(f"{path}: several members are called {', '.join(twice)}.")
