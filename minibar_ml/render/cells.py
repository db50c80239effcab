"""A table's values as text in a language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, cast

from minibar_ml.render.tables import Cell, Kind
from minibar_ml.render.words import UNKNOWN, Words


def written(value: Cell, kind: Kind, words: Words) -> str:
    """A value as text in the language."""
    if value is None or isinstance(value, str):
        return UNKNOWN if value is None else value
    return _WRITERS[kind](words, value)


def _instant(words: Words, value: Any) -> str:
    return words.instant(cast(datetime, value))


def _day(words: Words, value: Any) -> str:
    return f"{words.weekday(value)} {words.short_day(cast(date, value))}"


_WRITERS: Mapping[Kind, Callable[[Words, Any], str]] = {
    "name": lambda words, value: str(value),
    "text": lambda words, value: str(value),
    "severity": lambda words, value: str(value),
    "count": lambda words, value: words.number(value),
    "money": lambda words, value: words.number(value, 2),
    "decimal": lambda words, value: words.number(value, 1),
    "change": lambda words, value: words.percent(value, signed=True),
    "share": lambda words, value: words.share(value),
    "day": _day,
    "instant": _instant,
}
