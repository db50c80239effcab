"""`minibar-ml setup`: from an installed program to the first alerts and scheduled jobs; each step only if it is due."""

import logging
import os
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml import log
from minibar_ml.artifacts.keys import create_key_file
from minibar_ml.cli import env_file, house, session
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.db import all_layouts
from minibar_ml.cli.doctor.commands import checks
from minibar_ml.cli.setup import account, answers, schedule
from minibar_ml.cli.terminal import console
from minibar_ml.config import location
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import DatabaseUnreachable, ExitCode, PreconditionFailed, SchemaBehind
from minibar_ml.domain.languages import Lang
from minibar_ml.i18n import screen
from minibar_ml.i18n.screen import translated
from minibar_ml.log import logger
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs import runs
from minibar_ml.store.jobs.checks import has_store
from minibar_ml.store.schema import grants
from minibar_ml.store.schema.migrations import require_current
from minibar_ml.store.source import contract as source

JOBS: tuple[runs.Job, ...] = ("collect", "train", "detect")
SHOWN = "8"
HINT = "run as a user that may write there, or choose another folder with --config"


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    shown = examples(
        "setup",
        "setup --database-url postgresql://minibar@db.example.com/hotel --timezone Europe/Istanbul --lang tr",
        "setup --sql | psql -1 -v ON_ERROR_STOP=1 hotel",
    )
    root.command(epilog=shown)(setup)


