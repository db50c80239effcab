"""The jobs as systemd's services and timers: `cron --systemd` prints them, `setup` writes them."""

from pathlib import Path

from cronsim import CronSim

from minibar_ml.cli.cron import Job, jobs
from minibar_ml.config.cron import ANY_TIME
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ExitCode

FOLDER = Path("/etc/systemd/system")
WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
SERVICE = """\
# Printed by `minibar-ml cron --systemd`.
[Unit]
Description={description}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
{user}WorkingDirectory={directory}
ExecStart={command}
# Another run of the job is in progress.
SuccessExitStatus={locked}
NoNewPrivileges=yes
ProtectSystem=full
ReadWritePaths={writable}
"""
TIMER = """\
# Printed by `minibar-ml cron --systemd`.
[Unit]
Description=When to run: {description}

[Timer]
{calendar}
AccuracySec=1s
Persistent=yes

[Install]
WantedBy=timers.target
"""


def units(settings: Settings, command: Path, directory: Path, user: str | None, name: str) -> dict[str, str]:
    """The units by file name, each job's service and timer; `name` begins all of them."""
    found: dict[str, str] = {}
    for job in jobs(settings, directory):
        unit = f"{name}-{_word(job)}"
        found[f"{unit}.service"] = SERVICE.format(
            description=f"minibar-ml {_word(job)}",
            user=f"User={user}\n" if user else "",
            directory=_escaped(str(directory)),
            writable=_quoted(f"-{directory}"),
            command=" ".join(_quoted(word) for word in (str(command), *job.arguments, "--quiet")),
            locked=int(ExitCode.LOCKED),
        )
        calendar = "\n".join(f"OnCalendar={one}" for one in on_calendar(job.schedule, settings.timezone))
        found[f"{unit}.timer"] = TIMER.format(description=f"minibar-ml {_word(job)}", calendar=calendar)
    return found


def _word(job: Job) -> str:
    """What sets a job apart from the others: its command, and which report."""
    words = [word for word in job.arguments[:2] if not word.startswith("-")]
    return words[-1] if words[0] in ("report", "alerts") else words[0]


def on_calendar(expression: str, zone: str) -> list[str]:
    """A cron expression as calendar events of systemd; two where either of day of month and day of week will do."""
    due = CronSim(expression, ANY_TIME)
    # Our grammar knows no "second Friday", for which cronsim would give a pair.
    weekdays_due = sorted({day % 7 for day in due.weekdays if isinstance(day, int)})
    months, days = _numbers(due.months, 12), _numbers(due.days, 31)
    at = f"{_numbers(due.hours, 24)}:{_numbers(due.minutes, 60)}:00 {zone}"
    weekdays = ",".join(WEEKDAYS[day] for day in weekdays_due) if len(weekdays_due) < len(WEEKDAYS) else ""
    both = [(weekdays, days)] if due.day_and else [(weekdays, "*"), ("", days)]
    return [f"{week} *-{months}-{day} {at}".lstrip() for week, day in both]


def _numbers(values: set[int], of: int) -> str:
    return "*" if len(values) == of else ",".join(f"{value:02d}" for value in sorted(values))


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """One word of ExecStart, as systemd's own quoting wants it."""
    escaped = _escaped(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if any(character in word for character in " \t'\"\\;") else escaped
