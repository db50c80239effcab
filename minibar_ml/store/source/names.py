"""What the hotel application calls its rooms, products, attendants and hotels."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from minibar_ml.domain.errors import NotFound, PreconditionFailed
from minibar_ml.log import logger
from minibar_ml.store.failures import explain
from minibar_ml.store.queries import query

Named = Literal["room", "product", "attendant"]
QUERIES: dict[Named, str] = {
    "room": "trends.room_names",
    "product": "trends.product_names",
    "attendant": "trends.attendant_names",
}
MOST_EXAMPLES = 5
HIGHEST_ID = 2**31 - 1
_DOTLESS = str.maketrans({"İ": "i", "I": "i", "ı": "i"})


def rows(connection: Connection, name: str, **values: Any) -> Sequence[Row[Any]]:
    """A named query of the source; none where the source can't be read, which costs the names and not the rest."""
    return find_rows(connection, name, **values) or []


def find_rows(connection: Connection, name: str, **values: Any) -> Sequence[Row[Any]] | None:
    """The same; None where the source can't be read."""
    try:
        with connection.begin_nested():
            return connection.execute(query(name), values).all()
    except DBAPIError as error:
        if not isinstance(explain(error), PreconditionFailed):
            raise
        return None


def fetch(connection: Connection, name: str, **values: Any) -> dict[int, str]:
    """Names by id from a named query; empty where the source can't be read."""
    return {row.id: row.name for row in rows(connection, name, **values) if row.name is not None}


def find_ids(connection: Connection, kind: Named, asked: str) -> list[int]:
    """The ids that a word names; see `find`."""
    return list(find(connection, kind, asked))


def find(connection: Connection, kind: Named, asked: str) -> dict[int, str]:
    """What a word names, by id: a name as a whole, else an id, else (rooms aside) part of a name.

    Letter case and the dots of Turkish i's make no difference. Raises NotFound, with some that there are.
    """
    known = fetch(connection, QUERIES[kind])
    word = folded(asked)
    if whole := {id: name for id, name in known.items() if folded(name) == word}:
        return whole
    if word.isascii() and word.isdigit() and (int(word) in known or (not known and int(word) <= HIGHEST_ID)):
        if int(word) in known:
            logger.info("no %s is called %s: it is taken for the id of %s", kind, word, known[int(word)])
        return {int(word): known.get(int(word), asked)}
    if word and kind != "room" and (parts := {id: name for id, name in known.items() if word in folded(name)}):
        return parts
    examples = ", ".join(sorted(known.values())[:MOST_EXAMPLES]) + (", …" if len(known) > MOST_EXAMPLES else "")
    there_are = f"there are {examples}" if known else "no name can be read"
    raise NotFound(f"There is no {kind} {asked!r} (by name or id); {there_are}.")


def folded(name: str) -> str:
    """A name as it is compared: small letters, and one i for the four of Turkish and English."""
    return name.strip().translate(_DOTLESS).casefold()


def is_floor(name: str, asked: str) -> bool:
    """Whether a floor is meant by a word: by its name, or by its number (3 means "3. KAT")."""
    return folded(name) == folded(asked) or re.findall(r"\d+", name) == [asked.strip()]
