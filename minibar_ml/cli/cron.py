"""`minibar-ml cron`: print a crontab that matches the settings."""

import re
import shlex
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.config import location
from minibar_ml.config.cron import DAY, HOUR, describe_minutes
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError, UsageError
from minibar_ml.i18n.screen import translated

COMMAND = Path("/opt/minibar-ml/.venv/bin/minibar-ml")
DIRECTORY = location.MACHINE
MAIL_TO = "root"
FORMATS = ("--format", "html", "--format", "pdf", "--format", "xlsx")
FLEET = ("fleet", "run", "--jitter", "20", "--quiet", "--")
"""Members begin within 20 seconds, so that they do not all come to one server at once."""
DETECT_DELAY_MINUTES = 2
IMPORT_MINUTES = 5
WIDTH = 104
"""Of a comment's text."""
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?")
"""User names that Debian's and Red Hat's useradd accept: after a blank, the rest would be the command."""
_MAIL_TO = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the crontab and the comment above it; raises ConfigurationError for what would be several lines."""

    why: str
    schedule: str
    arguments: tuple[str, ...]

    def __post_init__(self) -> None:
        for text in (self.schedule, *self.arguments):
            if not text.isprintable():
                raise ConfigurationError(
                    f"{text!r} must not contain control characters: root would run what follows them."
                )


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    shown = examples("cron --user minibar | sudo tee /etc/cron.d/minibar-ml", "cron --user minibar --systemd")
    root.command(epilog=shown)(cron)


def cron(
    command: Annotated[Path, typer.Option("--command", metavar="PATH", help="Path of minibar-ml.")] = COMMAND,
    directory: Annotated[
        Path,
        typer.Option("--directory", metavar="DIR", help="Working directory of the jobs, with .env and the key file."),
    ] = DIRECTORY,
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="Print a file for /etc/cron.d that runs as this user."),
    ] = None,
    mail_to: Annotated[
        str, typer.Option("--mail-to", metavar="ADDRESS", help="Recipient of error mails from cron.")
    ] = MAIL_TO,
    here: Annotated[
        bool, typer.Option("--here", help="Use this installation's minibar-ml and the current directory.")
    ] = False,
    fleet: Annotated[
        bool, typer.Option("--fleet", help="Run the jobs on all members of fleet.toml in the working directory.")
    ] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print systemd services and timers instead.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print a crontab that matches your settings.

    With `--user` it is a file for /etc/cron.d; `minibar-ml setup` writes that file, or systemd's units.
    """
    if here:
        command, directory = installed(), Path.cwd()
    for option, path in (("--command", command), ("--directory", directory)):
        if not path.is_absolute():
            raise UsageError(f"{option} {path} must be an absolute path.")
    require_safe(command, directory, user, mail_to)
    settings = session.settings()
    if settings.database_url and not fleet:
        settings = house.settings_of(settings, "cron")
    if systemd and fleet:
        raise UsageError("--systemd and --fleet cannot be combined.")
    if systemd:
        _print_units(settings, command, directory, user)
        return
    console.say(crontab(settings, command, directory, user, mail_to, fleet=fleet).rstrip("\n"))


def _print_units(settings: Settings, command: Path, directory: Path, user: str | None) -> None:
    from minibar_ml.cli import systemd  # which builds on this module

    for name, text in systemd.units(settings, command, directory, user, "minibar-ml").items():
        console.say(f"# {systemd.FOLDER / name}\n{text}")


def require_safe(command: Path, directory: Path, user: str | None, mail_to: str) -> None:
    """Raise UsageError for values that would add a line or another command to the crontab."""
    if user is not None and not _USER.fullmatch(user):
        raise UsageError(f"--user {user!r} is not a valid user name; use letters, digits, _ . and - only.")
    if not _MAIL_TO.fullmatch(mail_to):
        raise UsageError(f"--mail-to {mail_to!r} must not contain blanks or control characters.")
    for option, path in (("--command", command), ("--directory", directory)):
        if not str(path).isprintable():
            raise UsageError(f"{option} {str(path)!r} must not contain control characters.")


def installed() -> Path:
    """The program of this installation; raises UsageError where there is none."""
    # Not resolved: in a virtual environment the link is what leads to its libraries.
    script = Path(sys.executable).with_name("minibar-ml")
    if not script.is_file():
        raise UsageError(f"--here: {script} not found; use --command and --directory.")
    return script


