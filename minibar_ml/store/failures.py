"""What goes wrong with the database: whether the work is tried again, and an error that says what to do."""

import re
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from minibar_ml.domain.errors import ConfigurationError, DatabaseUnreachable, MinibarError, PreconditionFailed
from minibar_ml.log import logger

LOCK_TIMEOUT_SECONDS = 20
"""Whoever leaves a transaction open must not make every command hang: it says so, and the next run goes on."""
VARIABLE = "minibar_ml.variable"
"""Under which execution option an engine keeps what its address is called for whoever has to correct it."""
ATTEMPTS = 4
UNREACHABLE_CLASSES = ("08", "57P01", "57P02", "57P03", "53300")
TRANSIENT_CLASSES = (*UNREACHABLE_CLASSES, "40001", "40P01", "55P03")
SCHEMA = "minibar_ml"
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

Result = TypeVar("Result")


class Unreached(DatabaseUnreachable):
    """The server does not answer; it may in a moment, so the work is tried again."""


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


def why_not_connected(error: DBAPIError, engine: Engine) -> MinibarError:
    """The error to report where no connection could be made; `Unreached` where the next attempt may succeed."""
    where = f"{engine.url.host or engine.url.query.get('host', 'local socket')}, database {engine.url.database!r}"
    text, variable = str(error.orig).strip(), engine.get_execution_options()[VARIABLE]
    if "password authentication failed" in text or "no password supplied" in text or 'role "' in text:
        return DatabaseUnreachable(
            f"{where}: user {engine.url.username!r} was refused; check user and password in {variable}."
        )
    if "does not exist" in text:
        return DatabaseUnreachable(f"{where}: database does not exist; check the name in {variable}.")
    if "TimeZone" in text:
        return ConfigurationError("The PostgreSQL server does not know ML_TIMEZONE; use a name from pg_timezone_names.")
    first_line = text.splitlines()[0] if text else type(error.orig).__name__
    return Unreached(f"{where}: {first_line}. Check that the server is running and that {variable} is right.")


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
    if code == "2BP01" or (code == "0A000" and "row type" in first_line):
        return PreconditionFailed(_depended_on(original, first_line))
    if code in ("3F000", "42P01", "42703", "42883"):
        # PostgreSQL skips a schema of the search path that the role may not use, as if its tables did not exist.
        return PreconditionFailed(
            f"Something is missing in the database, or not visible to this role ({first_line}): "
            "run `minibar-ml db check`."
        )
    return None


def _depended_on(error: psycopg2.Error, said: str) -> str:
    """What stands in the way of a change of the store: objects that others made of it, in sessions of theirs too."""
    detail = (error.diag.message_detail or "").splitlines()
    return (
        f"Objects of others depend on the store's ({'; '.join([said, *detail[:1]])}); nothing was done. Have whoever "
        "made them drop them. Temporary ones go with the session that made them, which may be anybody's who can "
        "connect: `SELECT DISTINCT relowner::regrole FROM pg_class WHERE relpersistence = 't'` names the logins, "
        "pg_stat_activity their sessions, and pg_terminate_backend ends one."
    )


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
