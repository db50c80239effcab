"""History: three years of a hotel of 100 rooms cost `collect` and `detect` what 90 days of it do."""

import statistics
from collections.abc import Iterator

from bench.hotel import DAYS, LAST_DAY, Hotel, Server
from bench.processes import Spent
from bench.rows import Row

NAME = "history"
ROOMS, LONG, PAIRS, LIMIT = 100, 1095, 9, 1.3
JOBS = ("collect", "detect")


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Interleaved pairs, a quarter of an hour after each other; the median of the pairs' ratios decides."""
    short, long = (server.hotel(ROOMS, days=days) for days in (DAYS, LONG))
    for hotel in (short, long):
        for job in ("collect", "train", "detect"):
            hotel.run(job, "--as-of", f"{LAST_DAY}T18:00")
    pairs = [_pair(short, long, f"{LAST_DAY}T{18 + n // 4}:{n % 4 * 15:02}") for n in range(1, PAIRS + 1)]
    for job in JOBS:
        yield from _rows(job, [pair[job] for pair in pairs])


def _pair(short: Hotel, long: Hotel, as_of: str) -> dict[str, tuple[Spent, Spent]]:
    return {job: (long.run(job, "--as-of", as_of), short.run(job, "--as-of", as_of)) for job in JOBS}


def _rows(job: str, pairs: list[tuple[Spent, Spent]]) -> Iterator[Row]:
    costs = [tuple(one.cpu + one.server for one in pair) for pair in pairs]
    days = statistics.median(short for _, short in costs)
    ratio = statistics.median(long / short for long, short in costs)
    yield Row(
        benchmark=NAME, measured=f"{ROOMS} rooms, {LONG:,} days, {job}: CPU with the server's", value=ratio * days,
        unit="s", baseline=f"{DAYS} days", baseline_value=days, limit=LIMIT,
    )  # fmt: skip
