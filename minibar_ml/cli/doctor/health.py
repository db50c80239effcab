"""What `status` and `doctor` know: the health of jobs, alerts, hotels, lists and outbox at an instant."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from minibar_ml.config.schedules import job_schedules
from minibar_ml.config.settings import Settings
from minibar_ml.domain.health import SCHEDULED_JOBS, Health, JobRuns, OutboxHealth, assess
from minibar_ml.domain.hotels.phases import History, recorded
from minibar_ml.store import audit
from minibar_ml.store.alerting import mutes
from minibar_ml.store.intake import lists
from minibar_ml.store.jobs import checks, problems
from minibar_ml.store.jobs.runs import fetch_idle, fetch_undone
from minibar_ml.store.notifications import outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection


def examine(connection: "Connection", settings: Settings, as_of: datetime) -> Health:
    """The health of jobs, alerts, hotels and models at an instant."""
    schedules = job_schedules(settings, as_of)
    runs, counts = checks.fetch_jobs(connection, as_of)
    installed_at = checks.find_installed(connection)
    today = as_of.astimezone(settings.zone()).date()
    phases = _phases(connection, runs["detect"], counts, settings, today)
    jobs = (
        assess(runs[job], schedules[job], as_of, installed_at, is_enabled=settings.enabled) for job in SCHEDULED_JOBS
    )
    imported = tuple(lists.fetch_freshness(connection))
    return Health(
        as_of=as_of,
        jobs=tuple(jobs),
        open_alerts=checks.count_open(connection, as_of),
        phases=phases,
        refused=counts.get("refused", {}),
        outbox=_outbox(connection, settings),
        problems=tuple(problems.fetch(connection, today)),
        mutes=tuple(mute for mute in mutes.fetch(connection, as_of) if mute.is_in_force(as_of)),
        idle=fetch_idle(connection, as_of),
        lists=imported,
        late_lists=tuple(one for one in imported if one.is_late(today)),
        undone=tuple(fetch_undone(connection, as_of)),
        ahead=checks.find_ahead(connection, as_of),
        waiting=audit.find_waiting(connection),
    )


def _phases(
    connection: "Connection", detect: JobRuns, counts: Mapping[str, Any], settings: Settings, today: date
) -> dict[int, History]:
    """The hotels' histories as of the last detect, with the days without data as of today."""
    known = recorded(counts)
    if not known or detect.success_as_of is None:
        return known
    recorded_on = detect.success_as_of.astimezone(settings.zone()).date()
    last_days = checks.fetch_last_days(connection, list(known), today)
    return {hotel: one.silent_on(today, recorded_on, last_days.get(hotel)) for hotel, one in known.items()}


def _outbox(connection: "Connection", settings: Settings) -> OutboxHealth | None:
    """The outbox, as far as this role may read it: messages are the business of jobs and administrators."""
    if not checks.may_read_outbox(connection):
        return None
    return outbox.health(connection, has_mail_server=bool(settings.smtp_host))