def setup(
    database_url: Annotated[
        str | None, typer.Option("--database-url", metavar="URL", help="URL of the hotel application's database.")
    ] = None,
    timezone: Annotated[str | None, typer.Option("--timezone", metavar="ZONE", help="The hotel's time zone.")] = None,
    lang: Annotated[Lang | None, typer.Option("--lang", help="Language of alerts and reports.")] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CUR", help="Currency of prices, such as TRY.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="PART", help="A part that this hotel does not have, as in db init."),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="System user that runs the jobs; made where it is missing."),
    ] = None,
    kind: Annotated[
        schedule.Kind | None, typer.Option("--schedule", help="What runs the jobs; default: what this machine has.")
    ] = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL that makes the database login, and do nothing else.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Set up minibar-ml for a database: settings, key, store, first run of all jobs, and their schedule.

    Asks on a terminal for what no option says. As root it writes to /etc/minibar-ml and makes a system user for the
    jobs, else to ~/.config/minibar-ml; --config or --profile name another folder. What is there already stays as it
    is, so that setup can be run again after something was in its way.
    """
    given = {"database_url": database_url, "timezone": timezone, "lang": lang, "currency": currency}
    if lang:
        screen.use(lang)
    folder = location.target(as_root=os.geteuid() == account.ROOT)
    name = account.chosen(user, folder)
    if sql:
        with account.acting_as(name) if account.is_there(name) else nullcontext():
            _print_sql(database_url)
        return
    profile = location.profile_of(folder / location.NAME)
    kind = schedule.chosen(kind, profile)
    changed = _make_account(name, folder)
    with account.acting_as(name):
        require_program(name)
        changed |= _write_settings(folder, given)
        changed |= _write_key()
        changed |= _run_steps(without or [])
        settings = house.settings_of(session.settings(), "setup")
        failed = [one for one in checks(datetime.now(UTC)) if one.state == "failed"]
    if kind != "none":
        changed |= schedule.write(kind, settings, folder, name, profile)
    for one in failed:
        console.note(f"Check {one.name}: {one.found}{f' -> {one.hint}' if one.hint else ''}")
    _say_next(folder, name, profile, changed=changed)


def _print_sql(database_url: str | None) -> None:
    settings = session.settings()
    url = database_url or settings.database_url
    login = make_engine(url, "UTC").url.username if url else None
    console.write_line(grants.login_script(all_layouts(settings), login or account.USER).rstrip())


def _make_account(name: str, folder: Path) -> bool:
    if made := os.geteuid() == account.ROOT and account.make(name, folder):
        console.note(f"User: {name} made; it owns the settings and runs the jobs.")
    for path in (folder, location.data_folder(folder)):
        account.make_folder(path, name)
    os.chdir(folder)
    location.use()
    return made


def require_program(name: str) -> None:
    """Raise PreconditionFailed where the jobs' user can't run this Python, or the one that its environment links to."""
    real = os.path.realpath(sys.executable)
    if real != sys.executable and not os.access(real, os.X_OK, effective_ids=True):
        raise PreconditionFailed(
            f"User {name} cannot run {real}, the Python of this environment: make the environment again with the "
            "system's, `/usr/bin/python3 -m venv`, or name another user with --user."
        )
    if not os.access(sys.executable, os.X_OK, effective_ids=True):
        raise PreconditionFailed(
            f"User {name} cannot run {sys.executable}: install minibar-ml where others may read it, such as "
            "/opt/minibar-ml, or name another user with --user."
        )


def _write_settings(folder: Path, given: dict[str, str | None]) -> bool:
    path = folder / location.NAME
    if path.exists():
        env_file.leave_to_files()
        answers.require_same(given, session.settings(), str(path))
        return False
    values = answers.complete(given)
    env_file.leave_to_files()
    env_file.write(folder, values, hint=HINT)
    console.note(f"Settings: {path} written.")
    return True


def _write_key() -> bool:
    settings = session.settings()
    if settings.encryption_keys or settings.key_file.exists():
        return False
    create_key_file(settings.key_file)
    console.note(f"Key: {settings.key_file} written. Back it up, apart from the database: it opens the models.")
    return True


def _run_steps(without: list[str]) -> bool:
    """Run each step that has not been done yet, as the command that does it alone; whether there was one."""
    settings = session.settings()
    done = _finished(settings)
    if "db init" not in done:
        _make_store(settings, [f"--without={part}" for part in without])
    for job in JOBS:
        if job not in done:
            # What train prints is for who tunes; what it learned shows in the alerts.
            _run(job, *(["--quiet"] if job == "train" else []))
    if missing := {"db init", *JOBS} - done:
        _run("alerts", "list", "--limit", SHOWN)
    return bool(missing)


def _finished(settings: Settings) -> set[str]:
    """The steps that have been done: the store, and jobs that did their work."""
    try:
        with session.connected(settings, "setup") as connection:
            if not has_store(connection):
                return set()
            require_current(connection)
            source.read(connection)
            return {"db init", *(job for job in JOBS if runs.find_last(connection, job))}
    except (SchemaBehind, DatabaseUnreachable):
        return set()  # the first step says what is missing, and the SQL for a login that is not there


def _make_store(settings: Settings, without: list[str]) -> None:
    """Make the store; where the login or a right is missing, say what gives it and, on a terminal, try again."""
    while code := _code("db", "init", *without):
        if code not in (ExitCode.DATABASE_UNREACHABLE, ExitCode.PRECONDITION):
            raise typer.Exit(code)
        console.note(_for_administrator(settings))
        if not answers.can_ask():
            raise typer.Exit(code)
        typer.prompt(translated("Enter: try again; Ctrl-C: stop"), default="", show_default=False, err=True)


def _for_administrator(settings: Settings) -> str:
    url = make_engine(settings.database_url, "UTC").url
    return (
        "If the login or its rights are missing, the database's administrator makes them: `minibar-ml setup --sql | "
        f"psql -1 -v ON_ERROR_STOP=1 {url.database}`; where the server asks for a password, then `\\password "
        f"{url.username or account.USER}` in psql."
    )


def _run(*arguments: str) -> None:
    if (code := _code(*arguments)) not in (ExitCode.OK, ExitCode.PARTLY_DONE):
        raise typer.Exit(code)


def _code(*arguments: str) -> int:
    from minibar_ml.cli.app import main

    console.note(" ".join(("$ minibar-ml", *arguments)))
    is_quiet = not logger.isEnabledFor(logging.INFO)
    code = main([*arguments, *(["--quiet"] if is_quiet else [])])
    log.configure(quiet=is_quiet, stamped=not sys.stderr.isatty())
    return code


def _say_next(folder: Path, name: str, profile: str, *, changed: bool) -> None:
    if not changed:
        console.note(f"Nothing to do: {folder} is set up already, and nothing was changed.")
    where = ["--profile", profile] if profile else []
    is_found = profile or folder in location.shared()
    console.note(f"Next, as user {name}:" if is_found else f"Next, as user {name} in {folder}:")
    program = "minibar-ml" if account.is_current(name) else f"runuser -u {name} -- minibar-ml"
    for command in ("alerts list", "doctor", "people list"):
        console.note(" ".join((f"  {program}", command, *where)))
