"""A table's values as text in a language."""

from collections.abc import Callable, Mapping
from typing import Any

from minibar_ml.render.tables import Cell, Kind
from minibar_ml.render.words import UNKNOWN, Words

WHOLE_FROM = 100
"""From here on a tenth says nothing: 873 units, not 873.0."""


def written(value: Cell, kind: Kind, words: Words) -> str:
    """A value as text in the language."""
    if value is None or isinstance(value, str):
        return UNKNOWN if value is None else value
    return _WRITERS[kind](words, value)


_WRITERS: Mapping[Kind, Callable[[Words, Any], str]] = {
    "name": lambda words, value: str(value),
    "text": lambda words, value: str(value),
    "severity": lambda words, value: str(value),
    "count": lambda words, value: words.number(value),
    "money": lambda words, value: words.number(value, 2),
    "decimal": lambda words, value: words.number(value, 1 if abs(value) < WHOLE_FROM else 0),
    "change": Words.change,
    "share": Words.share,
    "day": Words.day_cell,
    "instant": Words.instant_cell,
}
