"""Runs that have nothing to do: idle `detect` and `alerts notify` compared with a Python that only asks the server."""

import statistics
from collections.abc import Iterator

from bench.hotel import PROGRAM, Hotel, Server
from bench.processes import Spent, measured, median, python
from bench.rows import Row

NAME = "unchanged"
ROOMS, PAIRS, CPU_LIMIT, MEMORY_LIMIT = 1000, 15, 2.5, 40.0
BARE = """
import sys, psycopg2
connection = psycopg2.connect(sys.argv[1])
connection.cursor().execute("SELECT 1")
connection.close()
"""
JOBS = {"detect": ("detect", "--quiet"), "notify": ("alerts", "notify", "--quiet")}
SETTLING = 3
"""Full runs until nothing changes any more: one opens alerts, one announces them, one sees neither."""
FULL = "SELECT count(*) FROM minibar_ml.ml_job_runs WHERE job IN ('detect', 'notify') AND NOT counts ? 'unchanged'"


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Interleaved pairs, as of now; the median of the ratios decides. Raises RuntimeError where a run was full."""
    hotel = server.hotel(ROOMS)
    for words in (("collect",), ("train",), *list(JOBS.values()) * SETTLING):
        hotel.run(*words)
    before = _full_runs(hotel)
    for job, words in JOBS.items():
        yield from _rows(job, [_pair(hotel, words) for _ in range(PAIRS + 1)][1:])
    if _full_runs(hotel) != before:
        raise RuntimeError("a run that was to have nothing to do did all of its work")


def _pair(hotel: Hotel, words: tuple[str, ...]) -> tuple[Spent, Spent]:
    ours = measured(python(PROGRAM, *words), hotel.environment, hotel.server.folder, hotel.server.pid)
    return ours, measured(python(BARE, hotel.url), hotel.environment, hotel.server.folder, hotel.server.pid)


def _rows(job: str, pairs: list[tuple[Spent, Spent]]) -> Iterator[Row]:
    ours, bare = zip(*pairs, strict=True)
    ratio = statistics.median(one.cpu / other.cpu for one, other in pairs)
    middle = median(bare)
    yield _row(job, "CPU", ratio * middle.cpu, "s", middle.cpu, CPU_LIMIT)
    yield _row(job, "the server's CPU", median(ours).server, "s", middle.server)
    yield _row(job, "peak memory", median(ours).peak_mb, "MB", limit=MEMORY_LIMIT)


def _row(job: str, what: str, value: float, unit: str, other: float | None = None, limit: float | None = None) -> Row:
    return Row(
        benchmark=NAME, measured=f"{ROOMS:,} rooms, idle {job}: {what}", value=value, unit=unit,
        baseline="connect and SELECT 1" if other is not None else "", baseline_value=other, limit=limit,
    )  # fmt: skip


def _full_runs(hotel: Hotel) -> int:
    return int(hotel.python(f"import psycopg2, sys; c = psycopg2.connect(sys.argv[1]).cursor(); c.execute({FULL!r});"
                            " print(c.fetchone()[0])", hotel.url))  # fmt: skip
