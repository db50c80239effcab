"""What a command works with: the settings, and a connection to a store that this program knows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from minibar_ml import pings
from minibar_ml.cli.terminal import console
from minibar_ml.config import location
from minibar_ml.config.loading import examine, suggestion
from minibar_ml.config.settings import Settings
from minibar_ml.domain.languages import language_of
from minibar_ml.i18n import Lang, screen
from minibar_ml.log import logger
from minibar_ml.store import access, audit
from minibar_ml.store.engine import connect, make_engine
from minibar_ml.store.failures import retrying
from minibar_ml.store.jobs.runs import when_started
from minibar_ml.store.schema.migrations import require_current
from minibar_ml.store.sessions import naming_blockers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.domain.messages import Origin

Result = TypeVar("Result")


READING = frozenset({
    "alerts stats", "forecast", "metrics", "metrics pace", "metrics summary", "metrics trend", "models list",
})  # fmt: skip
"""Commands whose every statement may be a replica's: they store nothing, not even that somebody has looked."""


def settings() -> Settings:
    """The settings of this process; an unknown ML_ variable gets a warning."""
    examined = examine()
    settings = examined.faultless()
    screen.use(language(settings))
    for name in examined.unknown:
        logger.warning("%s", unknown_setting(name))
    return settings


def unknown_setting(name: str) -> str:
    """A line about an unknown ML_ variable, with a suggestion."""
    like = suggestion(name)
    hint = f"did you mean {like}?" if like else "`minibar-ml docs settings` lists all settings."
    return f"Unknown setting {console.visible(name)} ignored; {hint}"


ENGLISH: Lang = "en"
"""The language of figures and dates on screens whose words are English in any hotel: no line is mixed."""


def language(settings: Settings) -> Lang:
    """The language of alerts, metrics tables, messages and reports; the settings have checked that it is supported."""
    return language_of(settings.lang)


def origin(settings: Settings) -> "Origin":
    """Where messages say that their alerts are found."""
    from minibar_ml.domain.messages import Origin  # few commands send any

    return Origin(settings.dashboard_url, location.find().profile)


def enabled(settings: Settings) -> bool:
    """Whether jobs may work; says so where they may not."""
    if not settings.enabled:
        console.note("Nothing done: ML_ENABLED is false.")
    return settings.enabled


def connected(settings: Settings, command: str) -> "Connection":
    """A connection, to be used as a context; retries while the server is unavailable for a moment."""
    return retrying(lambda: _connection(settings, command))


def _connection(settings: Settings, command: str) -> "Connection":
    is_replica = bool(settings.read_url) and command in READING
    return _replica(settings, command) if is_replica else _primary(settings, command)


def _primary(settings: Settings, command: str) -> "Connection":
    return connect(make_engine(settings.database_url, settings.timezone, f"minibar-ml {command}"))


def _replica(settings: Settings, command: str) -> "Connection":
    return connect(make_engine(settings.read_url, settings.timezone, f"minibar-ml {command}", "ML_READ_URL"))


@contextmanager
def reader(settings: Settings, command: str, connection: "Connection") -> Iterator["Connection"]:
    """The connection that a job reads with: one to the replica where there is one, else its own."""
    if not settings.read_url:
        yield connection
        return
    with _replica(settings, command) as replica:
        require(replica)
        yield replica


@contextmanager
def store(settings: Settings, command: str) -> Iterator["Connection"]:
    """A connection to a store whose schema is the one this program needs."""
    with checked_store(settings, command) as connection:
        require(connection)
        yield connection


@contextmanager
def checked_store(settings: Settings, command: str) -> Iterator["Connection"]:
    """The same where the command has read its facts (`cli/house.py`), which checked the schema and this login."""
    with connected(settings, command) as connection, naming_blockers(connection):
        yield connection


def require(connection: "Connection") -> None:
    """Raise SchemaBehind or SchemaAhead where this program needs another schema, PreconditionFailed without rights."""
    require_current(connection)
    access.require(connection)
    connection.rollback()


def work(settings: Settings, command: str, job: Callable[["Connection"], Result]) -> Result:
    """Do a job on a connection of its own, all of it again where the database became unavailable.

    The store's schema and this login's rights were checked when the command read its facts (`cli/house.py`).
    """
    with pings.watched(settings.ping_url, command) as watch:

        def once() -> Result:
            with _connection(settings, command) as connection, naming_blockers(connection):
                if command in pings.JOBS:
                    # The audit log records that a job runs with other settings than the one before.
                    audit.note_settings(connection, settings.changed(), str(location.find().path or ""))
                    connection.commit()
                when_started(connection, watch.start)
                return job(connection)

        return retrying(once)
