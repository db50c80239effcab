"""Alert ids: arguments of the command line, or from stdin where an argument is `-`."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from minibar_ml.domain.errors import UsageError

STDIN = "-"
HIGHEST = 2**63 - 1

Ids = Annotated[
    list[str],
    typer.Argument(metavar="ID...", help="Ids of alerts; - reads ids, or the JSON of `alerts list`, from stdin."),
]


def parsed(words: Sequence[str]) -> list[int]:
    """The ids, in order, each once; raises UsageError naming a word that is not an id."""
    found = [_number(word) for word in words if word != STDIN]
    if STDIN in words:
        found += read(sys.stdin.read())
    return list(dict.fromkeys(found))


def read(text: str) -> list[int]:
    """The ids in a text: separated by white space, or in JSON as `alerts list` prints it, or mixed."""
    found: list[int] = []
    place = 0
    decoder = json.JSONDecoder()
    while rest := text[place:].lstrip():
        try:
            value, length = decoder.raw_decode(rest)
        except (ValueError, RecursionError):
            value, length = rest.split()[0], len(rest.split()[0])
        found += _numbers(value)
        place = len(text) - len(rest) + length
    return found


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, dict) and "id" in value:
        yield _number(value["id"])
    else:
        yield _number(value)


def _number(value: Any) -> int:
    word = str(value).strip()
    if isinstance(value, int | str) and word.isascii() and word.isdigit() and len(word) < 20 and int(word) <= HIGHEST:
        return int(word)
    shown = word if len(word) < 40 else f"{word[:40]}..."
    raise UsageError(f"{shown!r} is not an alert id; `minibar-ml alerts list` shows ids, and - reads them from stdin.")
