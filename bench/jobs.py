"""Jobs: wall time, CPU time and peak memory, compared with a plain aggregation of the same rows and plain imports.

`cycle` is what cron runs every 15 minutes: collect and detect, two processes, on stored models.
"""

import json
import math
import time
from collections.abc import Iterator
from datetime import date, timedelta

from bench.hotel import DAYS, LAST_DAY, Hotel, Server, execute
from bench.processes import Spent, measured, median, python, server_seconds
from bench.rows import Row

NAME = "jobs"
ROOMS, LARGE, REPEATS, AGGREGATIONS = 1000, 10_000, 5, 20
CPU_LIMIT, MEMORY_LIMIT, GROWTH_LIMIT = 2.0, 350.0, 1.1
NOTHING_NEW = "collect, nothing new, in full"
RECENT = 3
"""Days of source rows that the collect of every 15 minutes works out again; the other jobs rest on all of them."""
PROBE = """
import contextlib, io, json, sys
from minibar_ml.cli.app import main
with contextlib.redirect_stdout(io.StringIO()):
    assert main(sys.argv[1:]) == 0
print(json.dumps(sorted(sys.modules)))
"""
"""Runs a command and prints what it has imported."""
DEPENDENCIES = {
    "typer", "sqlalchemy", "psycopg2", "sklearn", "pandas", "numpy", "scipy", "rich", "jinja2", "cryptography", "skops",
    "dotenv", "tenacity",
}  # fmt: skip
"""What our code imports by itself; what these import in their turn comes with them."""
AGGREGATE = """
SELECT m.oda_id, m.islem_tarihi::date, d.urun_id, sum(d.tuketim), sum(d.eklenen_miktar), count(DISTINCT m.id)
FROM minibar_islemleri m LEFT JOIN minibar_islem_detay d ON d.islem_id = m.id
WHERE m.islem_tarihi >= %(since)s AND m.islem_tarihi < %(until)s GROUP BY 1, 2, 3
"""


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Every job at 1,000 rooms, and with `large` at 10,000 too and how each has grown."""
    by_rooms = []
    for rooms in (ROOMS, LARGE) if large else (ROOMS,):
        hotel = server.hotel(rooms)
        spent, imports = _jobs(hotel), _imports(hotel)
        for job, one in spent.items():
            yield from _rows(hotel, job, one, imports[job.split(",")[0]])
        cycle = _together([spent["collect, 15 minutes"], spent["detect"]])
        bare = imports["collect"] + imports["detect"]
        yield _row(rooms, "cycle: CPU", cycle.cpu, "s", "bare imports", bare, CPU_LIMIT if rooms == ROOMS else None)
        yield _row(rooms, "cycle: CPU with the server's", cycle.cpu + cycle.server, "s", "bare imports", bare)
        yield _row(rooms, "cycle: peak memory", cycle.peak_mb, "MB", limit=MEMORY_LIMIT if rooms == ROOMS else None)
        by_rooms.append(spent | {"cycle": cycle})
    if large:
        few, many = by_rooms
        yield from (_growth(job, few[job], many[job]) for job in many)


def _growth(job: str, few: Spent, many: Spent) -> Row:
    """With which power of the number of rooms the cost of a job grows: 1 is in proportion, 2 is its square."""
    exponent = math.log((many.cpu + many.server) / (few.cpu + few.server), LARGE / ROOMS)
    measured = f"{ROOMS:,} to {LARGE:,} rooms, {job}: growth of CPU with the server's"
    return Row(benchmark=NAME, measured=measured, value=exponent, unit="exponent", limit=GROWTH_LIMIT)


def _jobs(hotel: Hotel) -> dict[str, Spent]:
    """Back-fill and training once, the jobs of the cycle several times, each a quarter of an hour after the last."""
    at = f"{LAST_DAY}T18:00"
    spent = {"collect, all history": hotel.run("collect", "--as-of", at), "train": hotel.run("train", "--as-of", at)}
    hotel.run("detect", "--as-of", at)
    rounds = [f"{LAST_DAY}T{18 + n // 4}:{n % 4 * 15:02}" for n in range(1, REPEATS + 1)]
    runs = [(hotel.run("collect", "--as-of", then), hotel.run("detect", "--as-of", then)) for then in rounds]
    for job, of_job in zip(("collect, 15 minutes", "detect"), zip(*runs, strict=True), strict=True):
        spent[job] = median(of_job)
    spent[NOTHING_NEW] = median([hotel.run("collect", "--as-of", rounds[-1]) for _ in range(REPEATS)])
    last = date.fromisoformat(LAST_DAY)
    day = ("--since", str(last - timedelta(days=1)), "--until", LAST_DAY)
    spent["detect, one day walked"] = hotel.run("detect", "--as-of", rounds[-1], *day)
    return spent


def _imports(hotel: Hotel) -> dict[str, float]:
    at = f"{LAST_DAY}T20:00"
    return {job: bare_imports(hotel, imported(hotel, job, at)) for job in ("collect", "train", "detect")}


def imported(hotel: Hotel, job: str, as_of: str) -> tuple[str, ...]:
    """The packages that a run of the job imports."""
    loaded = json.loads(hotel.python(PROBE, job, "-q", "--as-of", as_of))
    return tuple(sorted(DEPENDENCIES.intersection(loaded)))


def bare_imports(hotel: Hotel, packages: tuple[str, ...]) -> float:
    """CPU seconds of a process that only imports these packages."""
    bare = python(f"import {', '.join(packages)}")
    return median([measured(bare, {}, hotel.server.folder) for _ in range(REPEATS)]).cpu


def _rows(hotel: Hotel, job: str, spent: Spent, imports: float) -> Iterator[Row]:
    sql = aggregated(hotel, RECENT if job in ("collect, 15 minutes", NOTHING_NEW) else DAYS)
    yield _row(hotel.rooms, f"{job}: wall", spent.wall, "s", "bare SQL", sql.wall)
    yield _row(hotel.rooms, f"{job}: CPU", spent.cpu, "s", "bare imports", imports)
    yield _row(hotel.rooms, f"{job}: the server's CPU", spent.server, "s", "bare SQL", sql.server)
    yield _row(hotel.rooms, f"{job}: peak memory", spent.peak_mb, "MB")


def aggregated(hotel: Hotel, days: int, last: date | None = None) -> Spent:
    """What PostgreSQL itself takes to add up the rows of so many days up to `last`, by room, day and product.

    The mean of many: the kernel counts CPU in hundredths of a second, and three days take about one.
    """
    last = last or date.fromisoformat(LAST_DAY)
    window = {"since": last - timedelta(days=days), "until": last + timedelta(days=1)}
    before, started = server_seconds(hotel.server.pid), time.perf_counter()
    for _ in range(AGGREGATIONS):
        execute(hotel.url, AGGREGATE, window)
    wall = time.perf_counter() - started
    time.sleep(0.05)  # as in processes.measured
    server = server_seconds(hotel.server.pid) - before
    return Spent(wall / AGGREGATIONS, 0.0, server / AGGREGATIONS, 0.0)


def _together(spent: list[Spent]) -> Spent:
    """Costs added up; of memory the higher peak, for one runs after the other."""
    wall, cpu, server = (sum(getattr(one, name) for one in spent) for name in ("wall", "cpu", "server"))
    return Spent(wall, cpu, server, max(one.peak_mb for one in spent))


def _row(
    rooms: int, what: str, value: float, unit: str, baseline: str = "", other: float | None = None,
    limit: float | None = None,
) -> Row:  # fmt: skip
    return Row(
        benchmark=NAME, measured=f"{rooms:,} rooms, {what}", value=value, unit=unit, baseline=baseline,
        baseline_value=other, limit=limit,
    )  # fmt: skip
