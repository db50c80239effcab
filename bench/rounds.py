"""Rounds: what one morning's rounds of 1,000 rooms take beyond the imports, on a stored model."""

from collections.abc import Iterator

from bench.hotel import LAST_DAY, Server
from bench.jobs import REPEATS, ROOMS, bare_imports, imported
from bench.processes import median
from bench.rows import Row

NAME = "rounds"
MORNING = f"{LAST_DAY}T06:30"
CPU_LIMIT = 2.0


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """The morning after a night's training; `large` changes nothing."""
    hotel = server.hotel(ROOMS)
    for job in ("collect", "train"):
        hotel.run(job, "--as-of", MORNING)
    spent = median([hotel.run("rounds", "--as-of", MORNING) for _ in range(REPEATS)])
    imports = bare_imports(hotel, imported(hotel, "rounds", MORNING))
    for what, value, unit, limit in (
        ("CPU beyond imports", max(spent.cpu - imports, 0.0), "s", CPU_LIMIT),
        ("the server's CPU", spent.server, "s", None),
        ("wall", spent.wall, "s", None),
        ("peak memory", spent.peak_mb, "MB", None),
    ):
        yield Row(benchmark=NAME, measured=f"{ROOMS:,} rooms, a morning: {what}", value=value, unit=unit, limit=limit)
