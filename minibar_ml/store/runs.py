"""Job runs: what ran when, as of what instant, and how it ended."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection

from minibar_ml.domain.errors import Ended, MinibarError
from minibar_ml.domain.hotels.phases import History
from minibar_ml.domain.idle import Idle, of_json
from minibar_ml.store.locks import exclusive
from minibar_ml.store.queries import query

Job = Literal["collect", "train", "detect", "notify", "report", "monthly", "dashboard"]


@dataclass
class Run:
    """A job's run while it is under way: counts and whether part of it could not be done."""

    id: int
    counts: dict[str, Any] = field(default_factory=dict)
    partly: str | None = None


def when_started(connection: Connection, notify: Callable[[Run], None]) -> None:
    """Have `notify` called once a job on this connection has its lock and its run is on record."""
    connection.info["when_started"] = notify


@contextmanager
def job_run(connection: Connection, job: Job, as_of: datetime) -> Iterator[Run]:
    """Lock the job, open a run, and close it in the work's own transaction.

    On an exception the work is rolled back and the run closed as failed with the exception's text, in a
    transaction of its own; the exception goes on.
    """
    with exclusive(connection, job):
        run = Run(connection.execute(query("runs.insert"), {"job": job, "as_of": as_of}).scalar_one())
        connection.commit()
        if notify := connection.info.get("when_started"):
            notify(run)
        try:
            yield run
            _end(connection, run, "partly" if run.partly else "done", run.partly)
            connection.commit()
        except BaseException as error:
            if not connection.invalidated:
                connection.rollback()
                is_known = isinstance(error, MinibarError | Ended)
                message = str(error) if is_known else f"{type(error).__name__}: {error}"
                _end(connection, run, "failed", message)
                connection.commit()
            raise


def _end(connection: Connection, run: Run, outcome: str, error: str | None) -> None:
    values = {"id": run.id, "outcome": outcome, "counts": json.dumps(run.counts), "error": error}
    connection.execute(query("runs.mark_ended"), values)


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
class Change:
    """An entity whose points of a past business day collect has changed."""

    day: date
    hotel_id: int
    entity_type: str
    entity_id: int


@dataclass(frozen=True, slots=True)
class Since:
    """The last run that did its work, and what collect has done since it started.

    `collected_as_of`: as of when the earliest run of collect since was; None: there was none.
    """

    last: LastRun | None = None
    collected_as_of: datetime | None = None
    changes: tuple[Change, ...] = ()


def find_last_with_changes(connection: Connection, job: Job) -> Since:
    """What has happened since the last run of `job`; what it has seen already is forgotten."""
    row = connection.execute(query("runs.find_last_with_changes"), {"job": job}).one_or_none()
    if row is None:
        return Since()
    changes = (Change(date.fromisoformat(day), *entity) for day, *entity in row.changes)
    return Since(LastRun(row.as_of, row.started_at, row.counts), row.collected_as_of, tuple(changes))


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
