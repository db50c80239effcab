"""Pings to a monitoring service, such as healthchecks.io: a job started, succeeded or failed.

Only a service elsewhere notices that this machine is down. A ping that fails is a warning and never the job's failure.
The URL's path is a secret, since whoever knows it can report success: it is in no message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import uuid4

from minibar_ml.deadline import within
from minibar_ml.domain.errors import AnotherRunHoldsTheLock
from minibar_ml.log import logger

JOBS = ("collect", "train", "detect", "notify", "report")
START, SUCCESS, FAILURE = "/start", "", "/fail"
TIMEOUT_SECONDS = 5


class _Run(Protocol):
    """A job's run, as far as a ping depends on it."""

    @property
    def missing(self) -> str | None:
        """Why part of its work could not be done."""


class Watch:
    """The pings of one run; they carry one id, by which the service pairs start and end."""

    def __init__(self, url: str) -> None:
        """`url` is pinged; empty: nothing is."""
        self._url, self._id = url, uuid4()
        self._run: _Run | None = None

    def start(self, run: _Run) -> None:
        """A run has its lock; pinged once, however often the work is retried."""
        is_first = self._run is None
        self._run = run
        if is_first:
            self.ping(START)

    def end(self) -> None:
        """The work is over: how the run ended, if there was one (`report --json` makes none)."""
        if self._run is not None:
            self.ping(SUCCESS if self._run.missing is None else FAILURE)

    def ping(self, event: str) -> None:
        """One request, within a few seconds; a warning where it fails."""
        if not self._url:
            return
        # Imported here: most commands ping nothing, and these are slow to import.
        from urllib.error import HTTPError
        from urllib.request import Request, urlopen

        try:
            # The settings have made sure that it is https, or this machine.
            request = Request(f"{self._url}{event}?rid={self._id}", method="GET")
            within(TIMEOUT_SECONDS, lambda: urlopen(request, timeout=TIMEOUT_SECONDS).close())
        except HTTPError as error:
            error.close()
            logger.warning("ping failed, ML_PING_URL returned status %d; the job is not affected", error.code)
        except Exception as error:  # noqa: BLE001 - a ping must never fail a job, whatever comes back
            reason = getattr(error, "reason", error)
            logger.warning("ping failed, ML_PING_URL: %s; the job is not affected", type(reason).__name__)


@contextmanager
def watched(url: str, command: str) -> Iterator[Watch]:
    """Ping how the work ends, where a URL is set and the command is a job.

    A run that found the lock taken pings nothing: the one that holds it does.
    """
    watch = Watch(url.replace("{job}", command).rstrip("/") if command in JOBS else "")
    try:
        yield watch
    except AnotherRunHoldsTheLock:
        raise
    except BaseException:
        watch.ping(FAILURE)
        raise
    watch.end()
