"""Statements: how many SQL statements a job sends, at 100 rooms and at 1,000. They must be as many."""

import json
from collections.abc import Iterator, Sequence

from bench.hotel import LAST_DAY, Hotel, Server
from bench.rows import Row

NAME = "statements"
FEW, MANY = 100, 1000
LIMITS = {"collect": 40, "train": 60, "detect": 42}
COUNT = """
import contextlib, io, json, sys
from sqlalchemy import Engine, event
from minibar_ml.cli.app import main
from minibar_ml.store.points import frames

sent = []

@event.listens_for(Engine, "before_cursor_execute")
def _statement(connection, cursor, statement, parameters, context, executemany):
    sent.append(statement)

copy = frames._copy

def counted(*arguments):
    sent.append("COPY")
    return copy(*arguments)

frames._copy = counted
counts = {}
for name, *arguments in json.loads(sys.argv[1]):
    sent.clear()
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(arguments) == 0
    counts[name] = len(sent)
print(json.dumps(counts))
"""


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Counted inside the process: what SQLAlchemy sends, and COPY, which goes past it."""
    counts = {rooms: _counts(server.hotel(rooms)) for rooms in (FEW, MANY)}
    for job in counts[MANY]:
        limit = LIMITS[job.split(",")[0]] - 1
        measured = f"{job}, {MANY:,} rooms"
        yield Row(benchmark=NAME, measured=measured, value=counts[MANY][job], unit="", limit=limit)
        yield Row(
            benchmark=NAME,
            measured=measured,
            value=counts[MANY][job],
            unit="",
            baseline=f"{FEW} rooms",
            baseline_value=counts[FEW][job],
            limit=1,
        )


def _counts(hotel: Hotel) -> dict[str, int]:
    at = f"{LAST_DAY}T18:"
    runs = [
        ("collect, all history", "collect", "-q", "--as-of", f"{at}00"),
        ("collect, 15 minutes", "collect", "-q", "--as-of", f"{at}15"),
        ("train", "train", "-q", "--as-of", f"{at}15"),
        ("detect", "detect", "-q", "--as-of", f"{at}15"),
    ]
    return count(hotel, runs)


def count(hotel: Hotel, runs: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """By the name that comes first, how many statements each command of `runs` sends."""
    counts: dict[str, int] = json.loads(hotel.python(COUNT, json.dumps(runs)))
    return counts
