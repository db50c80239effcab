"""One root error; each class's docstring is its default message and says what to do.

The exit status stands on the class, so that the one boundary in `cli/app.py` needs no table.
"""

import inspect
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit statuses of every command: a contract with cron jobs and shell scripts."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    CONFIGURATION = 3
    DATABASE_UNREACHABLE = 4
    PRECONDITION = 5
    PARTLY_DONE = 6
    LOCKED = 75


class Ended(BaseException):
    """The process was asked to end. Not an Exception, so that code that continues after those does not after this."""


class MinibarError(Exception):
    """Unexpected error; the log has the details."""

    exit_code = ExitCode.UNEXPECTED

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or "")


class UsageError(MinibarError):
    """Usage error; see --help."""

    exit_code = ExitCode.USAGE


class ConfigurationError(MinibarError):
    """A setting is missing or invalid; see `minibar-ml docs settings`."""

    exit_code = ExitCode.CONFIGURATION


class DatabaseUnreachable(MinibarError):
    """Can't reach the database; check that the server is running and that ML_DATABASE_URL is right."""

    exit_code = ExitCode.DATABASE_UNREACHABLE


class PreconditionFailed(MinibarError):
    """Something that this command needs is missing; run `minibar-ml db check`."""

    exit_code = ExitCode.PRECONDITION


class SchemaBehind(PreconditionFailed):
    """The store's schema is missing or older than this program: run `minibar-ml db init`."""


class SchemaAhead(PreconditionFailed):
    """The store's schema is newer than this program: install the newer minibar-ml."""


class SourceIncomplete(PreconditionFailed):
    """Some source tables can't be read: grant or map what is missing, then run `minibar-ml db init`."""


class NotFound(PreconditionFailed):
    """Not found."""


class ModelRefused(PreconditionFailed):
    """A stored model can't be trusted or opened; detection uses statistics instead. Run `minibar-ml train`."""


class AnotherRunHoldsTheLock(MinibarError):
    """Another run of this job is in progress."""

    exit_code = ExitCode.LOCKED
