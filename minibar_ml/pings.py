"""Telling a watcher elsewhere, such as healthchecks.io, that a job has started, done its work, or failed.

Only somebody outside notices that a machine is off. Whatever goes wrong here is a warning and never the job's failure,
and the URL, whose path lets anybody say that all is well, is in no message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import uuid4

from minibar_ml.domain.errors import AnotherRunHoldsTheLock
from minibar_ml.log import logger

JOBS = ("collect", "train", "detect", "notify", "report")
START, DONE, FAILED = "/start", "", "/fail"
TIMEOUT_SECONDS = 5


class _Run(Protocol):
    """What there is to know of a job's run."""

    @property
    def partly(self) -> str | None:
        """Why part of its work could not be done."""


class Watch:
    """One run as the watcher is told of it; its messages carry one id, so that it can tell runs apart."""

    def __init__(self, url: str) -> None:
        """`url` is where to tell; empty: nowhere."""
        self._url, self._id = url, uuid4()
        self._run: _Run | None = None

    def start(self, run: _Run) -> None:
        """A run has its lock; told once, however often the work is tried again."""
        is_first = self._run is None
        self._run = run
        if is_first:
            self.tell(START)

    def end(self) -> None:
        """The work is over: how the run ended, if there was one (`report --json` is none)."""
        if self._run is not None:
            self.tell(DONE if self._run.partly is None else FAILED)

    def tell(self, what: str) -> None:
        """One request, within a few seconds; a warning where it does not arrive."""
        if not self._url:
            return
        from urllib.error import HTTPError
        from urllib.request import Request, urlopen

        try:
            # The settings have made sure that it is https, or this machine.
            request = Request(f"{self._url}{what}?rid={self._id}", method="GET")
            with urlopen(request, timeout=TIMEOUT_SECONDS):
                pass
        except HTTPError as error:
            error.close()
            logger.warning("ML_PING_URL answered with status %d; the job is not affected", error.code)
        except Exception as error:  # noqa: BLE001 - a watcher must never fail a job, whatever it answers
            reason = getattr(error, "reason", error)
            logger.warning("ML_PING_URL can't be told (%s); the job is not affected", type(reason).__name__)


@contextmanager
def told(url: str, command: str) -> Iterator[Watch]:
    """Tell how the work ends, where a URL is set and the command is a job. A run that another's lock kept away is
    nothing to tell: the other tells."""
    watch = Watch(url.replace("{job}", command).rstrip("/") if command in JOBS else "")
    try:
        yield watch
    except AnotherRunHoldsTheLock:
        raise
    except BaseException:
        watch.tell(FAILED)
        raise
    watch.end()
