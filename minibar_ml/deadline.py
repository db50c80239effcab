"""An end for work that waits for others: name servers, web services, whatever a library does on the network.

A library's time limit is one for each read: a server that sends a byte now and then is never late.
"""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")


_late: list[Thread] = []
"""Workers that nobody waits for any longer."""


class _Worker(Thread, Generic[Result]):
    """A thread with a result; it does not keep the process from ending."""

    def __init__(self, work: Callable[[], Result]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.results: list[Result] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do the work and keep what came of it."""
        try:
            self.results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self.error = error


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """What `work` returns or raises; TimeoutError where it takes longer than `seconds`.

    Work that is late goes on unseen, and ends with the process at the latest (see `is_work_left`).
    """
    worker = _Worker(work)
    worker.start()
    worker.join(seconds)
    if worker.error is not None:
        raise worker.error
    if not worker.results:
        _late.append(worker)
        raise TimeoutError(f"timed out after {seconds:.0f} seconds")
    return worker.results[0]


def is_work_left() -> bool:
    """Whether work that was late still goes on: a library's own threads would keep the process from ending."""
    return any(worker.is_alive() for worker in _late)
