"""The one way to the database: connections that know the hotel's time zone, and errors that say what to do."""

import getpass
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import psycopg2
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from minibar_ml import embedded
from minibar_ml.config import location
from minibar_ml.domain.errors import ConfigurationError, DatabaseUnreachable, MinibarError, PreconditionFailed
from minibar_ml.log import logger

CONNECT_TIMEOUT_SECONDS = 10
LOCK_TIMEOUT_SECONDS = 20
"""Whoever leaves a transaction open must not make every command hang: it says so, and the next run goes on."""
SEARCH_PATH = "pg_catalog, minibar_ml, pg_temp"
"""Of every connection: no schema that others may create in, so that no operator or function of theirs fits better."""
SCHEMA = "minibar_ml"
ATTEMPTS = 4
UNREACHABLE_CLASSES = ("08", "57P01", "57P02", "57P03", "53300")
TRANSIENT_CLASSES = (*UNREACHABLE_CLASSES, "40001", "40P01", "55P03")
PREPARE = """
    SELECT pg_catalog.set_config('minibar_ml.source_schemas',
                                 CAST(pg_catalog.current_schemas(false) AS pg_catalog.text), s.is_pooled),
           pg_catalog.set_config('search_path', %s, s.is_pooled),
           pg_catalog.set_config('TimeZone', %s, s.is_pooled),
           pg_catalog.set_config('lock_timeout', %s, s.is_pooled),
           pg_catalog.set_config('idle_session_timeout', '0', s.is_pooled),
           pg_catalog.set_config('minibar_ml.os_user', %s, s.is_pooled),
           s.is_pooled, pg_catalog.pg_is_in_recovery()
    FROM (SELECT pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.<>) %s AS is_pooled) s
"""
"""What a session begins with. The schemas of the role's own search_path are kept: `db init` finds the source there.
A session is idle while a job computes. A pooler names another process than the one that answers: there nothing is left
behind, for the next transaction may be another process's, and this one another client's."""
PREPARE_TRANSACTION = f"""
    SET LOCAL search_path = {SEARCH_PATH};
    SET LOCAL TimeZone = %s;
    SET LOCAL lock_timeout = %s;
    SET LOCAL minibar_ml.os_user = %s;
    SET LOCAL minibar_ml.source_schemas = %s
"""
"""What each transaction begins with behind a pooler; SET, and no SELECT, leaves a snapshot to be chosen."""
EXAMPLE = "postgresql://user:password@host:5432/database"

ADMINISTRATORS = "administrators of the hotel"
RUN_JOBS = ("run jobs", "the account of the jobs")
NEEDED: Mapping[str, tuple[str, str]] = {
    "ml_alerts": ("decide on alerts", ADMINISTRATORS),
    "ml_alert_comments": ("comment on alerts", ADMINISTRATORS),
    "ml_mutes": ("mute anything", ADMINISTRATORS),
    "ml_models": ("see or change models", ADMINISTRATORS),
    "ml_people": ("see who is notified", ADMINISTRATORS),
    "ml_audit_log": ("read the audit log", ADMINISTRATORS),
    "ml_audit_head": ("read the audit log", ADMINISTRATORS),
    "ml_access": ("see or change who has access", "the store's owner"),
}
"""By table, what a login may not do that has no right on it, and who may; any other table is read by jobs alone."""

SESSION = "minibar_ml_session"
"""Under which name a connection keeps what is known of its session."""

Result = TypeVar("Result")


class Unreached(DatabaseUnreachable):
    """The server does not answer; it may in a moment, so the work is tried again."""


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


def make_engine(url: str, timezone: str, application: str = "minibar-ml") -> Engine:
    """An engine without a pool: every command is one short process with one connection.

    `embedded:FOLDER` starts the folder's own server where it does not run. Raises ConfigurationError where the URL is
    missing or malformed; its password is never repeated.
    """
    if not url:
        raise ConfigurationError(f"ML_DATABASE_URL is not set{location.described()}; it looks like {EXAMPLE}.")
    if embedded.is_embedded(url):
        url = embedded.url_of(url)
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
        if parsed.get_backend_name() != "postgresql":
            raise ConfigurationError(
                f"ML_DATABASE_URL names {parsed.get_backend_name()!r}; only PostgreSQL is supported: {EXAMPLE}."
            )
        if "@" in (parsed.host or ""):
            # What stands there is half of the password.
            raise ConfigurationError("ML_DATABASE_URL has two @: write %40 for the one in user or password.")
        return _engine(parsed, application, (timezone, f"{LOCK_TIMEOUT_SECONDS}s", os_user()))
    except (ArgumentError, NoSuchModuleError, ValueError):
        # The cause repeats the URL and so, perhaps, the password: it is left out on purpose.
        raise ConfigurationError(f"ML_DATABASE_URL is not a database URL; it looks like {EXAMPLE}.") from None


@lru_cache(maxsize=8)
def _engine(url: URL, application: str, wanted: tuple[str, str, str]) -> Engine:
    """One engine for all connections of a command: the first one asks the server what it is, the next ones know."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg2"),
        poolclass=NullPool,
        use_native_hstore=False,
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


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's five-letter code of a database error; empty where the server was never reached."""
    original = getattr(error, "orig", error)
    return getattr(original, "pgcode", None) or ""


