"""The options of `alerts list` as a filter: words checked, floors looked up."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from minibar_ml.cli.arguments.moments import folded
from minibar_ml.domain.alerting.alerts import STATUSES, WAITING_STATUSES, Status
from minibar_ml.domain.errors import NotFound, UsageError
from minibar_ml.domain.languages import LANGS
from minibar_ml.domain.metrics import EntityType
from minibar_ml.i18n.labels import Kind, label
from minibar_ml.store.source import names

if TYPE_CHECKING:
    from sqlalchemy import Connection

Word = TypeVar("Word", bound=str)
ANY_STATUS = "all"
HIGHEST_ID = 2**31 - 1
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)


def one(option: str, word: str, allowed: Collection[Word], kind: Kind | None = None) -> Word:
    """The word, known to be one of those allowed, or the title of one in English or Turkish where `kind` has titles.

    Letter case and the marks of Turkish letters make no difference in a title. Raises UsageError naming what is
    allowed.
    """
    for known in allowed:
        if known == word:
            return known
    asked = folded(word)
    for known in allowed if kind else ():
        if asked in {folded(known), *(folded(label(kind or "type", known, lang)) for lang in LANGS)}:
            return known
    raise UsageError(f"{option} {word!r} is not one of {', '.join(allowed)}.")


def several(
    option: str, words: list[str] | None, allowed: tuple[Word, ...], kind: Kind | None = None
) -> tuple[Word, ...] | None:
    """The words of a repeatable option, None for none; raises UsageError naming what is allowed."""
    return tuple(one(option, word, allowed, kind) for word in words) if words else None


def statuses(words: list[str] | None, *, muted: bool) -> tuple[tuple[Status, ...] | None, bool | None]:
    """The statuses asked for, and whether muted alerts are; without a word: those waiting, and not muted."""
    chosen = [one("--status", word, (*STATUSES, ANY_STATUS), "status") for word in words or WAITING_STATUSES]
    is_any = ANY_STATUS in chosen
    wanted = None if is_any else tuple(status for status in STATUSES if status in chosen)
    if muted:
        return (wanted if words else None), True
    return wanted, None if is_any else False


def entity(word: str | None) -> dict[str, Any]:
    """`room:1126` is an entity by its source id; anything else is part of a name, after `room:` of a room's."""
    if word is None:
        return {}
    kind, colon, rest = word.partition(":")
    known = next((name for name in ENTITY_TYPES if colon and name == kind), None)
    text = _literal("--entity", rest if known else word)
    if known and text.isascii() and text.isdigit():
        if len(text) > 10 or int(text) > HIGHEST_ID:
            raise UsageError(f"--entity {word!r}: no {known} has an id that long.")
        return {"entity_type": known, "entity_id": int(text)}
    return {"entity_type": known, "entity_name": text}


def words(text: str | None) -> str | None:
    """The text to look for, as it is; raises UsageError where there is none."""
    return None if text is None else _literal("--text", text)


def _literal(option: str, text: str) -> str:
    if not text.strip() or "\0" in text:
        raise UsageError(f"{option} {text!r} must not be empty.")
    return text


def rooms(connection: "Connection", floor: str | None) -> list[int] | None:
    """The rooms on floors of that name; raises NotFound naming the known floors."""
    if floor is None:
        return None
    known = names.fetch(connection, "entities.floors")
    if found := [room for room, name in known.items() if names.is_floor(name, floor)]:
        return found
    listed = ", ".join(sorted(set(known.values()))[:10]) or "none"
    raise NotFound(f"No floor {floor!r}; known floors: {listed}.")
