"""`minibar-ml status`: when each job last ran, whether it is late, and other problems."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import console, house, session
from minibar_ml.cli.alerts.table import folded
from minibar_ml.cli.console import plural
from minibar_ml.cli.doctor import prometheus as metrics
from minibar_ml.cli.options import AsOf, Json, Quiet, Verbose, examples
from minibar_ml.cli.views.idle import describe as describe_idle
from minibar_ml.cli.views.phases import describe
from minibar_ml.config.schedules import job_schedules
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ExitCode, MinibarError
from minibar_ml.domain.health import (
    KILLED,
    SCHEDULED_JOBS,
    Health,
    JobHealth,
    JobRuns,
    OutboxHealth,
    assess,
)
from minibar_ml.domain.hotels.failed import Undone
from minibar_ml.domain.hotels.phases import History, recorded
from minibar_ml.domain.imports import ListFreshness
from minibar_ml.domain.problems import SourceProblem
from minibar_ml.i18n import mutings, screen
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.screen import translated
from minibar_ml.store import checks, problems
from minibar_ml.store.alerting import mutes
from minibar_ml.store.intake import lists
from minibar_ml.store.notifications import outbox
from minibar_ml.store.runs import fetch_idle, fetch_undone

if TYPE_CHECKING:
    from sqlalchemy import Connection

NEVER = "–"
COMMANDS = {
    "notify": "alerts notify",
    "report": "report weekly",
    "monthly": "report monthly",
    "dashboard": "report dashboard",
}
"""The commands of jobs that have another name."""
ROW = "{:<10}{:<9}{:<18}{:<9}{:<14}{}"
PrometheusFile = Annotated[
    Path | None,
    typer.Option(
        "--prometheus", metavar="FILE", help="Also write metrics to FILE, for node_exporter's textfile collector."
    ),
]


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command(epilog=examples("status", "status --prometheus /var/lib/node_exporter/minibar-ml.prom"))(status)


def status(
    prometheus: PrometheusFile = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show when each job last ran and whether it is late.

    Also shows open alerts, the outbox and refused models. Exits with status 1 if something is late or broken.
    """
    settings, health = _read(session.settings(), as_of, prometheus)
    if json:
        console.print_json(as_json(health))
    else:
        _print(health, settings)
    if not health.is_well:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _read(settings: Settings, as_of: str | None, prometheus: Path | None) -> tuple[Settings, Health]:
    """The settings with the facts that hold, and the health."""
    try:
        known, instant = house.at(settings, "status", as_of)
        settings = known.settings
        with session.store(settings, "status") as connection:
            health = examine(connection, settings, instant)
    except MinibarError:
        # The file must show that the store could not be read, not the last good state.
        if prometheus:
            metrics.write(prometheus, None)
        raise
    if prometheus:
        metrics.write(prometheus, health)
    return settings, health


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


def format_span(span: timedelta) -> str:
    """A span of time in its largest unit: 45 s, 12 min, 5 h, 3 days."""
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
                "schedule": one.schedule.text,
                "success_wanted_since": one.schedule.since,
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
        "hotels": [_hotel_json(hotel, known) for hotel, known in sorted(health.phases.items())],
        "idle": [asdict(one) for one in health.idle],
        "undone": [asdict(one) for one in health.undone],
        "refused_models": dict(health.refused),
        "outbox": {**asdict(health.outbox), "ok": health.outbox.is_well(health.as_of)} if health.outbox else None,
        "source_problems": [{**asdict(one), "has_grown": one.has_grown} for one in health.problems],
        "lists": [{**asdict(one), "is_late": one in health.late_lists} for one in health.lists],
        "mutes": [{"id": one.id, "hotel_id": one.hotel_id, "until": one.until, "reason": one.reason,
                   "findings": one.findings} for one in health.mutes],
    }  # fmt: skip


def _hotel_json(hotel_id: int, known: History) -> dict[str, Any]:
    """A hotel's history; where nothing comes in, no phase says anything."""
    return {"hotel_id": hotel_id, **asdict(known), "phase": "no data" if known.is_silent else known.phase}


def _outcome(one: JobHealth) -> str | None:
    return "killed" if one.runs.was_killed else one.runs.outcome


def _print(health: Health, settings: Settings) -> None:
    if not health.has_run:
        console.say("No job has run yet. Start with `minibar-ml collect`.")
    console.write_line(_row("job", "state", "last run", "outcome", "last success", "schedule"))
    for one in health.jobs:
        ran = _local(one.runs.last_as_of, settings)
        success = f"{format_span(one.age)} ago" if one.age is not None else "never"
        console.write_line(_row(one.runs.job, one.state, ran, _outcome(one) or NEVER, success, one.schedule.text))
    for sentence in _sentences(health, settings):
        for line in folded(console.visible(translated(sentence)), console.width()):
            console.write_line(line)


