"""`minibar-ml status`: when each job last ran, whether it is late, and what else is not well."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.options import AsOf, Json, Quiet, Verbose
from minibar_ml.cli.views.phases import told
from minibar_ml.domain.errors import ExitCode, MinibarError
from minibar_ml.domain.health import (
    KILLED,
    SCHEDULED_JOBS,
    Health,
    JobHealth,
    OutboxHealth,
    Schedule,
    ScheduledJob,
    judge,
)
from minibar_ml.i18n.labels import label

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.config.settings import Settings

NEVER = "–"
COMMANDS = {
    "notify": "alerts notify",
    "report": "report weekly",
    "monthly": "report monthly",
    "dashboard": "report dashboard",
}
"""Of the jobs that are not called like their commands."""
ROW = "{:<10}{:<9}{:<18}{:<9}{:<14}{}"
PrometheusFile = Annotated[
    Path | None,
    typer.Option(
        "--prometheus", metavar="FILE", help="Also write metrics to FILE, for node_exporter's textfile collector."
    ),
]


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command()(status)


def status(
    prometheus: PrometheusFile = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """When each job last ran and whether it is late; exit 1 when something is late or broken."""
    settings = session.settings()
    instant = times.resolve_as_of(as_of, settings.zone())
    health = _read(settings, instant, prometheus)
    if json:
        console.print_json(as_json(health))
    else:
        _print(health, settings)
    if not health.is_well:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _read(settings: "Settings", instant: datetime, prometheus: Path | None) -> Health:
    from minibar_ml.cli.doctor import prometheus as metrics

    try:
        with session.store(settings, "status") as connection:
            health = examine(connection, settings, instant)
    except MinibarError:
        # Whoever watches the file has to see that nothing is known, and not the last good state.
        if prometheus:
            metrics.write(prometheus, None)
        raise
    if prometheus:
        metrics.write(prometheus, health)
    return health


def examine(connection: "Connection", settings: "Settings", as_of: datetime) -> Health:
    """The health of jobs, alerts, hotels and models at an instant; raises ConfigurationError for a bad schedule."""
    from minibar_ml.store import checks
    from minibar_ml.store.notifications import outbox

    due = duties(settings, as_of)
    runs, counts = checks.fetch_jobs(connection, as_of)
    installed_at = checks.find_installed(connection)
    jobs = (judge(runs[job], due[job], as_of, installed_at, is_enabled=settings.enabled) for job in SCHEDULED_JOBS)
    return Health(
        as_of=as_of,
        jobs=tuple(jobs),
        open_alerts=checks.count_open(connection, as_of),
        phases=checks.phases(counts),
        refused=counts.get("refused", {}),
        outbox=outbox.health(connection, has_mail_server=bool(settings.smtp_host)),
    )


def duties(settings: "Settings", as_of: datetime) -> dict[ScheduledJob, Schedule]:
    """What these settings ask of each job."""
    from minibar_ml.config.schedules import since_cron, since_interval

    def every(seconds: int) -> Schedule:
        return Schedule(f"every {spoken(timedelta(seconds=seconds))}", since_interval(seconds, as_of))

    def cron(variable: str, expression: str) -> Schedule:
        return Schedule(expression, since_cron(variable, expression, as_of, settings.zone()))

    return {
        "collect": every(settings.data_collection_interval),
        "detect": every(settings.anomaly_check_interval),
        "notify": every(settings.notify_interval),
        "train": cron("ML_TRAINING_SCHEDULE", settings.training_schedule),
        "report": cron("ML_REPORT_SCHEDULE", settings.report_schedule),
        "monthly": cron("ML_MONTHLY_REPORT_SCHEDULE", settings.monthly_report_schedule),
        "dashboard": cron("ML_DASHBOARD_SCHEDULE", settings.dashboard_schedule),
    }


def spoken(span: timedelta) -> str:
    """A span of time in its one fitting unit: 45 s, 12 min, 5 h, 3 days."""
    seconds = int(span.total_seconds())
    for size, unit, until in ((1, "s", 120), (60, "min", 120 * 60), (3600, "h", 48 * 3600)):
        if seconds < until:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86400} days"


def as_json(health: Health) -> dict[str, Any]:
    """The document that `status --json` prints."""
    return {
        "as_of": health.as_of,
        "ok": health.is_well,
        "jobs": [
            {
                "job": one.runs.job,
                "state": one.state,
                "schedule": one.duty.schedule,
                "success_wanted_since": one.duty.since,
                "last_run": one.runs.last_as_of,
                "started_at": one.runs.started_at,
                "ended_at": one.runs.ended_at,
                "outcome": _outcome(one),
                "last_success": one.runs.success_as_of,
                "age_seconds": one.age.total_seconds() if one.age is not None else None,
                "last_error": one.runs.error,
                "last_error_at": one.runs.error_as_of,
            }
            for one in health.jobs
        ],
        "open_alerts": dict(health.open_alerts),
        "hotels": [{"hotel_id": hotel, **asdict(known)} for hotel, known in sorted(health.phases.items())],
        "refused_models": dict(health.refused),
        "outbox": {**asdict(health.outbox), "ok": health.outbox.is_well(health.as_of)},
    }


def _outcome(one: JobHealth) -> str | None:
    return "killed" if one.runs.was_killed else one.runs.outcome


def _print(health: Health, settings: "Settings") -> None:
    from minibar_ml.cli.alerts.table import folded

    if not health.has_run:
        console.say("No job has ever run. Start with `minibar-ml collect`.")
    console.say(ROW.format("job", "state", "last run", "outcome", "last success", "schedule"))
    for one in health.jobs:
        ran = _local(one.runs.last_as_of, settings)
        success = f"{spoken(one.age)} ago" if one.age is not None else "never"
        console.say(ROW.format(one.runs.job, one.state, ran, _outcome(one) or NEVER, success, one.duty.schedule))
    for sentence in _sentences(health, settings):
        for line in folded(console.visible(sentence), console.width()):
            console.say(line)


def _sentences(health: Health, settings: "Settings") -> Iterator[str]:
    """What stands beneath the table."""
    for one in health.jobs:
        yield from problems(one)
        if one.runs.error:
            yield f"{one.runs.job}: last error, {_local(one.runs.error_as_of, settings)}: {one.runs.error}"
    severities = (f"{label('severity', one, settings.lang)} {count}" for one, count in health.open_alerts.items())
    yield f"open alerts: {', '.join(severities)}"
    yield from (told(hotel, history) for hotel, history in sorted(health.phases.items()))
    yield from (f"model refused, {model}: {why}" for model, why in health.refused.items())
    yield from outbox_lines(health.outbox, health.as_of)


def outbox_lines(outbox: OutboxHealth, as_of: datetime) -> Iterator[str]:
    """What waits in the outbox, and what is wrong with it."""
    age = f", the oldest for {spoken(as_of - outbox.oldest_at)}" if outbox.oldest_at else ""
    yield f"outbox: {outbox.waiting} waiting{age}, {outbox.failed} given up"
    if outbox.mail_waiting and not outbox.has_mail_server:
        yield f"{outbox.mail_waiting} mails wait for a mail server: name it with ML_SMTP_HOST"
    if outbox.tried_since and outbox.is_stuck(as_of):
        yield (
            f"messages can't be delivered since {spoken(as_of - outbox.tried_since)}: "
            "`minibar-ml doctor` looks at the mail server"
        )
    if outbox.failed:
        yield (
            f"given up: {outbox.last_failure}. Mend the cause (`minibar-ml people set`), then "
            "`minibar-ml alerts notify --retry-failed`"
        )


def problems(one: JobHealth) -> list[str]:
    """What is wrong with a job and what to do, one line each."""
    command = COMMANDS.get(one.runs.job, one.runs.job)
    job, last = one.runs.job, f"last success {spoken(one.age)} ago" if one.age is not None else "no success yet"
    if one.state == "paused":
        return [f"{job} is paused: ML_ENABLED is false"]
    if one.state == "failed":
        why = f": {KILLED}" if one.runs.was_killed else ""
        return [f"{job} is broken: its last run failed{why}; {last}. Run `minibar-ml {command}` by hand and see"]
    if one.state == "late":
        return [f"{job} is late: {last}, schedule {one.duty.schedule}. Does cron run? See `minibar-ml cron`"]
    if one.state == "partly" and job == "notify":
        return [f"notify could not use a channel: {one.runs.error}"]
    if one.state == "partly":
        return [f"{job} did only part of its work; `minibar-ml db check` says what can't be read"]
    return []


def _local(instant: datetime | None, settings: "Settings") -> str:
    return f"{instant.astimezone(settings.zone()):%Y-%m-%d %H:%M}" if instant else NEVER
