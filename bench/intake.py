"""Intake: a year of a hotel's lists, as its system exports them, from the inbox."""

import os
from collections.abc import Iterator
from pathlib import Path

from bench.hotel import LAST_DAY, SEED, Hotel, Server, execute
from bench.rows import Row

NAME = "intake"
ROOMS, DAYS = 300, 365
WALL_LIMIT, MEMORY_LIMIT = 180.0, 300.0
SETTLED = 60
"""Seconds since when nobody has written to a file."""


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Time and peak memory of one `import --inbox` over all of them."""
    execute(server.url("postgres"), f"CREATE DATABASE {NAME}")
    hotel = Hotel(server, NAME, ROOMS)
    inbox = server.folder / "inbox"
    simulate = ("--rooms", str(ROOMS), "--days", str(DAYS), "--seed", str(SEED), "--ending", LAST_DAY)
    for command in (("db", "init", "--files"), ("keys", "new"), ("simulate", "--files", str(inbox), *simulate)):
        hotel.run(*command)
    (rooms,) = inbox.glob("rooms.*")
    hotel.run("import", "rooms", str(rooms), "--hotel", "Pier")
    lists = [path for path in inbox.iterdir() if path.is_file()]
    _age(lists)
    spent = hotel.run("import", "--inbox", str(inbox))
    for what, value, unit, limit in (
        ("wall", spent.wall, "s", WALL_LIMIT),
        ("CPU", spent.cpu, "s", None),
        ("the server's CPU", spent.server, "s", None),
        ("peak memory", spent.peak_mb, "MB", MEMORY_LIMIT),
    ):
        yield Row(benchmark=NAME, measured=f"{len(lists):,} lists: {what}", value=value, unit=unit, limit=limit)


def _age(lists: list[Path]) -> None:
    for path in lists:
        written = path.stat().st_mtime - SETTLED
        os.utime(path, (written, written))
