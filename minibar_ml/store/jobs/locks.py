"""Locks of jobs: one run of a job at a time, in a database, whatever machine cron started it on.

A lock is a row of `ml_job_locks` that a transaction of its own has locked, on a second connection. Who may lock which
row is said by grants and policies; the server releases it when the process ends, however it ends, and a pooler cannot
hand it to another client.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from minibar_ml.domain.errors import AnotherRunHoldsTheLock, PreconditionFailed
from minibar_ml.log import logger
from minibar_ml.store.engine import connect
from minibar_ml.store.queries import query
from minibar_ml.store.sessions import describe

TRIES = 3
"""A lock may be released between the moment when it is refused and the one when its holder is looked for."""


@contextmanager
def exclusive(connection: Connection, name: str) -> Iterator[None]:
    """Hold the lock `name`; raises AnotherRunHoldsTheLock at once where it is taken.

    Raises PreconditionFailed for a role that may not take it. Nothing waits for the holder's transaction but others
    that want the same lock.
    """
    with connect(connection.engine) as holder:
        _take(holder, name)
        try:
            yield
        finally:
            _release(holder, name)


def _take(holder: Connection, name: str) -> None:
    for _ in range(TRIES):
        if holder.execute(query("locks.take"), {"name": name}).one_or_none() is not None:
            return
        found = holder.execute(query("locks.find_holder"), {"name": name}).one_or_none()
        holder.rollback()
        if found is not None:
            raise AnotherRunHoldsTheLock(f"Another {name} run is in progress. Its lock is held by {describe(found)}.")
    raise PreconditionFailed(
        f"This database role may not take the lock of {name}: only the role of the jobs may; see `minibar-ml docs "
        "security`."
    )


def _release(holder: Connection, name: str) -> None:
    try:
        holder.rollback()
    except DBAPIError:
        # What is stored is safe: a run that another one has replaced cannot close itself (`runs.mark_ended`).
        logger.warning("the lock of %s was lost: its connection was ended from outside", name)
        holder.invalidate()
