"""The audit log: who did what, when, to what, before and after; a chain of hashes that shows tampering."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from minibar_ml.domain.health import WaitingEntries
from minibar_ml.log import logger
from minibar_ml.store.engine import session_of
from minibar_ml.store.queries import query

if TYPE_CHECKING:
    from minibar_ml.domain.alerting.filters import AlertFilter


def insert(
    connection: Connection,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    operator: str | None = None,
) -> None:
    """Add one entry, in the caller's transaction, so that it stands or falls with what it records.

    It waits in a table of its own while somebody holds the log, until a job has moved it (`record_waiting`).

    A person's login may record what persons do by commands; what jobs do PostgreSQL refuses it. A standby takes no
    entry: only reading is possible there, and goes on with a warning.
    """
    if session_of(connection).is_standby:
        logger.warning("this server is a standby: %s is not in the audit log", action)
        return
    values = {
        "operator": operator,
        "action": action,
        "subject": subject,
        "before": None if before is None else json.dumps(before, default=str),
        "after": None if after is None else json.dumps(after, default=str),
    }
    connection.execute(query("audit.insert"), values)


def record_waiting(connection: Connection) -> int:
    """Add the entries that waited while somebody held the log; how many wait on, because somebody does."""
    waiting: int = connection.execute(query("audit.record_waiting")).scalar_one()
    return waiting


def find_waiting(connection: Connection) -> WaitingEntries | None:
    """The entries that wait because somebody holds the log; None where none does."""
    row = connection.execute(query("audit.find_waiting")).one_or_none()
    return WaitingEntries(**row._asdict()) if row else None


def insert_listing(connection: Connection, filters: "AlertFilter", shown: int) -> None:
    """Record that alerts were listed: by which filter, and how many were shown."""
    asked = {name: value for name, value in asdict(filters).items() if value is not None}
    insert(connection, "alert.list", f"{shown} alerts", after={**asked, "shown": shown})


def note_settings(connection: Connection, settings: Mapping[str, Any], file: str) -> None:
    """Record the settings of a job where they are not those that the same file gave before, naming those that differ.

    `file` is empty where the environment alone gave them. Secrets come in as whether they are set, never as they are. A
    person who runs a report notes none: what they run it with is not what jobs run with.
    """
    row = connection.execute(query("audit.find_settings"), {"file": file}).one()
    if not row.may_note:
        return
    before = row.noted or {}
    now = json.loads(json.dumps({**settings, **({"file": file} if file else {})}, default=str))
    if differing := sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name)):
        named = ", ".join(name for name in differing if name != "file")
        insert(connection, "settings.changed", f"{named} in {file}" if file else named, before=before, after=now)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log; `hash` in hexadecimal."""

    id: int
    at: datetime
    database_role: str
    os_user: str
    operator: str | None
    action: str
    subject: str
    before: Any
    after: Any
    hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: each None asks for any."""

    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None
    subject: str | None = None
    by: str | None = None
    limit: int | None = None


def fetch(connection: Connection, wanted: Wanted) -> list[Entry]:
    """The entries that match, the latest first."""
    return [Entry(**row._asdict()) for row in connection.execute(query("audit.fetch"), asdict(wanted))]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log as it was once: how many entries there were (None: nobody noted it), and the last one's hash.

    Kept outside the database it shows what a superuser who rewrites the whole log can't undo.
    """

    entries: int | None
    hash: str

    def __str__(self) -> str:
        return self.hash if self.entries is None else f"{self.entries}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Chain:
    """What verifying found: the head to keep elsewhere, and one line on what is wrong, None where nothing is."""

    entries: int
    head: str
    fault: str | None
    first_broken_id: int | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """The head as `find_checkpoint` gives it."""
        return Checkpoint(self.entries, self.head)


def find_checkpoint(connection: Connection) -> Checkpoint | None:
    """The log's head as it stands; None where there is no entry yet."""
    head = connection.execute(query("audit.find_head")).one()
    return Checkpoint(head.last_id, head.last_hash) if head.last_id else None


def verify(connection: Connection, kept: Sequence[Checkpoint] = ()) -> Chain:
    """Follow the chain from its first entry; `kept` are heads of now or earlier that were kept elsewhere."""
    head = connection.execute(query("audit.find_head")).one()
    broken = connection.execute(query("audit.find_broken")).one_or_none()
    if broken:
        named = ", ".join(one for one in (broken.action, broken.subject) if one)
        fault = (
            f"entry {broken.id} ({named}) does not follow from what stands before it: it was "
            "changed, or one before it was removed or put in"
        )
        return Chain(head.entries, head.last_hash, fault, broken.id)
    if (head.head_id, head.head_hash) != (head.last_id, head.last_hash):
        fault = f"the last entry is {head.last_id}, but {head.head_id} were written: those after it are gone"
        return Chain(head.entries, head.last_hash, fault)
    return Chain(head.entries, head.last_hash, _lost(connection, kept, head.last_id))


def _lost(connection: Connection, kept: Sequence[Checkpoint], last_id: int) -> str | None:
    """What is wrong by the heads that were kept; None where the log still has them all. Two statements at most."""
    if not kept:
        return None
    found = connection.execute(query("audit.fetch_by_hash"), {"hashes": [one.hash for one in kept]})
    ids = {row.hash: row.id for row in found}
    for one in kept:
        if one.hash not in ids and one.entries is not None and one.entries > last_id:
            return f"{one.entries} entries were there when {one.hash} was kept, and {last_id} are left: it was cut off"
        if one.hash not in ids:
            return f"no entry has the hash {one.hash}: the log was cut off or rewritten since that was kept"
        if one.entries not in (None, ids[one.hash]):
            return f"{one.hash} is the hash of entry {ids[one.hash]} and was kept as that of entry {one.entries}"
    return None
