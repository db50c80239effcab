"""Advisory locks: one run of a job at a time, in a database, whatever machine cron started it on."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from minibar_ml.domain.errors import AnotherRunHoldsTheLock
from minibar_ml.store.queries import query


@contextmanager
def exclusive(connection: Connection, name: str) -> Iterator[None]:
    """Hold the session's advisory lock `name`; raises AnotherRunHoldsTheLock at once where it is taken.

    The lock belongs to the connection: a killed process gives it back.
    """
    if not connection.execute(query("runs.try_lock"), {"name": name}).scalar_one():
        raise AnotherRunHoldsTheLock(f"Another {name} run is in progress.{_holder(connection, name)}")
    connection.commit()
    try:
        yield
    finally:
        if not connection.invalidated and not connection.closed:
            connection.rollback()
            connection.execute(query("runs.unlock"), {"name": name})
            connection.commit()


def _holder(connection: Connection, name: str) -> str:
    """Who it is: any login of the database may take the lock, and somebody has to see whose it is."""
    holder = connection.execute(query("runs.find_holder"), {"name": name}).one_or_none()
    return f" Role {holder.usename} holds its lock, process {holder.pid}." if holder else ""
