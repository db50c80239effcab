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
    """Somebody asked the process to end. Not an Exception, so that whoever goes on after those does not after this."""


class MinibarError(Exception):
    """Something unexpected happened; the log has the details."""

    exit_code = ExitCode.UNEXPECTED

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or "")


class UsageError(MinibarError):
    """The command's words don't fit together; see --help."""

    exit_code = ExitCode.USAGE


class ConfigurationError(MinibarError):
    """A setting is missing or wrong; see docs/settings.md."""

    exit_code = ExitCode.CONFIGURATION


class DatabaseUnreachable(MinibarError):
    """The database can't be reached; check that the server runs and that ML_DATABASE_URL is right."""

    exit_code = ExitCode.DATABASE_UNREACHABLE


class PreconditionFailed(MinibarError):
    """Something this command needs is not there yet; `minibar-ml db check` says what."""

    exit_code = ExitCode.PRECONDITION


class SchemaBehind(PreconditionFailed):
    """The store's schema is missing or older than this program: run `minibar-ml db init`."""


class SchemaAhead(PreconditionFailed):
    """The store's schema is newer than this program: install the newer minibar-ml."""


class SourceIncomplete(PreconditionFailed):
    """The hotel application's tables can't all be read: grant or map what is missing, then `db init`."""


class NotFound(PreconditionFailed):
    """What was asked for does not exist."""


class ModelRefused(PreconditionFailed):
    """A stored model can't be trusted or opened; detection goes on with statistics. Run `minibar-ml train`."""


class AnotherRunHoldsTheLock(MinibarError):
    """Another run of this job is at work; this one leaves it alone."""

    exit_code = ExitCode.LOCKED
