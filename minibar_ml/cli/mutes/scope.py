"""What a mute is about: the words of floor, rooms and products as ids, and ids as names."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from minibar_ml.domain.alerting.mutes import Mute
from minibar_ml.domain.errors import NotFound, UsageError
from minibar_ml.store.source import names as known_names

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_EXAMPLES = 10


def resolve(
    connection: "Connection", hotel_id: int, floor: str | None, rooms: list[str] | None, products: list[str] | None
) -> dict[str, Any]:
    """The fields of a mute that the options set: entity type, ids, floor. Rooms are looked for in the hotel alone.

    Raises UsageError where more than one of them is given, NotFound for a word that names nothing.
    """
    if sum(bool(given) for given in (floor, rooms, products)) > 1:
        raise UsageError("--floor, --room and --product cannot be combined: add a mute for each.")
    if products:
        ids = {one for word in products for one in known_names.find_ids(connection, "product", word)}
        return {"entity_type": "product", "entity_ids": tuple(sorted(ids))}
    if not floor and not rooms:
        return {}
    there = known_names.rows(connection, "entities.rooms_of_hotel", hotel_id=hotel_id)
    if floor:
        found = [row.id for row in there if row.floor and known_names.is_floor(row.floor, floor)]
        _require(found, f"no floor {floor!r}", (row.floor for row in there), hotel_id)
        return {"entity_type": "room", "entity_ids": tuple(sorted(found)), "floor": floor.strip()}
    ids = set()
    for word in rooms or ():
        found = [row.id for row in there if _same(row.name, word)] or [row.id for row in there if str(row.id) == word]
        _require(found, f"no room {word!r}", (row.name for row in there), hotel_id)
        ids.update(found)
    return {"entity_type": "room", "entity_ids": tuple(sorted(ids))}


def _same(name: str | None, word: str) -> bool:
    return name is not None and known_names.folded(name) == known_names.folded(word)


def _require(found: list[int], what: str, names: Iterable[str | None], hotel_id: int) -> None:
    if not found:
        known = sorted({name for name in names if name})
        listed = ", ".join(known[:MOST_EXAMPLES]) + (" ..." if len(known) > MOST_EXAMPLES else "")
        raise NotFound(f"Hotel {hotel_id} has {what}; it has {listed or 'none that can be read'}.")


def names(connection: "Connection", mutes: Iterable[Mute]) -> Mapping[str | None, Mapping[int, str]]:
    """Names by kind and id of what these mutes are about; none where the source can't be read."""
    kinds = {mute.entity_type for mute in mutes}
    found: dict[str | None, Mapping[int, str]] = {}
    if "room" in kinds:
        found["room"] = known_names.fetch(connection, "trends.room_names")
    if "product" in kinds:
        found["product"] = known_names.fetch(connection, "trends.product_names")
    return found
