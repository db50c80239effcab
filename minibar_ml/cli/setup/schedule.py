"""Having the jobs run: a file for /etc/cron.d or systemd's timers. A crontab is never replaced."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from minibar_ml.cli import systemd
from minibar_ml.cli.cron import MAIL_TO, crontab, installed, require_safe
from minibar_ml.cli.terminal import console
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.files import write_whole

Kind = Literal["cron", "systemd", "none"]
CRON = Path("/etc/cron.d")
RUNNING = Path("/run/systemd/system")
"""Exists where systemd is the machine's init."""
READABLE = 0o644
HINT = "run as root, or use --schedule none"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the files go, whether this user may write there, and what they are called."""

    folder: Path
    is_own: bool
    name: str


def chosen(asked: Kind | None, profile: str) -> Kind:
    """What runs the jobs: what was asked for, else what runs them already, or what this machine has.

    Raises PreconditionFailed where something else runs them already, for each job would run twice, and without systemd.
    """
    there = next(_installed(_name(profile)), None)
    if asked is None:
        return there[0] if there else "systemd" if RUNNING.is_dir() and not CRON.is_dir() else "cron"
    if asked != "none" and there and there[0] != asked:
        kind, path = there
        raise PreconditionFailed(
            f"The jobs of {_name(profile)} have a schedule already, {path}, and a second one would run each job twice: "
            f"remove the first, or use --schedule {kind}."
        )
    if asked == "systemd" and shutil.which("systemctl") is None:
        raise PreconditionFailed("This machine has no systemctl: use --schedule cron or --schedule none.")
    return asked


def _installed(name: str) -> Iterator[tuple[Kind, Path]]:
    """What runs the jobs of that name already, and a file of it."""
    if (path := CRON / name).exists():
        yield "cron", path
    if (path := systemd.FOLDER / f"{name}-collect.timer").exists():
        yield "systemd", path


def _name(profile: str) -> str:
    return f"minibar-ml-{profile}" if profile else "minibar-ml"


def write(kind: Kind, settings: Settings, folder: Path, user: str, profile: str) -> bool:
    """Write what runs the jobs; whether anything was written. Who is not root gets the files and the command to run.

    A file that is there and says something else stays as it is, with a note: somebody may have changed it.
    """
    name = _name(profile)
    command = installed()
    require_safe(command, folder, user, MAIL_TO)
    if kind == "cron":
        files = {name: crontab(settings, command, folder, user)}
    else:
        files = systemd.units(settings, command, folder, user, name)
    home = CRON if kind == "cron" else systemd.FOLDER
    is_own = os.access(home, os.W_OK, effective_ids=True)
    where = home if is_own else folder / "schedule"
    written = _write(where, files)
    for line in _next(kind, where, home, files):
        console.note(line)
    if written and is_own and kind == "systemd":
        _enable(files)
    return written


def _write(folder: Path, files: Mapping[str, str]) -> bool:
    written = False
    for name, text in files.items():
        path = folder / name
        if not path.exists():
            write_whole(path, text.encode(), READABLE, hint=HINT)
            console.note(f"Schedule: {path} written.")
            written = True
        elif path.read_text(encoding="utf-8") != text:
            console.note(
                f"Schedule: {path} differs from your settings and stays as it is; remove it to have it written."
            )
    return written


def _next(kind: Kind, where: Path, home: Path, files: Mapping[str, str]) -> list[str]:
    """What is left to do for whoever may not write to the machine's folder."""
    if where == home:
        return []
    names = " ".join(str(where / name) for name in files)
    lines = ["Have the jobs run:", f"  sudo install -m 0644 {names} {home}/"]
    timers = " ".join(name for name in files if name.endswith(".timer"))
    return [*lines, f"  sudo systemctl daemon-reload && sudo systemctl enable --now {timers}"] if timers else lines


def _enable(files: Mapping[str, str]) -> None:
    timers = [name for name in files if name.endswith(".timer")]
    if not RUNNING.is_dir():
        console.note(f"systemd does not run here; later: systemctl enable --now {' '.join(timers)}")
        return
    for arguments in (["daemon-reload"], ["enable", "--now", *timers]):
        done = subprocess.run(["systemctl", *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PreconditionFailed(f"systemctl {arguments[0]} failed: {done.stderr.strip()}.")
