"""Alerts of a session's own: a temporary table in front of the store's, filled by the very queries of `alerts`."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from minibar_ml.store.engine import require_own_session, set_search_path
from minibar_ml.store.queries import query

SCRATCH_PATH = "pg_catalog, pg_temp, minibar_ml"
"""Temporary tables first: only this session can make them, and only where it asks for that do they hide the store's."""


@contextmanager
def scratch_alerts(connection: Connection) -> Iterator[None]:
    """Inside, `ml_alerts`, `ml_alert_days` and `ml_muted_findings` are empty tables that only this session sees; the
    store's are left alone: not read, written or locked.

    No trigger records what happens to them. Needs the right to make temporary tables and a server that can be written
    to. Commits before and after. Raises PreconditionFailed behind a pooler, where the next transaction could be another
    session's, which has only the store's tables.
    """
    require_own_session(connection, "`backtest`")
    connection.execute(query("scratch.create"))
    set_search_path(connection, SCRATCH_PATH)
    connection.commit()
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.rollback()
            connection.execute(query("scratch.drop"))
            set_search_path(connection)
            connection.commit()
