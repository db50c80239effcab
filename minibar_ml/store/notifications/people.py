"""People who are notified of alerts, their preferences and channels."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Row, text

from minibar_ml.domain.addresses import ADDRESS
from minibar_ml.domain.alerting.kinds import types_where
from minibar_ml.domain.errors import NotFound, UsageError
from minibar_ml.domain.languages import Lang
from minibar_ml.domain.messages import Recipient
from minibar_ml.domain.people import ChannelKind, Person
from minibar_ml.store import audit
from minibar_ml.store.engine import session_of
from minibar_ml.store.queries import query

NEEDED = "source_recipients"
FOLLOWING = (
    "people.begin_following", "people.follow_source", "people.follow_removed_addresses", "people.follow_addresses",
    "people.end_following",
)  # fmt: skip
_LISTS = ("hotels", "alert_types", "reports")
_OWN = ("id", "name", "source_user_id", "channels", "follows_source")


def follow_source(connection: Connection, usable: Collection[str], language: Lang) -> None:
    """Take over who the source's administrators and storekeepers are; one statement. What changes is on record.

    Does nothing where the source does not let us read them: then only those count whom somebody has added. Nor where
    this role may not change everybody, nor on a standby: the jobs do it every few minutes.
    """
    if NEEDED not in usable or session_of(connection).is_standby:
        return
    stock_types = list(types_where(lambda kind: kind.is_stock))
    values = {"stock_types": stock_types, "language": language, "address": ADDRESS}
    connection.execute(text(";\n".join(query(step).text for step in FOLLOWING)), values)


def fetch(connection: Connection) -> list[Person]:
    """Everybody, by name."""
    return [_person(row) for row in connection.execute(query("people.fetch"), {"name": None})]


def find(connection: Connection, name: str) -> Person | None:
    """The person of that name, if there is one."""
    row = connection.execute(query("people.fetch"), {"name": name}).one_or_none()
    return None if row is None else _person(row)


def get(connection: Connection, name: str) -> Person:
    """The person of that name; raises NotFound naming it."""
    person = find(connection, name)
    if person is None:
        raise NotFound(f"There is nobody named {name!r}; see `minibar-ml people list`.")
    return person


def insert(connection: Connection, person: Person) -> int:
    """Add a person, on record in the audit log; returns the id. Raises UsageError where the name is taken."""
    added: int | None = connection.execute(query("people.insert"), _values(person)).scalar_one_or_none()
    if added is None:
        raise UsageError(f"There is a person named {person.name!r} already: `minibar-ml people set` changes them.")
    audit.insert(connection, "people.add", f"person {person.name}", after=to_json(person))
    return added


def update(connection: Connection, before: Person, after: Person) -> None:
    """Change a person's preferences, on record in the audit log."""
    connection.execute(
        query("people.update"), {**_values(after), "id": before.id, "follows_source": after.follows_source}
    )
    audit.insert(connection, "people.set", f"person {before.name}", to_json(before), to_json(after))


def delete(connection: Connection, person: Person) -> None:
    """Remove a person, with channels and messages, on record in the audit log."""
    connection.execute(query("people.delete"), {"id": person.id})
    audit.insert(connection, "people.remove", f"person {person.name}", before=to_json(person))


def upsert_channel(
    connection: Connection, person: Person, kind: ChannelKind, shown: str, sealed: bytes | None = None
) -> None:
    """Set a person's address of a kind; `shown` is what may be seen of it, and all that the audit log records."""
    values = {"person_id": person.id, "kind": kind, "shown": shown, "sealed": sealed}
    connection.execute(query("people.upsert_channel"), values)
    before = {kind: person.channels[kind]} if kind in person.channels else None
    audit.insert(connection, "people.channel", f"person {person.name}", before, {kind: shown})


def delete_channel(connection: Connection, person: Person, kind: ChannelKind) -> None:
    """Take a person's address of a kind away, with the messages that went there."""
    connection.execute(query("people.delete_channel"), {"person_id": person.id, "kind": kind})
    audit.insert(connection, "people.channel", f"person {person.name}", {kind: person.channels.get(kind)}, {kind: None})


def fetch_channels(connection: Connection, person: Person) -> list[Recipient]:
    """All channels of a person."""
    rows = connection.execute(query("people.fetch_channels"), {"person_id": person.id})
    return [_recipient(row) for row in rows]


def fetch_seals(connection: Connection) -> dict[str, int]:
    """How many addresses each key has sealed, by its fingerprint in hex."""
    return {row.fingerprint: row.addresses for row in connection.execute(query("people.fetch_seals"))}


def claim_sealed_by(connection: Connection, keys: Sequence[str]) -> list[Recipient]:
    """The addresses that one of these keys has sealed, by channel, locked until the transaction ends."""
    rows = connection.execute(query("people.claim_sealed_by"), {"keys": list(keys)})
    return [_recipient(row) for row in rows]


def mark_resealed(connection: Connection, sealed: Sequence[tuple[int, bytes]]) -> None:
    """Put other bytes in the place of these channels' sealed addresses."""
    values = {"ids": [one for one, _ in sealed], "sealed": [data for _, data in sealed]}
    connection.execute(query("people.mark_resealed"), values)


def to_json(person: Person) -> dict[str, Any]:
    """A person's preferences, for the audit log and JSON."""
    known = asdict(person)
    del known["id"]
    for name in ("quiet_from", "quiet_until", "digest_at"):
        known[name] = f"{known[name]:%H:%M}" if known[name] else None
    return known


def _recipient(row: Row[Any]) -> Recipient:
    sealed = None if row.sealed is None else bytes(row.sealed)
    return Recipient(row.id, row.person_id, row.kind, row.shown, sealed)


def _values(person: Person) -> dict[str, Any]:
    values = {one.name: getattr(person, one.name) for one in fields(Person) if one.name not in _OWN}
    values |= {name: None if values[name] is None else list(values[name]) for name in _LISTS}
    return {**values, "name": person.name}


def _person(row: Row[Any]) -> Person:
    values = {one.name: getattr(row, one.name) for one in fields(Person)}
    values |= {name: None if values[name] is None else tuple(values[name]) for name in _LISTS}
    return Person(**values)
