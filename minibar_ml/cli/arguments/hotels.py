"""`--hotel`: the hotel that a name or an id on the command line means."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from minibar_ml.cli import session

if TYPE_CHECKING:
    from minibar_ml.config.settings import Settings


def find(settings: "Settings", command: str, word: str | None) -> int | None:
    """The hotel's id, by a connection of its own; None without a word. Raises NotFound, which names the hotels."""
    if word is None:
        return None
    from minibar_ml.store.source import hotels  # brings the source contract in: without --hotel nobody needs it

    with session.store(settings, command) as connection:
        return hotels.find_id(connection, word)


def find_all(settings: "Settings", command: str, words: Collection[str] | None) -> frozenset[int] | None:
    """The hotels' ids, each as `find` finds it; None without a word."""
    if not words:
        return None
    from minibar_ml.store.source import hotels

    with session.store(settings, command) as connection:
        return frozenset(hotels.find_id(connection, word) for word in words)
