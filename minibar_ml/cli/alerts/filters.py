"""The options of `alerts list` as a filter: words checked, floors looked up."""

from typing import TYPE_CHECKING, Any, get_args

from minibar_ml.cli.arguments.choices import one
from minibar_ml.domain.alerting.alerts import STATUSES, WAITING_STATUSES, Status
from minibar_ml.domain.errors import NotFound, UsageError
from minibar_ml.domain.metrics import EntityType
from minibar_ml.store.source import names

if TYPE_CHECKING:
    from sqlalchemy import Connection

ANY_STATUS = "all"
HIGHEST_ID = 2**31 - 1
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)


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
