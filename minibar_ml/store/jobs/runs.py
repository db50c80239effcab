"""Job runs: what ran when, as of what instant, and how it ended."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from minibar_ml.domain.errors import AnotherRunHoldsTheLock, Ended, MinibarError, PreconditionFailed
from minibar_ml.domain.hotels import failed
from minibar_ml.domain.hotels.failed import FailedHotel, Undone
from minibar_ml.domain.hotels.phases import History
from minibar_ml.domain.idle import Idle, of_json
from minibar_ml.store.engine import session_of
from minibar_ml.store.failures import explain
from minibar_ml.store.jobs.locks import exclusive
from minibar_ml.store.queries import query
from minibar_ml.store.sessions import naming_blockers

Job = Literal["collect", "train", "detect", "notify", "rounds", "report", "monthly", "dashboard"]

READING: tuple[Job, ...] = ("report", "monthly", "dashboard")
"""Jobs that only read the store, but for the record of the run."""
OF_PEOPLE: tuple[Job, ...] = ("rounds", *READING)
"""Jobs whose work administrators may have done for themselves."""
DONE: Mapping[Job, str] = {"collect": "collected", "train": "trained", "detect": "checked"}
"""What jobs that work hotel by hotel do to a hotel."""
ONLY_HOTELS = "only_hotels"
"""Under this name the counts of a run that was not of all hotels keep which they were."""


@dataclass
class Run:
    """A job's run while it is under way: counts, whether part of it could not be done, and for which hotels all of it.

    `hotels`: those that were asked for; None: all. `undone`: those that the last run could not do.
    """

    id: int
    job: Job
    hotels: frozenset[int] | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    partly: str | None = None
    failed: dict[int, FailedHotel] = field(default_factory=dict)
    undone: Mapping[int, FailedHotel] = field(default_factory=dict)

    @property
    def failures(self) -> str | None:
        """The hotels that could not be done, in one line; None where all were."""
        hotels = (f"hotel {one} was not {DONE[self.job]}: {why.error}" for one, why in sorted(self.failed.items()))
        return "; ".join(hotels) or None

    @property
    def missing(self) -> str | None:
        """What could not be done, in one line; None where all was."""
        return "; ".join(one for one in (self.partly, self.failures) if one) or None

    def noted(self) -> dict[str, Any]:
        """What is kept of it."""
        noted = dict(self.counts)
        if self.hotels is not None:
            noted[ONLY_HOTELS] = sorted(self.hotels)
        if self.failed:
            noted[failed.KEY] = {str(one): why.to_json() for one, why in sorted(self.failed.items())}
        return noted


def when_started(connection: Connection, notify: Callable[[Run], None]) -> None:
    """Have `notify` called once a job on this connection has its lock and its run is on record."""
    connection.info["when_started"] = notify


@contextmanager
def job_run(
    connection: Connection, job: Job, as_of: datetime, *, hotels: Collection[int] | None = None, is_live: bool = False
) -> Iterator[Run]:
    """Lock the job, open a run, and close it in the work's own transaction.

    On an exception the work is rolled back and the run closed as failed with what is reported of it, in a transaction
    of its own; the exception goes on. `hotels`: those that it is for (None: all). `is_live`: as-of is the clock's;
    PreconditionFailed where that has gone back by more than a day since the last run. AnotherRunHoldsTheLock, and
    nothing is stored, where the lock was lost and another run has begun. On a standby, reports alone run, without a
    lock and without a record. Nor is a report of a person a run of the job: it says nothing of how that is, and
    nobody waits for it.
    """
    if job in READING and session_of(connection).is_standby:
        yield Run(0, job)
        connection.rollback()
        return
    if job in OF_PEOPLE and _is_of_person(connection):
        with naming_blockers(connection):
            yield Run(0, job)
            connection.commit()
        return
    with exclusive(connection, job):
        run = _opened(connection, job, as_of, is_live)
        run.hotels = None if hotels is None else frozenset(hotels)
        if notify := connection.info.get("when_started"):
            notify(run)
        try:
            with naming_blockers(connection):
                yield run
                _close(connection, run, job)
                connection.commit()
        except BaseException as error:
            if not connection.invalidated:
                connection.rollback()
                _end(connection, run, "failed", describe(error))
                connection.commit()
            raise


def _is_of_person(connection: Connection) -> bool:
    found: bool = connection.execute(query("runs.is_of_person")).scalar_one()
    connection.commit()
    return found


def _opened(connection: Connection, job: Job, as_of: datetime, is_live: bool) -> Run:
    values = {"job": job, "as_of": as_of, "is_live": is_live}
    opened = connection.execute(query("runs.insert"), values).one_or_none()
    if opened is None:
        last = connection.execute(query("runs.find_latest")).one()
        connection.rollback()
        here = as_of.astimezone(last.as_of.tzinfo)
        raise PreconditionFailed(
            f"This machine's clock says {here:%Y-%m-%d %H:%M}, but the last run ({last.job}) was as of "
            f"{last.as_of:%Y-%m-%d %H:%M}: set the clock right. If it was wrong then and is right now, run `collect` "
            f"once with `--as-of {here:%Y-%m-%dT%H:%M}`; nothing was done."
        )
    connection.commit()
    return Run(opened.id, job, undone=failed.of_json(opened.undone or {}))


def _close(connection: Connection, run: Run, job: Job) -> None:
    if not _end(connection, run, "partly" if run.missing else "done", run.missing):
        raise AnotherRunHoldsTheLock(
            f"Another {job} run has begun since this one lost its lock, as its connection was ended from outside; "
            "nothing was stored."
        )


def _end(connection: Connection, run: Run, outcome: str, error: str | None) -> bool:
    """Close the run; False where another one has found it killed."""
    values = {"id": run.id, "outcome": outcome, "counts": json.dumps(run.noted()), "error": error}
    return connection.execute(query("runs.mark_ended"), values).rowcount == 1


def describe(error: BaseException) -> str:
    """What `status` shows of an error, in one line; a database error's statement and values are no part of it."""
    if isinstance(error, DBAPIError):
        original = str(error.orig).strip().splitlines()
        said = str(explain(error) or f"{type(error.orig).__name__}: {original[0] if original else ''}")
    else:
        said = str(error) if isinstance(error, MinibarError | Ended) else f"{type(error).__name__}: {error}"
    return " ".join(said.split())


