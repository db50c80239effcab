"""A PostgreSQL server of given binaries, for as long as a test session needs it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNPRIVILEGED = ("postgres", "pgserver", "nobody")
"""PostgreSQL does not run as root: the first of these accounts that the machine has takes its place."""


@contextmanager
def serving(binaries: Path, folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Make and start a server in an empty `folder`, with a socket there alone; the URL of its maintenance database."""
    owner, data = account(), folder / "pgdata"
    data.mkdir()
    if owner:
        for path in (folder, data):
            shutil.chown(path, owner)
    _run(binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
         "--no-sync", owner=owner)  # fmt: skip
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
    options += "".join(f" -c {name}={value}" for name, value in settings.items())
    control = (binaries / "pg_ctl", "-D", data, "-w", "-t", "120")
    _run(*control, "-l", folder / "log", "-o", options, "start", owner=owner)
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _run(*control, "-m", "immediate", "stop", owner=owner)


def version(binaries: Path) -> str:
    """The server's version as it says it, such as 15.18."""
    said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return said.partition("(PostgreSQL) ")[2].split()[0]


def account() -> str | None:
    """Whom a server runs as, which refuses to run as root; None: whoever we are."""
    if os.geteuid() != 0:
        return None
    import pwd

    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)


def _run(*command: Any, owner: str | None) -> None:
    as_another: dict[str, Any] = {"user": owner} if owner else {}
    ran = subprocess.run([str(word) for word in command], check=False, capture_output=True, text=True, **as_another)
    if ran.returncode:
        raise RuntimeError(f"{command[0]} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
