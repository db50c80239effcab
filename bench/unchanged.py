"""Runs that have nothing to do: idle `collect`, `detect` and `alerts notify` beside a Python that only asks the server.

What an idle `collect` costs the server is compared with the aggregation of its look back, too: it reads those rows.
"""

import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bench.hotel import PROGRAM, ZONE, Hotel, Server, execute
from bench.jobs import RECENT, aggregated
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
COLLECT_LIMIT = 6.0
COLLECT = ("collect", "--quiet")
JOBS = {"detect": ("detect", "--quiet"), "notify": ("alerts", "notify", "--quiet")}
SETTLING = 3
"""Full runs until nothing changes any more: one opens alerts, one announces them, one sees neither."""
FULL = (
    "SELECT count(*) FROM minibar_ml.ml_job_runs"
    " WHERE job IN ('collect', 'detect', 'notify') AND NOT counts ? 'unchanged'"
)
ANSWERED = "DELETE FROM minibar_dolum_talepleri WHERE durum <> 'tamamlandi'"
"""While a guest waits, each run of collect has news."""


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
    yield from _collect(server)


def _collect(server: Server) -> Iterator[Row]:
    """A hotel whose last day is yesterday, so that the look back of a run as of now is full of rows."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    hotel = server.hotel(ROOMS, ending=today - timedelta(days=1))
    execute(hotel.url, ANSWERED)
    for _ in range(SETTLING):
        hotel.run(*COLLECT)
    before = _full_runs(hotel)
    pairs = [_pair(hotel, COLLECT) for _ in range(PAIRS + 1)][1:]
    if _full_runs(hotel) != before:
        raise RuntimeError("a collect that was to have nothing to do did all of its work")
    bare = aggregated(hotel, RECENT, today).server
    now = datetime.now(ZoneInfo(ZONE)).isoformat(timespec="seconds")
    full = median([hotel.run(*COLLECT, "--as-of", now) for _ in range(SETTLING)]).server
    yield from _rows("collect", pairs)
    yield _of_server("idle collect", statistics.mean(ours.server for ours, _ in pairs), bare, COLLECT_LIMIT)
    yield _of_server("the same in full", full, bare)


def _of_server(what: str, value: float, bare: float, limit: float | None = None) -> Row:
    return Row(
        benchmark=NAME, measured=f"{ROOMS:,} rooms, {what}: the server's CPU", value=value, unit="s",
        baseline="bare SQL of the look back", baseline_value=bare, limit=limit,
    )  # fmt: skip


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
