"""Other sessions of the database: who holds what this one waits for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from minibar_ml.store import failures
from minibar_ml.store.failures import Unreached, sqlstate
from minibar_ml.store.queries import query

LOCK_NOT_AVAILABLE = "55P03"


class Blocked(Unreached):
    """Another session's transaction is in the way; it may be over in a moment, so the work is tried again."""


@contextmanager
def naming_blockers(connection: Connection) -> Iterator[None]:
    """Raise Blocked, naming who is in the way, for a statement inside that waited for a lock in vain.

    The transaction is rolled back.
    """
    try:
        yield
    except DBAPIError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            raise
        connection.rollback()
        blockers = find_blockers(connection)
        connection.rollback()
        raise Blocked(_blocked(blockers)) from error


@contextmanager
def apart(connection: Connection) -> Iterator[None]:
    """The same for a part of a transaction: the part alone is rolled back, and the rest may go on."""
    try:
        with connection.begin_nested():
            yield
    except DBAPIError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            raise
        raise Blocked(_blocked(find_blockers(connection))) from error


def find_blockers(connection: Connection) -> list[str]:
    """The open transactions that hold locks on the store's tables, as people read them; strong and old ones first."""
    return [f"{describe(row)}: {row.tables}" for row in connection.execute(query("locks.find_blockers"))]


def _blocked(blockers: list[str]) -> str:
    waited = f"Another session holds a lock for over {failures.LOCK_TIMEOUT_SECONDS} seconds; nothing was done."
    if not blockers:
        return f"{waited} It is gone by now: try again."
    return f"{waited} Open transactions on the store: {'; '.join(blockers)}. End them, or try again."


def describe(session: "Row[Any]") -> str:
    """A session by role, process, application and when its transaction began, as far as this role may see it."""
    since = f", since {session.since:%Y-%m-%d %H:%M:%S}" if session.since else ""
    if session.pid is None:
        # No session is behind it: nothing can be ended but the transaction itself, by this role or a superuser.
        return f"role {session.usename}, prepared transaction {session.gid!r} (`ROLLBACK PREPARED`){since}"
    application = f" ({session.application_name})" if session.application_name else ""
    return f"role {session.usename}, process {session.pid}{application}{since}"
