"""What detect says of the installation itself: rows of the source that are refused, jobs that are late."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import AlertType, severity_of
from minibar_ml.domain.health import Schedule, ScheduledJob, is_overdue
from minibar_ml.domain.hotels.failed import FailedHotel
from minibar_ml.domain.metrics import COMMON_STORE, EntityType
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.store.jobs import checks, problems, runs

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAMES: Mapping[tuple[EntityType, int], str] = {("hotel", COMMON_STORE): "minibar-ml"}
"""What these alerts are about: no hotel, and what serves all of them."""
MOST_NAMED = 5


def findings(
    connection: "Connection", plan: DetectionPlan, unchecked: Mapping[int, FailedHotel] | None = None
) -> list[Finding]:
    """Problems of the source that have grown, jobs that are late, and hotels that they could not do; four statements.

    As of the plan's instant; `unchecked`: the hotels that this run of detect could not do.
    """
    return [*_refused(connection, plan), *_late(connection, plan), *_undone(connection, plan, unchecked or {})]


def _refused(connection: "Connection", plan: DetectionPlan) -> Iterator[Finding]:
    grown = [one for one in problems.fetch(connection, plan.today()) if one.has_grown]
    if grown:
        named = [{"source": one.source, "problem": one.problem, "rows": one.affected} for one in grown[:MOST_NAMED]]
        total = sum(one.affected for one in grown)
        yield _finding(plan, "rows_refused", "refused", total, {"problems": named})


def _late(connection: "Connection", plan: DetectionPlan) -> Iterator[Finding]:
    if not plan.schedules:
        return
    late = late_jobs(connection, plan.schedules, plan.as_of)
    if late:
        yield _finding(plan, "job_late", "jobs_late", len(late), {"jobs": late})


def late_jobs(
    connection: "Connection", schedules: Mapping[ScheduledJob, Schedule], as_of: datetime
) -> list[ScheduledJob]:
    """The jobs, detect aside, that should have done their work by now and have not."""
    runs, _ = checks.fetch_jobs(connection, as_of)
    installed_at = checks.find_installed(connection)
    return [
        job
        for job in schedules
        if job != "detect" and is_overdue(runs[job].success_as_of, schedules[job], installed_at)
    ]


def _undone(connection: "Connection", plan: DetectionPlan, unchecked: Mapping[int, FailedHotel]) -> Iterator[Finding]:
    """One for each hotel that jobs could not do."""
    hotels: dict[int, list[str]] = {}
    for undone in runs.fetch_undone(connection, plan.as_of, ("collect", "train")):
        hotels.setdefault(undone.hotel_id, []).append(undone.job)
    for hotel_id in unchecked:
        hotels.setdefault(hotel_id, []).append("detect")
    for hotel_id, jobs in sorted(hotels.items()):
        yield replace(_finding(plan, "job_late", "hotel_undone", len(jobs), {"jobs": jobs}), entity_id=hotel_id)


def _finding(
    plan: DetectionPlan, alert_type: AlertType, reason: str, value: float, facts: dict[str, object]
) -> Finding:
    return Finding(
        type=alert_type,
        hotel_id=COMMON_STORE,
        entity_type="hotel",
        entity_id=COMMON_STORE,
        metric="room_consumption",
        occurred_on=plan.today(),
        reason=reason,
        severity=severity_of(alert_type, reason),
        detector="watch",
        value=float(value),
        facts=facts,
    )
