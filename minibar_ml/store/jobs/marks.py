"""What a full run leaves for the next one: as long as it holds, that one has nothing to do (see `unchanged`)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection

from minibar_ml.store.queries import query

if TYPE_CHECKING:
    from minibar_ml.domain.health import ScheduledJob
    from minibar_ml.domain.people import ChannelKind

MarkedJob = Literal["collect", "detect", "notify"]


@dataclass(frozen=True, slots=True)
class Outside:
    """What a run goes by that is not in the store.

    basis: digest of settings and files. until: from when on a job's schedule may make it late. late_after: by job with
    an interval, after how many seconds without success it is late.
    """

    basis: str
    until: datetime | None = None
    late_after: Mapping["ScheduledJob", int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a run reads that others may change: by which functions of the source, since which business day.

    `seen`: the digest of it when the run began; None: collect has rows to read that no run has read.
    """

    job: MarkedJob
    as_of: datetime
    functions: tuple[str, ...]
    since: date
    seen: str | None = None

    def binds(self) -> dict[str, Any]:
        """As the queries name them."""
        names = ("job", "as_of", "functions", "since", "seen")
        return {name: getattr(self, name) for name in names} | {"functions": list(self.functions)}


def begin(connection: Connection, job: MarkedJob, as_of: datetime, functions: Collection[str], since: date) -> Reading:
    """What a run is about to read; one statement, before the others or in their snapshot."""
    reading = Reading(job=job, as_of=as_of, functions=tuple(sorted(functions)), since=since)
    return replace(reading, seen=connection.execute(query("marks.find_seen"), reading.binds()).scalar_one())


def keep(
    connection: Connection,
    reading: Reading,
    run_id: int,
    outside: Outside,
    *,
    kinds: Collection["ChannelKind"] = (),
    has_compared: bool = True,
    patience_minutes: float = 0.0,
) -> None:
    """Keep what a run went by, in its own transaction, where all of it is as it was when the run began.

    `kinds`: of channels that can be used. `has_compared`: whether alerts were compared with what they rest on.
    `patience_minutes`: after how long an open request becomes an alert.
    """
    values = {
        **reading.binds(),
        "run_id": run_id,
        "basis": outside.basis,
        "until": outside.until,
        "terms": json.dumps({"late_after": outside.late_after, "kinds": list(kinds)}),
        "has_compared": has_compared,
        "patience_minutes": patience_minutes,
    }
    connection.execute(query("marks.upsert"), values)
