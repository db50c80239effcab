"""What status and doctor read: runs by job, open alerts, and what the server says of itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from minibar_ml.domain.alerting.alerts import SEVERITIES, Severity
from minibar_ml.domain.health import SCHEDULED_JOBS, JobRuns, RunsAhead
from minibar_ml.domain.metrics import RECORDED
from minibar_ml.store.failures import sqlstate
from minibar_ml.store.queries import query
from minibar_ml.store.source.contract import fetch_schemas, known_layouts, locate
from minibar_ml.store.source.layouts import imported, layouts

Counts = dict[str, Any]
INVALID_VALUE = "22023"


def fetch_jobs(connection: Connection, as_of: datetime) -> tuple[dict[str, JobRuns], Counts]:
    """The runs up to an instant by job, and the counts of the last detect that did its work."""
    rows = _job_rows(connection, as_of)
    if any(row.outcome == "running" and not row.is_locked for row in rows):
        # A run may have ended between the statement's snapshot and its look at the locks; a second one knows.
        rows = _job_rows(connection, as_of)
    names = [one.name for one in fields(JobRuns)]
    jobs = {row.job: JobRuns(**{name: getattr(row, name) for name in names}) for row in rows}
    return jobs, next((row.counts for row in rows if row.job == "detect"), None) or {}


def _job_rows(connection: Connection, as_of: datetime) -> "list[Row[Any]]":
    values = {"jobs": list(SCHEDULED_JOBS), "as_of": as_of}
    return list(connection.execute(query("checks.fetch_jobs"), values))


def find_ahead(connection: Connection, as_of: datetime) -> RunsAhead | None:
    """Runs of an instant that has not come; None where there are none."""
    row = connection.execute(query("checks.find_ahead"), {"as_of": as_of}).one_or_none()
    return RunsAhead(**row._asdict()) if row else None


def count_ahead_trainings(connection: Connection) -> int:
    """How many trainings on record are of an instant that has not come."""
    found: int = connection.execute(query("checks.count_ahead_trainings")).scalar_one()
    return found


def find_installed(connection: Connection) -> datetime:
    """When the store was made."""
    made: datetime = connection.execute(query("checks.find_installed")).scalar_one()
    return made


def count_open(connection: Connection, as_of: datetime) -> dict[Severity, int]:
    """Open alerts by severity, the most severe first, zeros included."""
    found = {row.severity: row.alerts for row in connection.execute(query("checks.count_open"), {"as_of": as_of})}
    return {severity: found.get(severity, 0) for severity in reversed(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Server:
    """What the server says of itself and of this session; `number` is such as 150018 for 15.18."""

    version: str
    number: int
    clock: datetime
    role: str
    is_superuser: bool
    is_read_only: bool
    may_make_temporary: bool


def find_server(connection: Connection) -> Server:
    """What the server is, what its clock says, and what this session may do."""
    row = connection.execute(query("checks.find_server")).one()
    return Server(**row._asdict())


def fetch_wall_clock(connection: Connection, instants: Iterable[datetime], zone: str) -> Sequence[datetime] | None:
    """What the server takes for a zone's wall clock (naive) at these instants; None where it knows no such zone."""
    values = {"instants": list(instants), "zone": zone}
    try:
        return connection.execute(query("checks.fetch_wall_clock"), values).scalars().all()
    except DBAPIError as error:
        if sqlstate(error) != INVALID_VALUE:
            raise
        return None


def fetch_writable_sources(connection: Connection) -> list[str]:
    """The source tables, of any layout, that this role may write to."""
    return list(connection.execute(query("checks.fetch_writable"), _source_tables(connection)).scalars())


@dataclass(frozen=True, slots=True)
class OpenedSchema:
    """A schema of the store or of the source, and another role that may create in it; both as SQL takes them."""

    schema: str
    grantee: str

    def __str__(self) -> str:
        return f"{self.grantee} may CREATE in schema {self.schema}, and could plant what others would then run"

    @property
    def cure(self) -> str:
        """The statement that closes it."""
        return f"REVOKE CREATE ON SCHEMA {self.schema} FROM {self.grantee}"


def fetch_opened_schemas(connection: Connection) -> list[OpenedSchema]:
    """Schemas in which others could plant what is then taken for the store's or the application's."""
    rows = connection.execute(query("checks.fetch_opened"), _source_tables(connection))
    return [OpenedSchema(row.schema, row.grantee) for row in rows]


def fetch_own_settings(connection: Connection) -> dict[str, str]:
    """What this role has set of itself, for sessions to come, that changes how its statements run."""
    return {row.name: row.value for row in connection.execute(query("checks.fetch_own_settings"))}


def fetch_unseen_schemas(connection: Connection) -> list[str]:
    """Schemas of the source's tables in which this role's own search_path does not look."""
    values = {"own": imported().schema}
    return list(connection.execute(query("checks.fetch_unseen_schemas"), values).scalars())


def _source_tables(connection: Connection) -> dict[str, list[str]]:
    is_made = has_store(connection)
    known = known_layouts(connection) if is_made else layouts()
    found = locate(connection, {table for layout in known for table in layout.tables()})
    # Where `db init` found them, whatever the role's search_path is by now.
    found |= fetch_schemas(connection) if is_made else {}
    return {"schemas": list(found.values()), "tables": list(found)}


def fetch_unwritable(connection: Connection) -> list[str]:
    """The store's tables that jobs write and this role may not."""
    return list(connection.execute(query("checks.fetch_unwritable")).scalars())


def fetch_last_days(connection: Connection, hotels: Sequence[int], today: date) -> dict[int, date]:
    """By hotel, the last business day up to `today` on which it recorded what this role may see; of a month."""
    values = {"hotels": list(hotels), "metrics": list(RECORDED), "today": today}
    return {row.hotel_id: row.last_day for row in connection.execute(query("checks.last_days"), values)}


def fetch_missing_partitions(connection: Connection, as_of: datetime) -> list[str]:
    """The months, of the present one and the next, without a partition, such as 2026-03."""
    return list(connection.execute(query("checks.fetch_missing_partitions"), {"as_of": as_of}).scalars())


def may_make_partitions(connection: Connection) -> bool:
    """Whether this role's jobs can make the partitions that they need."""
    return bool(connection.execute(query("checks.may_make_partitions")).scalar_one())


def may_read_outbox(connection: Connection) -> bool:
    """Whether this role may read messages and their channels."""
    return bool(connection.execute(query("checks.may_read_outbox")).scalar_one())


def fetch_unheard(connection: Connection, types: Iterable[str]) -> dict[str, list[str]]:
    """By hotel in use (its name): those of these types of alerts that nobody with an address hears of."""
    return {row.name: row.types for row in connection.execute(query("checks.fetch_unheard"), {"types": list(types)})}


def has_store(connection: Connection) -> bool:
    """Whether there is a store, whatever this role may do with it."""
    return bool(connection.execute(query("checks.has_store")).scalar_one())