@dataclass(frozen=True, slots=True)
class LastRun:
    """A run that did its work: as of when, when it started, and its counts."""

    as_of: datetime
    started_at: datetime
    counts: dict[str, Any]


def find_last(connection: Connection, job: Job) -> LastRun | None:
    """The last run of `job` that did its work; None before the first."""
    row = connection.execute(query("runs.find_last"), {"job": job}).one_or_none()
    return LastRun(row.as_of, row.started_at, row.counts) if row else None


@dataclass(frozen=True, slots=True)
class DoneRun:
    """How a run ended that did its work, and what could not be done."""

    outcome: Literal["done", "partly"]
    error: str | None


def find_done_since(connection: Connection, job: Job, since: datetime) -> DoneRun | None:
    """The last run of `job`, of all hotels, that began since an instant and did its work."""
    row = connection.execute(query("runs.find_done_since"), {"job": job, "since": since}).one_or_none()
    return DoneRun(row.outcome, row.error) if row else None


@dataclass(frozen=True, slots=True)
class Change:
    """An entity whose points of a past business day collect has changed, and of which metric.

    `is_news`: whether something new may be found of that day. Where only the master data have changed, as when a room
    goes to another hotel, alerts of the day are looked at again, and no new one opens.
    """

    day: date
    hotel_id: int
    entity_type: str
    entity_id: int
    metric: str
    is_news: bool = True


@dataclass(frozen=True, slots=True)
class Since:
    """The last run that did its work, and what collect has done since it started.

    `collected_as_of`: as of when the earliest run of collect since was; None: there was none. `is_ahead`: a run of the
    job has since gone by a clock that was ahead. `is_afresh`: one of collect has computed all days again, of which
    `changes` say nothing.
    """

    last: LastRun | None = None
    collected_as_of: datetime | None = None
    changes: tuple[Change, ...] = ()
    is_ahead: bool = False
    is_afresh: bool = False


def find_last_with_changes(connection: Connection, job: Job, as_of: datetime, *, is_live: bool = False) -> Since:
    """What has happened since the last run of `job`, for one as of an instant; `is_live`: since the last not ahead."""
    values = {"job": job, "as_of": as_of, "is_live": is_live}
    row = connection.execute(query("runs.find_last_with_changes"), values).one()
    if row.started_at is None:
        return Since(is_ahead=row.is_ahead)
    changes = (Change(date.fromisoformat(day), *entity) for day, *entity in row.changes)
    last = LastRun(row.as_of, row.started_at, row.counts)
    return Since(last, row.collected_as_of, tuple(changes), row.is_ahead, row.is_afresh)


def delete_seen_changes(connection: Connection, since: Since) -> None:
    """Forget the changes that the last run has seen already."""
    if since.last:
        connection.execute(query("runs.delete_seen_changes"), {"started_at": since.last.started_at})


def find_version(connection: Connection) -> tuple[int | None, int | None]:
    """Which points there are: the last runs of collect and of train, which write them."""
    row = connection.execute(query("runs.find_version")).one()
    return row.collect, row.train


def fetch_undone(connection: Connection, as_of: datetime, jobs: Collection[Job] = tuple(DONE)) -> list[Undone]:
    """The hotels that jobs could not do, as of an instant; not those that a run of their own has done since."""
    rows = connection.execute(query("runs.fetch_undone"), {"jobs": list(jobs), "as_of": as_of})
    return [Undone(row.job, row.hotel_id, row.error) for row in rows]


def fetch_idle(connection: Connection, as_of: datetime) -> tuple[Idle, ...]:
    """Alert types with nothing to work with, as of the last collect up to an instant; none before the first."""
    recorded = connection.execute(query("runs.find_idle"), {"as_of": as_of}).scalar_one_or_none()
    return of_json(recorded or ())


def fetch_phases(connection: Connection) -> dict[int, History]:
    """How much history each hotel had at the last detect; empty before the first."""
    last = find_last(connection, "detect")
    recorded = last.counts.get("phases", {}) if last else {}
    return {
        int(hotel_id): History.of(history["days"], history.get("silent_days", 0))
        for hotel_id, history in recorded.items()
    }


def fetch_shares(connection: Connection) -> dict[str, float]:
    """The shares of the budget that the detectors had at the last detect, by name; empty before the first.

    Asking the detectors themselves would load numpy and scipy for a command that only reads.
    """
    last = find_last(connection, "detect")
    return last.counts.get("shares", {}) if last else {}
