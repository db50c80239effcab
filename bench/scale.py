"""Scale: one night's detection of 1,000 and of 100,000 rooms, on stored models.

The large hotel is the small one a hundred times over: its rooms' and attendants' points are copied in the store under
other ids, for simulating 100,000 rooms would take longer than all other benchmarks. Products stay as many as they are.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from bench.hotel import LAST_DAY, Hotel, Server, execute
from bench.jobs import bare_imports, imported
from bench.rows import Row

NAME = "scale"
ROOMS, COPIES = 1000, 100
CPU_LIMIT, LARGE_CPU_LIMIT, LARGE_MEMORY_LIMIT = 2.0, 60.0, 1536.0
POINTS_DAYS = 65
"""Days before the night that are copied: more than detect looks back."""
COPY = """
INSERT INTO minibar_ml.ml_metrics
SELECT metric_type, hotel_id, entity_type, entity_id + 1000000 * copy, metric_value, observed_at, business_date, context
FROM minibar_ml.ml_metrics CROSS JOIN generate_series(1, %(copies)s) copy
WHERE entity_type IN ('room', 'attendant') AND business_date > %(after)s
"""


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """The night after the last simulated day; with `large` of 100,000 rooms too."""
    hotel = server.hotel(ROOMS)
    night = date.fromisoformat(LAST_DAY) + timedelta(days=1)
    hotel.run("collect", "--as-of", f"{night}")
    hotel.run("train", "--as-of", f"{night}")
    yield from _night(hotel, ROOMS, night, CPU_LIMIT, None)
    if large:
        execute(hotel.url, COPY, {"copies": COPIES - 1, "after": night - timedelta(days=POINTS_DAYS)})
        execute(hotel.url, "VACUUM ANALYZE")
        yield from _night(hotel, ROOMS * COPIES, night, LARGE_CPU_LIMIT, LARGE_MEMORY_LIMIT)


def _night(hotel: Hotel, rooms: int, night: date, cpu_limit: float, memory_limit: float | None) -> Iterator[Row]:
    """The run before midnight checks all recent days; the one after it, which is measured, checks its own."""
    hotel.run("detect", "--as-of", f"{night - timedelta(days=1)}T23:45")
    spent = hotel.run("detect", "--as-of", f"{night}T00:05")
    imports = bare_imports(hotel, imported(hotel, "detect", f"{night}T00:10"))
    for what, value, unit, limit in (
        ("CPU beyond imports", max(spent.cpu - imports, 0.0), "s", cpu_limit),
        ("the server's CPU", spent.server, "s", None),
        ("wall", spent.wall, "s", None),
        ("peak memory", spent.peak_mb, "MB", memory_limit),
    ):
        yield Row(benchmark=NAME, measured=f"{rooms:,} rooms, a night: {what}", value=value, unit=unit, limit=limit)
