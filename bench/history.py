"""History: three years of a hotel of 100 rooms cost `collect` and `detect` what 90 days of it do."""

import statistics
from collections.abc import Iterator

from bench.hotel import DAYS, LAST_DAY, Hotel, Server
from bench.jobs import bare_imports, imported
from bench.processes import Spent
from bench.rows import Row

NAME = "history"
ROOMS, LONG, PAIRS, LIMIT = 100, 1095, 9, 1.3
JOBS = ("collect", "detect")


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Interleaved pairs, a quarter of an hour after each other; the medians decide.

    Without imports: they are more where a run finds something for the forests to rank, and only one of them may.
    """
    hotels = [server.hotel(ROOMS, days=days) for days in (LONG, DAYS)]
    for hotel in hotels:
        for job in ("collect", "train", "detect"):
            hotel.run(job, "--as-of", f"{LAST_DAY}T18:00")
    rounds = [f"{LAST_DAY}T{18 + n // 4}:{n % 4 * 15:02}" for n in range(1, PAIRS + 1)]
    pairs = [{job: [hotel.run(job, "--as-of", then) for hotel in hotels] for job in JOBS} for then in rounds]
    for job in JOBS:
        imports = _imports(hotels, job)
        yield _row(f"{job}: CPU beyond imports", [_beyond(pair[job], imports) for pair in pairs])
        yield _row(f"{job}: the server's CPU", [[one.server for one in pair[job]] for pair in pairs])


def _imports(hotels: list[Hotel], job: str) -> list[float]:
    """What each hotel's run imports takes. The same packages take the same: a small rest is not left to chance."""
    at = f"{LAST_DAY}T21:00"
    for hotel in hotels:
        hotel.run("collect", "--as-of", at)
    packages = [imported(hotel, job, at) for hotel in hotels]
    taken = {names: bare_imports(hotel, names) for names, hotel in zip(packages, hotels, strict=True)}
    return [taken[names] for names in packages]


def _beyond(pair: list[Spent], imports: list[float]) -> list[float]:
    return [one.cpu - bare for one, bare in zip(pair, imports, strict=True)]


def _row(what: str, pairs: list[list[float]]) -> Row:
    many, few = (statistics.median(figures) for figures in zip(*pairs, strict=True))
    return Row(
        benchmark=NAME, measured=f"{ROOMS} rooms, {LONG:,} days, {what}", value=many, unit="s",
        baseline=f"{DAYS} days", baseline_value=few, limit=LIMIT,
    )  # fmt: skip
