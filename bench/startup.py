"""Start-up: `minibar-ml alerts list` compared with a Python that only imports the libraries it needs."""

import statistics
from collections.abc import Iterator

from bench.hotel import LAST_DAY, PROGRAM, Server
from bench.processes import measured, python
from bench.rows import Row

NAME = "startup"
BARE = "import typer, sqlalchemy, psycopg2, rich"
ROOMS, PAIRS, LIMIT = 200, 15, 1.3


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Interleaved pairs, so that a busy moment hits both; the median of the pairs' ratios decides."""
    hotel = server.hotel(ROOMS)
    for job in ("collect", "detect"):
        hotel.run(job, "--as-of", f"{LAST_DAY}T18:00")
    commands = {"list": python(PROGRAM, "alerts", "list"), "bare": python(BARE)}
    pairs = []
    for number in range(PAIRS + 1):
        pair = {name: measured(command, hotel.environment, server.folder) for name, command in commands.items()}
        pairs += [pair] if number else []  # the first one fills caches
    lines = len(pairs[0]["list"].output.splitlines())
    for what in ("cpu", "wall"):
        ours, bare = ([getattr(pair[name], what) for pair in pairs] for name in ("list", "bare"))
        middle = statistics.median(bare)
        ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
        yield Row(
            benchmark=NAME,
            measured=f"alerts list, {lines} lines: {what}",
            value=ratio * middle,
            unit="s",
            baseline="bare imports",
            baseline_value=middle,
            limit=LIMIT,
        )
