"""Other sessions of a database, that do something and stay where they are."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from support.hotels.simulated import sql

LOCK_SESSIONS = """
SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.relation = CAST('minibar_ml.ml_job_locks' AS regclass) AND l.pid <> pg_backend_pid()
"""
"""The processes that hold locks of jobs."""
OPEN_TRANSACTIONS = f"""
SELECT application_name, state FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
  AND pid NOT IN ({LOCK_SESSIONS})
"""
"""Transactions of others, but for those that only hold a job's lock."""


@contextmanager
def staying(url: str, *statements: str) -> Iterator[int]:
    """A session that has begun a transaction with these statements and does nothing more; its process."""
    with closing(psycopg2.connect(url)) as connection:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield connection.info.backend_pid


@contextmanager
def made_and_kept(url: str, statement: str) -> Iterator[None]:
    """A session that has made something temporary and is idle, without a transaction."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)
        yield


def refused(url: str, statement: str) -> str:
    """What PostgreSQL says against a statement; fails where it says nothing."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        try:
            cursor.execute(statement)
        except psycopg2.Error as error:
            return str(error)
    raise AssertionError(statement)


def open_transactions(url: str) -> list[Any]:
    """The open transactions of other sessions, but for those that only hold a job's lock."""
    return sql(url, OPEN_TRANSACTIONS)


def watching(module: Any, name: str, look: Callable[[], None]) -> Callable[..., Any]:
    """A module's function, which looks at something each time before it works."""
    work = getattr(module, name)

    def looked(*arguments: Any, **named: Any) -> Any:
        look()
        return work(*arguments, **named)

    return looked
