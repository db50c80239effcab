"""What `status` says below its table, and `doctor` of jobs and source: one line for each thing, with what to do."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from minibar_ml.cli.terminal.console import plural
from minibar_ml.cli.views.idle import describe as describe_idle
from minibar_ml.cli.views.phases import describe
from minibar_ml.config.settings import Settings
from minibar_ml.domain.health import KILLED, Health, JobHealth, OutboxHealth, RunsAhead, WaitingEntries
from minibar_ml.domain.hotels.failed import Undone
from minibar_ml.domain.imports import ListFreshness
from minibar_ml.domain.problems import SourceProblem
from minibar_ml.i18n import mutings, screen
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.source_problems import problem_name, source_name

NEVER = "–"
COMMANDS = {
    "notify": "alerts notify",
    "rounds": "rounds --email",
    "report": "report weekly",
    "monthly": "report monthly",
    "dashboard": "report dashboard",
}
"""The commands of jobs that have another name."""


def sentences(health: Health, settings: Settings, called: Mapping[int, str]) -> Iterator[str]:
    """The lines below the table of jobs; `called`: the hotels' names."""
    for one in health.jobs:
        yield from job_problems(one, health.undone_by(one.runs.job))
        if one.runs.error:
            yield f"{one.runs.job}: last error at {local(one.runs.error_as_of, settings)}: {one.runs.error}"
    severities = (f"{label('severity', one, screen.lang())} {count}" for one, count in health.open_alerts.items())
    yield f"open alerts: {', '.join(severities)}"
    yield from (describe(hotel, history, called) for hotel, history in sorted(health.phases.items()))
    yield from map(describe_idle, health.idle)
    yield from (f"model refused, {model}: {why}" for model, why in health.refused.items())
    yield from (problem_line(one) for one in health.problems)
    yield from (_list_line(one, settings, is_late=one in health.late_lists) for one in health.lists)
    for mute in health.mutes:
        scope = mutings.scope(mute, {}, screen.lang())
        until = local(mute.until, settings)
        yield f"mute {mute.id}: hotel {mute.hotel_id}, {scope}, until {until}, {plural(mute.findings, 'finding')}"
    if health.ahead:
        yield f"{ahead_line(health.ahead, settings)}; `minibar-ml doctor` says what to do"
    if health.waiting:
        yield waiting_line(health.waiting, health.as_of)
    if health.outbox is None:
        yield "outbox: not shown to this database role"
    else:
        yield from outbox_lines(health.outbox, health.as_of)


def _list_line(one: ListFreshness, settings: Settings, *, is_late: bool) -> str:
    """How new one kind of list of a hotel is, and whether the next one should have come."""
    late = "; the next one has not come" if is_late else ""
    day = f" of {one.day}," if one.day else ""
    hotel = f", {one.hotel}" if one.hotel else ""
    return f"{one.kind} list{hotel}: last one{day} imported {local(one.at, settings)}{late}"


def ahead_line(ahead: RunsAhead, settings: Settings) -> str:
    """That runs on record are of an instant to come."""
    latest = local(ahead.latest_at, settings)
    return f"runs on record of an instant to come: {ahead.runs} (latest: {ahead.job}, {latest})"


def waiting_line(waiting: WaitingEntries, as_of: datetime) -> str:
    """How many entries wait for the audit log, and how long the oldest has."""
    age = format_span(max(as_of - waiting.oldest_at, timedelta()))
    return f"entries that wait for the audit log: {waiting.entries} (oldest: {age})"


def problem_line(one: SourceProblem) -> str:
    """A problem of the source, since when, and an example."""
    example = "" if one.example_id is None else f", for example id {one.example_id}"
    what = f"{source_name(one.source, screen.lang())}, {problem_name(one.problem, screen.lang())}"
    return f"refused: {what}: {plural(one.affected, 'row')} since {one.since_on}, last seen {one.last_on}{example}"


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
        return [f"notify was only partly done: {one.runs.error}"]
    if one.state == "partly" and job == "detect":
        return ["detect has raised its alerts, but could not write their messages"]
    if one.state == "partly":
        return [f"{job} was only partly done; `minibar-ml db check` shows what can't be read"]
    return []


def format_span(span: timedelta) -> str:
    """A span of time in its largest unit: 45 s, 12 min, 5 h, 3 days."""
    seconds = int(span.total_seconds())
    for size, unit, until in ((1, "s", 120), (60, "min", 120 * 60), (3600, "h", 48 * 3600)):
        if seconds < until:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86400} days"


def local(instant: datetime | None, settings: Settings) -> str:
    """An instant in the hotel's zone, to the minute; a dash where there is none."""
    return f"{instant.astimezone(settings.zone()):%Y-%m-%d %H:%M}" if instant else NEVER
