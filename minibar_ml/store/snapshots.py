"""Reading at one instant, without writing and without holding anybody up."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from minibar_ml.store.queries import query


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """A transaction of its own in which all statements see the same state and PostgreSQL refuses every write.

    To be kept short: until it ends, PostgreSQL keeps every row that anybody deletes.
    """
    connection.execute(query("runs.begin_snapshot"))
    try:
        yield
    finally:
        connection.rollback()
