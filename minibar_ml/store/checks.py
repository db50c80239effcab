"""What status and doctor read: runs by job, open alerts, and what the server says of itself."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.alerts import SEVERITIES, Severity
from minibar_ml.domain.health import SCHEDULED_JOBS, JobRuns
from minibar_ml.domain.phases import History
from minibar_ml.store.queries import query

Counts = dict[str, Any]


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


def phases(counts: Counts) -> dict[int, History]:
    """The hotels' phases that a detect counted."""
    return {int(hotel_id): History.of(history["days"]) for hotel_id, history in counts.get("phases", {}).items()}


def find_installed(connection: Connection) -> datetime:
    """When the store was made."""
    made: datetime = connection.execute(query("checks.find_installed")).scalar_one()
    return made


def count_open(connection: Connection, as_of: datetime) -> dict[Severity, int]:
    """Open alerts by severity, the gravest first, zeros included."""
    found = {row.severity: row.alerts for row in connection.execute(query("checks.count_open"), {"as_of": as_of})}
    return {severity: found.get(severity, 0) for severity in reversed(SEVERITIES)}
