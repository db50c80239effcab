"""A setting's value from its text: its type and limits."""

import json
import re
from dataclasses import Field
from datetime import date, time
from pathlib import PurePath
from typing import Any, Literal, get_args, get_origin
from unicodedata import category

from minibar_ml.config.settings import PREFIX
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.hotels.calendar import Event, Events

_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def convert(spec: "Field[Any]", kind: Any, value: Any, variable: str = "") -> Any:
    """A value as the type that a setting has; raises ConfigurationError naming the variable and what it may be."""
    variable = variable or PREFIX + spec.name.upper()
    about = spec.metadata["help"][:1].upper() + spec.metadata["help"][1:]
    try:
        converted = _as(kind, value)
    except ValueError as error:
        raise ConfigurationError(f"{variable}={value!r} is not {error}. {about}.") from error
    low, high = spec.metadata["min"], spec.metadata["max"]
    # Written so that NaN, which compares false with everything, is refused too.
    if (low is not None and not converted >= low) or (high is not None and not converted <= high):
        limits = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ConfigurationError(f"{variable}={converted} must be {limits}. {about}.")
    if check := spec.metadata["check"]:
        check(variable, converted)
    # Settings end in crontabs, units and headers of mails, where a line break begins something else. Without the value:
    # it may be a secret.
    if isinstance(converted, str | PurePath) and any(category(letter) == "Cc" for letter in str(converted)):
        raise ConfigurationError(f"{variable} must be one line without control characters. {about}.")
    return converted


def as_text(value: Any) -> str:
    """A converted value as the text that `convert` reads."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        rows = [{"starts_on": f"{one.starts_on}", "ends_on": f"{one.ends_on}", "name": one.name} for one in value]
        return json.dumps(rows, ensure_ascii=False)
    return str(value)


def _as(kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal:
        if (word := str(value).strip().lower()) not in get_args(kind):
            raise ValueError(f"one of {', '.join(get_args(kind))}")
        return word
    if kind is bool:
        text = str(value).strip().lower()
        if text not in _TRUE | _FALSE:
            raise ValueError("true or false")
        return text in _TRUE
    if kind in (int, float):
        try:
            return kind(str(value).strip())
        except ValueError:
            raise ValueError("a whole number" if kind is int else "a number") from None
    if kind is time:
        return _as_time(str(value).strip())
    if kind == Events:
        return _as_events(str(value))
    return kind(str(value).strip())


def _as_time(text: str) -> time:
    if not _TIME.fullmatch(text):
        raise ValueError("a time such as 12:00")
    return time.fromisoformat(text.zfill(5))


def _as_events(text: str) -> Events:
    try:
        rows = json.loads(text)
        return tuple(
            Event(date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]), row["name"]) for row in rows
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("a list of events as `minibar-ml config import` writes it") from error
