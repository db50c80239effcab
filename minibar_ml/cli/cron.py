"""`minibar-ml cron`: the crontab that the settings mean."""

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml.cli import console, session
from minibar_ml.cli.options import Quiet, Verbose
from minibar_ml.config.settings import PREFIX, Settings
from minibar_ml.domain.errors import ConfigurationError, UsageError

COMMAND = Path("/opt/minibar-ml/.venv/bin/minibar-ml")
DIRECTORY = Path("/etc/minibar-ml")
MAIL_TO = "root"
FORMATS = ("--format", "html", "--format", "pdf", "--format", "xlsx")
USABLE_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Intervals that cron can keep evenly: those that divide an hour, and whole hours that divide a day."""
HOUR, DAY = 60, 1440
DETECT_DELAY_MINUTES = 2
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
NAMES = {
    "month": ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    "day of week": ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
}
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?")
"""What Debian's and Red Hat's useradd let be a user's name: a blank would make the rest the command."""
_MAIL_TO = re.compile(r"[!-~]*")
_ITEM = re.compile(r"(?:\*|(\d+)-(\d+))(?:/[1-9]\d*)?|(\d+)")


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the crontab and the comment above it."""

    why: str
    schedule: str
    arguments: tuple[str, ...]


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command()(cron)


def cron(
    command: Annotated[Path, typer.Option("--command", metavar="PATH", help="The minibar-ml to run.")] = COMMAND,
    directory: Annotated[
        Path, typer.Option("--directory", metavar="DIR", help="Where jobs start, so where .env and the key file are.")
    ] = DIRECTORY,
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="Print a file for /etc/cron.d that runs as this user."),
    ] = None,
    mail_to: Annotated[str, typer.Option("--mail-to", metavar="ADDRESS", help="Who gets the errors.")] = MAIL_TO,
    here: Annotated[
        bool, typer.Option("--here", help="Use this installation's minibar-ml and the current directory.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print the crontab that the settings mean; `minibar-ml cron --here | crontab -` installs it."""
    if here:
        command, directory = _installed(), Path.cwd()
    for option, path in (("--command", command), ("--directory", directory)):
        if not path.is_absolute():
            raise UsageError(f"{option} {path} must be an absolute path: cron starts in the home directory.")
    _refuse_odd_words(command, directory, user, mail_to)
    console.say(crontab(session.settings(), command, directory, user, mail_to).rstrip("\n"))


def _refuse_odd_words(command: Path, directory: Path, user: str | None, mail_to: str) -> None:
    """Raise UsageError for words that would make another line, or another command, of the crontab."""
    if user is not None and not _USER.fullmatch(user):
        raise UsageError(f"--user {user!r} is no user's name: letters, digits, _ . and - only.")
    if not _MAIL_TO.fullmatch(mail_to):
        raise UsageError(f"--mail-to {mail_to!r} is no address: blanks and control characters have no place in it.")
    for option, path in (("--command", command), ("--directory", directory)):
        if not str(path).isprintable():
            raise UsageError(f"{option} {str(path)!r} holds control characters, which cron can't be told.")


def _installed() -> Path:
    # Not resolved: in a virtual environment the link is what leads to its libraries.
    script = Path(sys.executable).with_name("minibar-ml")
    if not script.is_file():
        raise UsageError(f"--here: there is no {script}; name the command with --command and --directory.")
    return script


def crontab(
    settings: Settings,
    command: Path = COMMAND,
    directory: Path = DIRECTORY,
    user: str | None = None,
    mail_to: str = MAIL_TO,
) -> str:
    """The crontab's text; raises ConfigurationError for an interval or schedule that cron can't keep."""
    start = f"{user} " if user else ""
    run = f"cd {shlex.quote(str(directory))} && {shlex.quote(str(command))}"
    lines = _head(settings, user, mail_to)
    for job in _jobs(settings, directory):
        # An unescaped % would end the line for cron.
        work = f"{run} {shlex.join(job.arguments)} --quiet".replace("%", r"\%")
        lines += ["", f"# {job.why}", f"{job.schedule} {start}{work}"]
    return "\n".join(lines) + "\n"


