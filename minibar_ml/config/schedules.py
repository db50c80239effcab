"""The schedules that the settings ask for: since when each job must have succeeded."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from minibar_ml.config.cron import describe_minutes
from minibar_ml.config.settings import Settings
from minibar_ml.domain.health import Schedule, ScheduledJob

LEAST_SLACK = timedelta(minutes=10)
"""Time that a job with a short interval may be busy or the server unavailable."""
CRON_SLACK = timedelta(hours=1)
"""Time that a job with a cron expression may take."""


def job_schedules(settings: Settings, as_of: datetime) -> dict[ScheduledJob, Schedule]:
    """Each job's schedule, seen at an instant."""

    def every(seconds: int) -> Schedule:
        return Schedule(f"every {describe_minutes(seconds // 60)}", since_interval(seconds, as_of))

    def cron(expression: str) -> Schedule:
        return Schedule(expression, since_cron(expression, as_of, settings.zone()))

    return {
        "collect": every(settings.data_collection_interval),
        "detect": every(settings.anomaly_check_interval),
        "notify": every(settings.notify_interval),
        "train": cron(settings.training_schedule),
        "rounds": cron(settings.rounds_schedule),
        "report": cron(settings.report_schedule),
        "monthly": cron(settings.monthly_report_schedule),
        "dashboard": cron(settings.dashboard_schedule),
    }


def late_after(settings: Settings) -> dict[ScheduledJob, int]:
    """After how many seconds without success each job with an interval is late, detect aside, which sees it."""
    now = datetime.now(UTC)
    intervals: dict[ScheduledJob, int] = {
        "collect": settings.data_collection_interval,
        "notify": settings.notify_interval,
    }
    return {job: int((now - since_interval(seconds, now)).total_seconds()) for job, seconds in intervals.items()}


def next_change(settings: Settings, as_of: datetime) -> datetime:
    """From when on a job with a cron expression must have succeeded that need not have at `as_of`."""
    start = (as_of - CRON_SLACK).astimezone(settings.zone()).replace(microsecond=0)
    expressions = (
        settings.training_schedule,
        settings.rounds_schedule,
        settings.report_schedule,
        settings.monthly_report_schedule,
        settings.dashboard_schedule,
    )
    return min(next(CronSim(one, start)).astimezone(UTC) for one in expressions) + CRON_SLACK


def since_interval(seconds: int, as_of: datetime) -> datetime:
    """Since when a success must have been: one interval, and another of slack (ten minutes at least)."""
    interval = timedelta(seconds=seconds)
    return as_of - interval - max(interval, LEAST_SLACK)


def since_cron(expression: str, as_of: datetime, zone: ZoneInfo) -> datetime:
    """The last time that a valid expression names, an hour before `as_of` or earlier, in the hotel's time zone."""
    # Going back, cronsim leaves out the instant that it starts from.
    start = (as_of - CRON_SLACK).astimezone(zone).replace(microsecond=0) + timedelta(seconds=1)
    return next(CronSim(expression, start, reverse=True)).astimezone(UTC)