def is_transient(error: BaseException) -> bool:
    """Whether the same work may well succeed in a moment."""
    return isinstance(error, Unreached) or (
        isinstance(error, DBAPIError)
        and (error.connection_invalidated or sqlstate(error).startswith(TRANSIENT_CLASSES))
    )


def connect(engine: Engine) -> Connection:
    """One connection, to be closed by the caller; every failure to get it is named, with what to do."""
    try:
        return engine.connect()
    except DBAPIError as error:
        raise _why_not_connected(error, engine) from error.orig


def _why_not_connected(error: DBAPIError, engine: Engine) -> MinibarError:
    where = f"{engine.url.host or engine.url.query.get('host', 'local socket')}, database {engine.url.database}"
    text = str(error.orig).strip()
    if "password authentication failed" in text or "no password supplied" in text or 'role "' in text:
        return DatabaseUnreachable(
            f"{where}: user {engine.url.username!r} was refused; check user and password in ML_DATABASE_URL."
        )
    if "does not exist" in text:
        return DatabaseUnreachable(f"{where}: database does not exist; check the name in ML_DATABASE_URL.")
    if "TimeZone" in text:
        return ConfigurationError("The PostgreSQL server does not know ML_TIMEZONE; use a name from pg_timezone_names.")
    first_line = text.splitlines()[0] if text else type(error.orig).__name__
    return Unreached(f"{where}: {first_line}. Check that the server is running and that ML_DATABASE_URL is right.")


def retrying(work: Callable[[], Result]) -> Result:
    """Do `work` again, with growing random pauses, while the database is unavailable.

    Only for work that is one transaction or none, so that a repeat can't do anything twice: every job is but notify,
    which commits what it has claimed before it sends, and what it has sent before it goes on.
    """
    try:
        return work()
    except Exception as error:
        if not is_transient(error):
            raise
        return _again(work, error)


def _again(work: Callable[[], Result], failure: Exception) -> Result:
    """Do `work` once more by the rules; its `failure` counts as the first attempt."""
    # Imported here: a command that goes well, and all but a few do, starts without it.
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

    failures = [failure]

    def attempt() -> Result:
        if failures:
            raise failures.pop()
        return work()

    retry = Retrying(
        retry=retry_if_exception(is_transient),
        wait=wait_random_exponential(multiplier=0.5, max=8),
        stop=stop_after_attempt(ATTEMPTS),
        sleep=time.sleep,
        before_sleep=lambda state: logger.warning(
            "database unavailable, retrying (%d/%d)", state.attempt_number, ATTEMPTS - 1
        ),
        reraise=True,
    )
    return retry(attempt)


def explain(error: BaseException) -> MinibarError | None:
    """The error to report for a database error; None for a bug, or where it is not a database error."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(original, psycopg2.Error):
        return None
    code = sqlstate(error)
    first_line = (str(original).strip() or type(original).__name__).splitlines()[0]
    if code == "55P03":
        return DatabaseUnreachable(
            f"Another session holds a lock for over {LOCK_TIMEOUT_SECONDS} seconds ({first_line}); nothing was done. "
            "Try again; pg_stat_activity shows open transactions."
        )
    if code.startswith(UNREACHABLE_CLASSES) or isinstance(
        original, psycopg2.OperationalError | psycopg2.InterfaceError
    ):
        return DatabaseUnreachable(f"Database error: {first_line}. Nothing was stored; the next run continues.")
    if code == "25006":
        return PreconditionFailed(
            "This database can't be written to now: it is a standby, or set to read-only. Give the primary server's "
            "address in ML_DATABASE_URL."
        )
    if code == "42501":
        return PreconditionFailed(_denied(first_line))
    if code in ("3F000", "42P01", "42703", "42883"):
        # PostgreSQL skips a schema of the search path that the role may not use, as if its tables did not exist.
        return PreconditionFailed(
            f"Something is missing in the database, or not visible to this role ({first_line}): "
            "run `minibar-ml db check`."
        )
    return None


def _denied(said: str) -> str:
    """What a role lacks, in our words where the server only names a thing; a trigger's words say why."""
    named = re.fullmatch(r'permission denied for (\w[\w ]*?) "?([^"]+)"?', said)
    if named and named[2] == SCHEMA:
        return (
            "The database role has no access to the store: `minibar-ml access add` gives a person's login access to "
            "hotels, GRANT minibar_ml_collector one that runs jobs; see `minibar-ml docs security`."
        )
    if named and named[2].startswith("ml_"):
        what, who = NEEDED.get(named[2], RUN_JOBS)
        return (
            f"Your database login may not {what}: {who} may. Whoever runs the server can change that "
            f"(`minibar-ml docs security`; no right on {named[1]} {named[2]})."
        )
    what = f"it has no right on {named[1]} {named[2]}" if named else said
    return f"The database role may not do this: {what}. Grant it, see `minibar-ml docs security`."
