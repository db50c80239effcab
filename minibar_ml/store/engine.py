"""The one way to the database: connections that know the hotel's time zone."""

import getpass
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from minibar_ml import embedded
from minibar_ml.config import location
from minibar_ml.domain.errors import ConfigurationError, PreconditionFailed
from minibar_ml.store import failures
from minibar_ml.store.failures import why_not_connected

CONNECT_TIMEOUT_SECONDS = 10
SEARCH_PATH = "pg_catalog, minibar_ml, pg_temp"
"""Of every connection: no schema that others may create in, so that no operator or function of theirs fits better."""
PREPARE = """
    SELECT pg_catalog.set_config('minibar_ml.source_schemas',
                                 CAST(pg_catalog.current_schemas(false) AS pg_catalog.text), s.is_pooled),
           pg_catalog.set_config('search_path', %s, s.is_pooled),
           pg_catalog.set_config('TimeZone', %s, s.is_pooled),
           pg_catalog.set_config('lock_timeout', %s, s.is_pooled),
           pg_catalog.set_config('idle_session_timeout', '0', s.is_pooled),
           pg_catalog.set_config('jit', 'off', s.is_pooled),
           pg_catalog.set_config('extra_float_digits', '1', s.is_pooled),
           pg_catalog.set_config('IntervalStyle', 'postgres', s.is_pooled),
           pg_catalog.set_config('array_nulls', 'on', s.is_pooled),
           pg_catalog.set_config('transform_null_equals', 'off', s.is_pooled),
           pg_catalog.set_config('standard_conforming_strings', 'on', s.is_pooled),
           pg_catalog.set_config('minibar_ml.os_user', %s, s.is_pooled),
           s.is_pooled, pg_catalog.pg_is_in_recovery()
    FROM (SELECT pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.<>) %s AS is_pooled) s
"""
"""What a session begins with. The schemas of the role's own search_path are kept: `db init` finds the source there.
A session is idle while a job computes. No statement is compiled (jit): most run once, which takes milliseconds, and
where a table has no statistics yet its plans look dear enough to compile them for a tenth of a second each.
What changes the meaning of values is not left to the role's own settings, which any login may change of itself (ALTER
ROLE CURRENT_USER SET) for all sessions to come: with `extra_float_digits = -15` figures are read as rounded. A pooler
names another process than the one that answers: there nothing is left behind, for the next transaction may be another
process's, and this one another client's."""
PREPARE_TRANSACTION = f"""
    SET LOCAL search_path = {SEARCH_PATH};
    SET LOCAL TimeZone = %s;
    SET LOCAL lock_timeout = %s;
    SET LOCAL jit = off;
    SET LOCAL extra_float_digits = 1;
    SET LOCAL IntervalStyle = postgres;
    SET LOCAL array_nulls = on;
    SET LOCAL transform_null_equals = off;
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL minibar_ml.os_user = %s;
    SET LOCAL minibar_ml.source_schemas = %s
"""
"""What each transaction begins with behind a pooler; SET, and no SELECT, leaves a snapshot to be chosen."""
OLDEST_SERVER = 14
"""The oldest version of PostgreSQL that the store works with."""
EXAMPLE = "postgresql://user:password@host:5432/database"

SESSION = "minibar_ml_session"
"""Under which name a connection keeps what is known of its session."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a connection is: the schemas of the role's own search_path as an array's text, whether a pooler stands
    between us and the server, and whether the server takes no writes."""

    source_schemas: str = ""
    is_pooled: bool = False
    is_standby: bool = False


def session_of(connection: Connection) -> Session:
    """What the session of a connection that `make_engine` made is."""
    found: Session = connection.info.get(SESSION, Session())
    return found


def require_own_session(connection: Connection, what: str) -> None:
    """Raise PreconditionFailed where a pooler may give each transaction another session; `what` needs its own."""
    if session_of(connection).is_pooled:
        raise PreconditionFailed(
            f"{what} needs a session of its own, and this connection goes through a pooler: give the server's own "
            "address in ML_DATABASE_URL."
        )


def make_engine(url: str, timezone: str, application: str = "minibar-ml", variable: str = "ML_DATABASE_URL") -> Engine:
    """An engine without a pool: every command is one short process with one connection.

    `embedded:FOLDER` starts the folder's own server where it does not run. `variable`: what the URL is of. Raises
    ConfigurationError where it is missing or malformed; its password is never repeated.
    """
    if not url:
        raise ConfigurationError(f"{variable} is not set{location.described()}; it looks like {EXAMPLE}.")
    if embedded.is_embedded(url):
        url = embedded.url_of(url)
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
        if parsed.get_backend_name() != "postgresql":
            raise ConfigurationError(
                f"{variable} names {parsed.get_backend_name()!r}; only PostgreSQL is supported: {EXAMPLE}."
            )
        if "@" in (parsed.host or ""):
            # What stands there is half of the password.
            raise ConfigurationError(f"{variable} has two @: write %40 for the one in user or password.")
        return _engine(parsed, application, variable, (timezone, f"{failures.LOCK_TIMEOUT_SECONDS}s", os_user()))
    except (ArgumentError, NoSuchModuleError, ValueError):
        # The cause repeats the URL and so, perhaps, the password: it is left out on purpose.
        raise ConfigurationError(f"{variable} is not a database URL; it looks like {EXAMPLE}.") from None


@lru_cache(maxsize=8)
def _engine(url: URL, application: str, variable: str, wanted: tuple[str, str, str]) -> Engine:
    """One engine for all connections of a command: the first one asks the server what it is, the next ones know."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg2"),
        poolclass=NullPool,
        use_native_hstore=False,
        execution_options={failures.VARIABLE: variable},
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": application},
    )

    # Before SQLAlchemy's own first look at the server, which calls functions by their bare names.
    @event.listens_for(engine, "connect", insert=True)
    def _prepare(connection: Any, record: Any) -> None:
        # A statement and not a start-up option, which connection poolers refuse.
        with connection.cursor() as cursor:
            cursor.execute(PREPARE, (SEARCH_PATH, *wanted, connection.info.backend_pid))
            schemas, *_, is_pooled, is_standby = cursor.fetchone()
        record.info[SESSION] = Session(schemas, is_pooled, is_standby)
        connection.commit()

    @event.listens_for(engine, "begin")
    def _prepare_transaction(connection: Connection) -> None:
        session = session_of(connection)
        if session.is_pooled:
            connection.exec_driver_sql(PREPARE_TRANSACTION, (*wanted, session.source_schemas))

    return engine


def set_search_path(connection: Connection, path: str = SEARCH_PATH) -> None:
    """Have the session look names up there, from now on."""
    connection.execute(text("SELECT pg_catalog.set_config('search_path', :path, false)"), {"path": path})


def os_user() -> str:
    """The operating-system user of this process; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def connect(engine: Engine) -> Connection:
    """One connection, to be closed by the caller; every failure to get it is named, with what to do."""
    try:
        return engine.connect()
    except DBAPIError as error:
        raise why_not_connected(error, engine) from error.orig