def _row(*cells: str) -> str:
    """A job's line, its words in the language of this process."""
    return ROW.format(*map(translated, cells))


def _sentences(health: Health, settings: Settings) -> Iterator[str]:
    """The lines below the table."""
    for one in health.jobs:
        yield from job_problems(one, health.undone_by(one.runs.job))
        if one.runs.error:
            yield f"{one.runs.job}: last error at {_local(one.runs.error_as_of, settings)}: {one.runs.error}"
    severities = (f"{label('severity', one, screen.lang())} {count}" for one, count in health.open_alerts.items())
    yield f"open alerts: {', '.join(severities)}"
    yield from (describe(hotel, history) for hotel, history in sorted(health.phases.items()))
    yield from map(describe_idle, health.idle)
    yield from (f"model refused, {model}: {why}" for model, why in health.refused.items())
    yield from (problem_line(one) for one in health.problems)
    yield from (_list_line(one, settings, is_late=one in health.late_lists) for one in health.lists)
    for mute in health.mutes:
        scope = mutings.scope(mute, {}, screen.lang())
        until = _local(mute.until, settings)
        yield f"mute {mute.id}: hotel {mute.hotel_id}, {scope}, until {until}, {plural(mute.findings, 'finding')}"
    if health.outbox is None:
        yield "outbox: not shown to this database role"
    else:
        yield from outbox_lines(health.outbox, health.as_of)


def _list_line(one: ListFreshness, settings: Settings, *, is_late: bool) -> str:
    """How new one kind of list of a hotel is, and whether the next one should have come."""
    late = "; the next one has not come" if is_late else ""
    day = f" of {one.day}," if one.day else ""
    hotel = f", {one.hotel}" if one.hotel else ""
    return f"{one.kind} list{hotel}: last one{day} imported {_local(one.at, settings)}{late}"


def problem_line(one: SourceProblem) -> str:
    """A problem of the source, since when, and an example."""
    example = "" if one.example_id is None else f", for example id {one.example_id}"
    return (
        f"refused: {one.source}, {one.problem}: {plural(one.affected, 'row')} since {one.since_on}, last seen "
        f"{one.last_on}{example}"
    )


def outbox_lines(outbox: OutboxHealth, as_of: datetime) -> Iterator[str]:
    """Messages waiting in the outbox, and its problems."""
    age = f" (oldest: {format_span(as_of - outbox.oldest_at)})" if outbox.oldest_at else ""
    yield f"outbox: {outbox.waiting} waiting{age}, {outbox.failed} given up"
    if outbox.mail_waiting and not outbox.has_mail_server:
        yield f"{plural(outbox.mail_waiting, 'mail waits', 'mails wait')} for a mail server: set ML_SMTP_HOST"
    if outbox.tried_since and outbox.is_stuck(as_of):
        yield (
            f"delivery has failed for {format_span(as_of - outbox.tried_since)}: "
            "`minibar-ml doctor` checks the mail server"
        )
    if outbox.failed:
        yield (
            f"given up: {outbox.last_failure}. Fix the cause (`minibar-ml people set`), then run "
            "`minibar-ml alerts notify --retry-failed`"
        )


def job_problems(one: JobHealth, undone: Sequence[Undone] = ()) -> list[str]:
    """A job's problems and what to do, one line each; `undone`: hotels that it could not do."""
    command = COMMANDS.get(one.runs.job, one.runs.job)
    job, last = one.runs.job, f"last success {format_span(one.age)} ago" if one.age is not None else "no success yet"
    if one.state == "paused":
        return [f"{job} is paused: ML_ENABLED is false"]
    if one.state == "failed":
        why = f": {KILLED}" if one.runs.was_killed else ""
        return [f"{job} is broken: last run failed{why}; {last}. Run `minibar-ml {command}` by hand"]
    if one.state == "late":
        return [f"{job} is late: {last}, schedule {one.schedule.text}. Is cron running? See `minibar-ml cron`"]
    if undone:
        failed = ", ".join(str(hotel.hotel_id) for hotel in undone)
        return [f"{job} failed for hotel {failed} and was done for the others"]
    if one.state == "partly" and job == "notify":
        return [f"notify could not use a channel: {one.runs.error}"]
    if one.state == "partly" and job == "detect":
        return ["detect has raised its alerts, but could not write their messages"]
    if one.state == "partly":
        return [f"{job} was only partly done; `minibar-ml db check` shows what can't be read"]
    return []


def _local(instant: datetime | None, settings: Settings) -> str:
    return f"{instant.astimezone(settings.zone()):%Y-%m-%d %H:%M}" if instant else NEVER
