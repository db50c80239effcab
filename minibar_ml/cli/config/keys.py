"""What the command line names: facts, hotels, products and their values."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minibar_ml.config import events_file, facts_import
from minibar_ml.config.conversion import as_text
from minibar_ml.config.facts import EVENTS, FACTS, ZONE, require_scope, value_of
from minibar_ml.domain.errors import ConfigurationError, UsageError
from minibar_ml.domain.hotels.facts import Key
from minibar_ml.store.source import names

if TYPE_CHECKING:
    from sqlalchemy import Connection


def completed(incomplete: str) -> list[tuple[str, str]]:
    """Facts that a word on the command line may become, with their help, for the shell."""
    return [(name, fact.help) for name, fact in FACTS.items() if name.startswith(incomplete.lower())]


def named(word: str) -> str:
    """The fact that a word names, also as its variable; raises UsageError with a suggestion."""
    name = word.strip().lower().removeprefix("ml_")
    if name in FACTS:
        return name
    from difflib import get_close_matches  # only for a misspelt one: slow to import

    like = next(iter(get_close_matches(name, FACTS, n=1)), None)
    hint = f"did you mean {like}?" if like else "`minibar-ml config show` lists them."
    raise UsageError(f"{word!r} is not a fact of the hotels; {hint}")


def checked(name: str, text: str | None, *, is_default: bool) -> str | None:
    """The text to store for a value, None for the default; raises UsageError for what can't be one."""
    if (text is None) != is_default:
        raise UsageError("Give a value, or --default.")
    if name == ZONE:
        raise UsageError("The time zone changes by `minibar-ml collect --rezone`, which computes all days again.")
    if name == EVENTS and text is not None:
        raise UsageError("Events are read from a file: `minibar-ml config import events.csv`.")
    if text is None:
        return None
    try:
        return as_text(value_of(name, text))
    except ConfigurationError as error:
        raise UsageError(str(error)) from error


def resolved(connection: "Connection", name: str, hotel: int | None, product: str | None) -> Key:
    """What a statement is about; raises UsageError where the fact can't differ so, NotFound for what is not there."""
    key = Key(name, hotel, product)
    try:
        require_scope(key)
    except ConfigurationError as error:
        raise UsageError(str(error)) from error
    if product is None:
        return key
    ids = names.find_ids(connection, "product", product)
    if len(ids) > 1:
        raise UsageError(f"--product {product!r} names {len(ids)} products; give the whole name, or the id.")
    return replace(key, product=str(ids[0]))


def of_file(path: Path, hotel: int | None) -> dict[Key, Any]:
    """The facts of a file, which says by its first line what it holds; `hotel`: whose they are."""
    if path.suffix.lower() == ".csv" and _begins_with_events(path):
        found = facts_import.of_events(path)
        return {Key(EVENTS, hotel if key.hotel_id is None else key.hotel_id): own for key, own in found.items()}
    return facts_import.of_products(path, hotel)


def _begins_with_events(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return events_file.REQUIRED[0] in file.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Can't read {path}: {error}.") from error
