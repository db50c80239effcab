"""A command for every member of a fleet, by the workers of a Dask cluster.

A task names a member. Where its database is and what opens it, a worker finds in its own inventory and files: no
address, secret or output of a command passes the scheduler. A worker that dies has its task done by another, which
looks first whether it is done already.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from minibar_ml import __version__
from minibar_ml.artifacts.keys import load_keys
from minibar_ml.config import fleet_file
from minibar_ml.config.loading import load
from minibar_ml.domain.errors import MinibarError, PreconditionFailed, UsageError
from minibar_ml.domain.fleet import Answer, Member
from minibar_ml.jobs import fleet
from minibar_ml.log import logger
from minibar_ml.store.jobs.runs import Job

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEME = "tls://"
SECONDS = 30
"""So long may the scheduler take to answer."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of workers for each member. inventory: the file's path on the worker; the rest as in Terms."""

    words: tuple[str, ...]
    inventory: str
    timeout_seconds: float
    jitter_seconds: float
    unless_done: tuple[Job, datetime] | None

    @property
    def patience(self) -> float:
        """Seconds within which a member's answer comes, even where a worker dies at the last moment."""
        return 2 * (self.timeout_seconds + self.jitter_seconds + fleet.GRACE_SECONDS + SECONDS)


def ask(names: Sequence[str], task: Task, scheduler: str) -> list[Answer]:
    """What the task comes to for each member, in their order.

    Raises UsageError for an address without TLS, PreconditionFailed without Dask, where the scheduler can't be reached,
    and where no worker can do it. Other workers than those that can are named in the log and get no task.
    """
    if not scheduler.startswith(SCHEME):
        raise UsageError(f"--cluster {scheduler}: tasks travel by TLS alone, such as {SCHEME}scheduler:8786.")
    with _connected(scheduler) as client:
        fit = _fit(client, names, task)
        futures = client.map(work, names, version=__version__, task=task, pure=False, workers=fit)
        return [_answer(name, one, task.patience) for name, one in zip(names, futures, strict=True)]


def work(name: str, version: str, task: Task) -> Answer:
    """On a worker: what a task comes to for a member; without what the command printed."""
    from distributed import get_worker

    if why := refusal(version, task.inventory, [name]):
        raise PreconditionFailed(_refused(get_worker().name, why))
    terms = fleet.Terms(task.timeout_seconds, task.jitter_seconds, load().report_dir, task.unless_done)
    return replace(fleet.ask_one(_members(task.inventory)[name], task.words, terms), output="")


def refusal(version: str, inventory: str, names: Collection[str]) -> str | None:
    """On a worker: why it cannot work on these members; None where it can."""
    if version != __version__:
        return f"it has minibar-ml {__version__}, not {version}"
    try:
        members, reports = _members(inventory), load().report_dir
        if missing := sorted(set(names) - set(members)):
            return f"its {inventory} has no member {', '.join(missing)}"
        for name in names:
            load_keys(load(fleet.environment_of(members[name], reports)))
    except MinibarError as error:
        return str(error)
    return None


def _members(inventory: str) -> dict[str, Member]:
    return {one.name: one for one in fleet_file.read(Path(inventory))}


def _connected(scheduler: str) -> "Client":
    """A client; certificates are those of Dask's own configuration."""
    try:
        from distributed import Client  # slow to import, and mostly not needed
    except ImportError:
        raise PreconditionFailed("--cluster needs Dask: pip install 'minibar-ml[cluster]'.") from None
    try:
        return Client(scheduler, timeout=SECONDS, set_as_default=False)
    except (OSError, TypeError) as error:  # TypeError: no certificates
        raise PreconditionFailed(f"Can't reach the scheduler {scheduler} ({error}).") from error


def _fit(client: "Client", names: Sequence[str], task: Task) -> list[str] | None:
    """Addresses of the workers that can do it; None: all, and those that are yet to come."""
    refusals = client.run(refusal, __version__, task.inventory, names, on_error="return")
    known = client.scheduler_info(n_workers=-1)["workers"]
    refused = [_refused(known.get(one, {"name": one})["name"], why) for one, why in refusals.items() if why]
    fit = [one for one, why in refusals.items() if not why]
    if not fit:
        raise PreconditionFailed("; ".join(refused) or "No worker is connected to the scheduler.")
    for line in refused:
        logger.warning("%s", line)
    return fit if refused else None


def _refused(worker: object, why: object) -> str:
    return f"worker {worker} refused: {why}"


def _answer(name: str, future: "Future", patience: float) -> Answer:
    try:
        answer: Answer = future.result(timeout=patience)
    except TimeoutError:
        return Answer(name, "timeout", patience, f"no worker answered within {patience:g} seconds")
    except Exception as error:  # noqa: BLE001 - whatever a worker meets is this member's answer
        return Answer(name, "failed", 0.0, str(error) or type(error).__name__)
    return answer