def _head(settings: Settings, user: str | None, mail_to: str) -> list[str]:
    install = "save it as /etc/cron.d/minibar-ml (a name without a dot)" if user else "install it with `crontab -`"
    return [
        f"# Printed by `minibar-ml cron`; {install}.",
        "SHELL=/bin/sh",
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "# Every job is --quiet, so that what is mailed is an error; one that finds the lock taken says nothing.",
        f"MAILTO={mail_to}",
        "# The hotel's zone, in which the schedules below are meant. cronie obeys this line; Debian's cron ignores it:",
        f"# there, if the machine's own zone is another, write TZ={settings.timezone} into /etc/default/cron and",
        "# restart cron. Only the times of train and report depend on it: the jobs themselves know ML_TIMEZONE.",
        f"CRON_TZ={settings.timezone}",
    ]


def _jobs(settings: Settings, directory: Path) -> tuple[Job, ...]:
    collect = _interval("data_collection_interval", settings.data_collection_interval)
    detect = _interval("anomaly_check_interval", settings.anomaly_check_interval)
    notify = _interval("notify_interval", settings.notify_interval)
    delay = min(DETECT_DELAY_MINUTES, detect - 1)
    reports = directory / settings.report_dir
    return (
        Job(
            f"Every {_spoken(collect)}: a missed run is made up for by the next, so more often only means sooner.",
            _every(collect),
            ("collect",),
        ),
        Job(
            f"Every {_spoken(detect)}, a little after collect, so that the two don't start together.",
            _every(detect, delay),
            ("detect",),
        ),
        Job(
            f"Every {_spoken(notify)}: tell people of alerts, and try again what could not be delivered.",
            _every(notify),
            ("alerts", "notify"),
        ),
        Job(
            "Learn anew when a business day has ended; detect uses what was learned from then on.",
            _schedule("training_schedule", settings.training_schedule),
            ("train",),
        ),
        Job(
            "The weekly report, of the days before this one, also to everybody who wants it by mail.",
            _schedule("report_schedule", settings.report_schedule),
            ("report", "weekly", *FORMATS, "--email", "--out", str(reports)),
        ),
        Job(
            "The report on the month that ended, also to everybody who wants it by mail: administrators by default.",
            _schedule("monthly_report_schedule", settings.monthly_report_schedule),
            ("report", "monthly", *FORMATS, "--email", "--out", str(reports)),
        ),
        Job(
            "The dashboard: one page under one name, for a web server or a file share.",
            _schedule("dashboard_schedule", settings.dashboard_schedule),
            ("report", "dashboard", "--out", str(reports)),
        ),
    )


def _interval(name: str, seconds: int) -> int:
    """The interval in minutes; raises ConfigurationError naming the nearest ones where cron can't keep it."""
    minutes = seconds // 60
    if minutes in USABLE_MINUTES:
        return minutes
    near = [max((usable for usable in USABLE_MINUTES if usable < minutes), default=None)]
    near += [min((usable for usable in USABLE_MINUTES if usable > minutes), default=None)]
    nearest = " or ".join(f"{usable * 60} ({_spoken(usable)})" for usable in near if usable)
    raise ConfigurationError(
        f"{PREFIX}{name.upper()}={seconds}: cron can't keep {_spoken(minutes)} evenly; use {nearest}."
    )


def _spoken(minutes: int) -> str:
    count, unit = (minutes // HOUR, "hour") if minutes % HOUR == 0 else (minutes, "minute")
    return f"{count} {unit}{'s' if count != 1 else ''}"


def _every(minutes: int, delay: int = 0) -> str:
    """Cron's five fields for an interval that starts `delay` minutes after the hour."""
    if minutes >= HOUR:
        hours = "0" if minutes == DAY else "*" if minutes == HOUR else f"*/{minutes // HOUR}"
        return f"{delay} {hours} * * *"
    return f"{'*' if not delay else f'{delay}-59'}{'' if minutes == 1 else f'/{minutes}'} * * * *"


def _schedule(name: str, text: str) -> str:
    """A schedule of the settings, its fields checked: one bad line makes cron refuse the whole file."""
    parts = text.split()
    for part, (field, low, high) in zip(parts, FIELDS, strict=True):
        if not _is_field(part.lower(), field, low, high):
            raise ConfigurationError(
                f"{PREFIX}{name.upper()}={text!r}: {part!r} is no {field} that cron knows ({low} to {high}, such as "
                f"*, {low}, {low}-{high}, */2 or lists of these)."
            )
    return " ".join(parts)


def _is_field(text: str, field: str, low: int, high: int) -> bool:
    if text in NAMES.get(field, ()):
        return True
    for item in text.split(","):
        if not (match := _ITEM.fullmatch(item)):
            return False
        bounds = [int(bound) for bound in match.groups() if bound]
        if bounds != sorted(bounds) or any(not low <= bound <= high for bound in bounds):
            return False
    return True
