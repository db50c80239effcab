"""Health of the installation: whether each job keeps its schedule, and results of checks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from minibar_ml.domain.alerting.alerts import Severity
from minibar_ml.domain.alerting.mutes import Mute
from minibar_ml.domain.hotels.failed import Undone
from minibar_ml.domain.hotels.phases import History
from minibar_ml.domain.idle import Idle
from minibar_ml.domain.imports import ListFreshness
from minibar_ml.domain.problems import SourceProblem

ScheduledJob = Literal["collect", "detect", "notify", "train", "rounds", "report", "monthly", "dashboard"]
SCHEDULED_JOBS: tuple[ScheduledJob, ...] = get_args(ScheduledJob)
JobState = Literal["ok", "running", "never", "paused", "partly", "late", "failed"]
BROKEN: frozenset[JobState] = frozenset({"partly", "late", "failed"})
CheckState = Literal["ok", "warning", "failed", "skipped"]
PATIENCE = timedelta(hours=1)
"""How long a message may wait for a mail server that is unavailable."""
KILLED = "killed, or the machine went down"


@dataclass(frozen=True, slots=True)
class JobRuns:
    """What is on record of a job: its last run, its last success and its last error; None where there was none.

    A success is a run that did its work, all or part of it. Runs are dated by the instant that they were as of: one
    of `--as-of` some past day proves nothing of today.
    """

    job: ScheduledJob
    last_as_of: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    success_as_of: datetime | None = None
    error_as_of: datetime | None = None
    error: str | None = None
    is_locked: bool = False

    @property
    def was_killed(self) -> bool:
        """Whether the last run never ended, and nobody is at work."""
        return self.outcome == "running" and not self.is_locked


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job is to run: an interval in words or a cron expression, and since when it must have succeeded."""

    text: str
    since: datetime


@dataclass(frozen=True, slots=True)
class JobHealth:
    """A job and its schedule. `age` is the time since its last success; None before the first."""

    runs: JobRuns
    schedule: Schedule
    state: JobState
    age: timedelta | None

    @property
    def is_broken(self) -> bool:
        """Whether somebody has to act."""
        return self.state in BROKEN

    @property
    def ended(self) -> str | None:
        """How the last run ended; `killed` where it could not say."""
        return "killed" if self.runs.was_killed else self.runs.outcome


def assess(
    runs: JobRuns, schedule: Schedule, as_of: datetime, installed_at: datetime, *, is_enabled: bool
) -> JobHealth:
    """A job's health at an instant; one that has never run is late only if its time has come since the installation."""
    age = as_of - runs.success_as_of if runs.success_as_of else None
    is_late = is_overdue(runs.success_as_of, schedule, installed_at)
    return JobHealth(runs, schedule, _state(runs, is_late=is_late, is_enabled=is_enabled), age)


def is_overdue(success_as_of: datetime | None, schedule: Schedule, installed_at: datetime) -> bool:
    """Whether a job has not succeeded since its schedule asked for it; before the first success, since the start."""
    return (success_as_of or installed_at) < schedule.since


def _state(runs: JobRuns, *, is_late: bool, is_enabled: bool) -> JobState:
    if not is_enabled:
        return "paused"
    if runs.outcome == "failed" or runs.was_killed:
        return "failed"
    if is_late:
        return "late"
    if runs.outcome is None:
        return "never"
    if runs.outcome == "running":
        return "running"
    return "partly" if runs.outcome == "partly" else "ok"


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """Messages that wait, and those given up. `tried_since`: since when the oldest waits that could not be delivered.

    `mail_waiting`: how many of those that wait are mails, which need a mail server.
    """

    waiting: int = 0
    mail_waiting: int = 0
    oldest_at: datetime | None = None
    tried_since: datetime | None = None
    failed: int = 0
    last_failure: str | None = None
    has_mail_server: bool = True

    def is_stuck(self, as_of: datetime) -> bool:
        """Whether delivery has failed for longer than a mail server may be unavailable."""
        return self.tried_since is not None and as_of - self.tried_since > PATIENCE

    def is_well(self, as_of: datetime) -> bool:
        """Whether nothing was given up or is stuck; mail that waits for a server to be named does no harm."""
        return not self.failed and not self.is_stuck(as_of)


@dataclass(frozen=True, slots=True)
class RunsAhead:
    """Runs on record of an instant that has not come: how many, and the latest one's job and instant."""

    runs: int
    job: str
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingEntries:
    """Entries that are not in the audit log yet: how many, and since when the oldest waits."""

    entries: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """What `status` shows. `refused`: the reason by model, as of the last detect; `idle`: as of the last collect.

    `outbox` None: not for this role. lists: how new those are that hotels import; late_lists: what should have come.
    undone: hotels that jobs could not do.
    """

    as_of: datetime
    jobs: tuple[JobHealth, ...]
    open_alerts: Mapping[Severity, int]
    phases: Mapping[int, History] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    outbox: OutboxHealth | None = OutboxHealth()
    problems: tuple[SourceProblem, ...] = ()
    mutes: tuple[Mute, ...] = ()
    idle: tuple[Idle, ...] = ()
    lists: tuple[ListFreshness, ...] = ()
    late_lists: tuple[ListFreshness, ...] = ()
    undone: tuple[Undone, ...] = ()
    ahead: RunsAhead | None = None
    waiting: WaitingEntries | None = None

    def undone_by(self, job: ScheduledJob) -> list[Undone]:
        """The hotels that a job could not do."""
        return [one for one in self.undone if one.job == job]

    @property
    def has_run(self) -> bool:
        """Whether any job ever ran."""
        return any(one.runs.outcome for one in self.jobs)

    @property
    def is_well(self) -> bool:
        """Whether nothing is late or broken."""
        delivers = self.outbox is None or self.outbox.is_well(self.as_of)
        return delivers and not (self.refused or self.late_lists or any(one.is_broken for one in self.jobs))


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check; `hint` says what to do where it is not ok."""

    name: str
    state: CheckState
    found: str
    hint: str = ""


def all_passed(checks: Iterable[Check]) -> bool:
    """Whether none failed; a warning is not a failure, and a skipped check follows from a failed one."""
    return not any(check.state == "failed" for check in checks)
