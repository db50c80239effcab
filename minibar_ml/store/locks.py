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
        raise AnotherRunHoldsTheLock(f"Another {name} run is in progress.")
    connection.commit()
    try:
        yield
    finally:
        if not connection.invalidated and not connection.closed:
            connection.rollback()
            connection.execute(query("runs.unlock"), {"name": name})
            connection.commit()