def crontab(
    settings: Settings,
    command: Path = COMMAND,
    directory: Path = DIRECTORY,
    user: str | None = None,
    mail_to: str = MAIL_TO,
    *,
    fleet: bool = False,
) -> str:
    """The crontab's text; `fleet`: of jobs on all members of a fleet."""
    start = f"{user} " if user else ""
    run = f"cd {shlex.quote(str(directory))} && {shlex.quote(str(command))}"
    lines = _head(settings, user, mail_to)
    for job in jobs(settings, directory, fleet=fleet):
        # cron ends a command at an unescaped %.
        arguments = (*FLEET, *job.arguments) if fleet else (*job.arguments, "--quiet")
        work = f"{run} {shlex.join(arguments)}".replace("%", r"\%")
        lines += ["", *_comment(job.why), f"{job.schedule} {start}{work}"]
    return "\n".join(lines) + "\n"


def _comment(sentence: str) -> list[str]:
    """The sentence in the language of the command line, as comments of a crontab."""
    return [f"# {line}" for line in textwrap.wrap(translated(sentence), WIDTH)]


def _head(settings: Settings, user: str | None, mail_to: str) -> list[str]:
    install = (
        "Printed by `minibar-ml cron`; save it as /etc/cron.d/minibar-ml (a name without a dot)."
        if user
        else "Printed by `minibar-ml cron`; add it to `crontab -e`, or print a file for /etc/cron.d with --user."
    )
    quiet = "Jobs run with --quiet, so that only errors are mailed; a run that finds the lock taken prints nothing."
    zone = (
        "Time zone of the schedules below. cronie uses this line, Debian's cron ignores it: there, if the machine has "
        f"another time zone, set TZ={settings.timezone} in /etc/default/cron and restart cron. Only the times of train "
        "and report depend on it: the jobs themselves go by the store's."
    )
    return [
        *_comment(install),
        "SHELL=/bin/sh",
        "PATH=/usr/local/bin:/usr/bin:/bin",
        *_comment(quiet),
        f"MAILTO={mail_to}",
        *_comment(zone),
        f"CRON_TZ={settings.timezone}",
    ]


def jobs(settings: Settings, directory: Path, *, fleet: bool = False) -> tuple[Job, ...]:
    """What runs when, in this working directory; `fleet`: on each member of a fleet."""
    intervals = (settings.data_collection_interval, settings.anomaly_check_interval, settings.notify_interval)
    collect, detect, notify = (seconds // 60 for seconds in intervals)
    delay = min(DETECT_DELAY_MINUTES, detect - 1)
    reports = location.data_folder(directory) / settings.report_dir
    # Members of a fleet have a folder each, in the one that the settings name.
    out = () if fleet else ("--out", str(reports))
    return (
        *([_inbox(directory / settings.import_inbox)] if settings.import_inbox and not fleet else ()),
        Job(
            f"Every {describe_minutes(collect)}; the next run makes up for a missed one.",
            _every(collect),
            ("collect",),
        ),
        Job(
            f"Every {describe_minutes(detect)}, delayed so that it does not start together with collect.",
            _every(detect, delay),
            ("detect",),
        ),
        Job(
            f"Every {describe_minutes(notify)}: deliver notifications, retry those that failed.",
            _every(notify),
            ("alerts", "notify"),
        ),
        Job(
            "Fit models again when a business day has ended; detect uses the new ones from then on.",
            _fields(settings.training_schedule),
            ("train",),
        ),
        Job(
            "Which minibars to check today, by mail to its subscribers (nobody by default).",
            _fields(settings.rounds_schedule),
            ("rounds", "--email"),
        ),
        Job(
            "The weekly report, up to yesterday, also by mail to its subscribers.",
            _fields(settings.report_schedule),
            ("report", "weekly", *FORMATS, "--email", *out),
        ),
        Job(
            "The report of the last month, also by mail to its subscribers (administrators by default).",
            _fields(settings.monthly_report_schedule),
            ("report", "monthly", *FORMATS, "--email", *out),
        ),
        Job(
            "The dashboard: one page, always under the same name, for a web server or a file share.",
            _fields(settings.dashboard_schedule),
            ("report", "dashboard", *out),
        ),
    )


def _inbox(folder: Path) -> Job:
    return Job(
        f"Every {describe_minutes(IMPORT_MINUTES)}: import the lists that have arrived.",
        _every(IMPORT_MINUTES),
        ("import", "--inbox", str(folder)),
    )


def _fields(expression: str) -> str:
    return " ".join(expression.split())


def _every(minutes: int, delay: int = 0) -> str:
    """Cron's five fields for an interval that starts `delay` minutes after the hour."""
    if minutes >= HOUR:
        hours = "0" if minutes == DAY else "*" if minutes == HOUR else f"*/{minutes // HOUR}"
        return f"{delay} {hours} * * *"
    return f"{'*' if not delay else f'{delay}-59'}{'' if minutes == 1 else f'/{minutes}'} * * * *"
