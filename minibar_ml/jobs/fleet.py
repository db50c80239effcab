"""A command for every member of a fleet, each by a process of its own, as cron would run it on that member's server.

So a member that is slow, unreachable or broken is one answer among others, and what a member gets is what the command
does anywhere: its lock, its retries, its record, its exit status.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from minibar_ml.artifacts.secret_files import read_bytes
from minibar_ml.config.loading import FILE_VARIABLE, load
from minibar_ml.domain.errors import ExitCode, MinibarError, SchemaAhead, SchemaBehind
from minibar_ml.domain.fleet import Answer, AnswerState, Member
from minibar_ml.store.engine import connect, make_engine
from minibar_ml.store.jobs import runs
from minibar_ml.store.jobs.locks import exclusive
from minibar_ml.store.schema.migrations import require_current

STATES: Mapping[int, AnswerState] = {
    ExitCode.OK: "done",
    ExitCode.PARTLY_DONE: "partly",
    ExitCode.LOCKED: "locked",
}
GRACE_SECONDS = 10
"""So long may a command take to end in order when its time is up."""
Came = tuple[AnswerState, str, str | None]
"""What a command has come to: the state, what it printed, and why it is not done."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a member is asked: for how long at most, and up to how long it waits to begin.

    reports: folder in which each member has a folder for its reports. unless_done: a job and an instant; a member for
    which a run of the job, of all hotels, that began since then has done its work is not asked again.
    """

    timeout_seconds: float
    jitter_seconds: float
    reports: Path
    unless_done: tuple[runs.Job, datetime] | None = None


def ask(members: Sequence[Member], words: Sequence[str], terms: Terms, jobs: int) -> list[Answer]:
    """What the command of these words comes to for each member, in their order; `jobs` members at a time."""
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return list(pool.map(lambda member: ask_one(member, words, terms), members))


def ask_one(member: Member, words: Sequence[str], terms: Terms) -> Answer:
    """What it comes to for one member."""
    time.sleep(random.uniform(0, terms.jitter_seconds))
    started = time.monotonic()
    try:
        state, output, why = _came(words, environment_of(member, terms.reports), terms)
    except MinibarError as error:
        is_skipped = isinstance(error, SchemaBehind | SchemaAhead)
        state = "skipped" if is_skipped else STATES.get(error.exit_code, "failed")
        output, why = "", str(error)
    return Answer(member.name, state, round(time.monotonic() - started, 1), why, output)


def environment_of(member: Member, reports: Path, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which a command works on a member: ours, with what is the member's own.

    Raises ConfigurationError for a password file that can't be read, or that others may read.
    """
    # The run of the fleet is what a monitoring service waits for.
    environment = {name: value for name, value in (given or os.environ).items() if name != "ML_PING_URL"}
    environment |= {"ML_DATABASE_URL": _url(member), "ML_REPORT_DIR": str((reports / member.name).absolute())}
    if member.timezone:
        environment["ML_TIMEZONE"] = member.timezone
    if member.config_file:
        environment[FILE_VARIABLE] = str(member.config_file)
    return environment


def _url(member: Member) -> str:
    if member.password_file is None:
        return member.url
    # libpq reads it; it would pass over one that others may read.
    read_bytes(member.password_file, f"The password file of {member.name}", "change the password")
    return f"{member.url}{'&' if '?' in member.url else '?'}passfile={quote(str(member.password_file))}"


def _came(words: Sequence[str], environment: Mapping[str, str], terms: Terms) -> Came:
    """Raises DatabaseUnreachable, SchemaBehind or SchemaAhead, which a command would raise that had been started."""
    settings = load(environment)
    engine = make_engine(settings.database_url, settings.timezone, "minibar-ml fleet")
    with connect(engine) as connection:
        require_current(connection)
    if terms.unless_done is None:
        return _run(words, environment, terms.timeout_seconds)
    job, since = terms.unless_done
    with connect(engine) as connection, exclusive(connection, f"fleet {job}"):
        found = runs.find_done_since(connection, job, since)
        connection.rollback()
        return (found.outcome, "", found.error) if found else _run(words, environment, terms.timeout_seconds)


def _run(words: Sequence[str], environment: Mapping[str, str], timeout_seconds: float) -> Came:
    command = [sys.executable, "-P", "-m", "minibar_ml", *words]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            return "timeout", "", f"ended after {timeout_seconds:g} seconds"
    state = STATES.get(process.returncode, "failed")
    return state, output, None if state == "done" else _last_line(errors) or f"exit status {process.returncode}"


def _end(process: "subprocess.Popen[str]") -> None:
    """Have a process end in order, so that its run is on record; where it does not, end it."""
    process.terminate()
    try:
        process.communicate(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
