"""Chain: jobs of several hotels by one process and by two: in one store with `--jobs`, in a store each by `fleet`."""

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.hotel import LAST_DAY, Hotel, Server, execute
from bench.processes import Spent
from bench.rows import Row

NAME = "chain"
HOTELS, ROOMS, PAIRS, LIMIT = 20, 30, 3, 1.0
AT = f"{LAST_DAY}T18:00"
WALK = ("detect", "--since", "2025-11-14", "--until", LAST_DAY)


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Interleaved pairs, so that a busy moment hits both; the median of the pairs' ratios decides."""
    chain = server.hotel(ROOMS, hotels=HOTELS)
    chain.run("collect", "--as-of", AT)
    for job, words in {"train": ("train",), "detect, two days walked": WALK}.items():
        yield from _rows(f"one store, {job}", lambda jobs, words=words: _job(chain, words, jobs))
    inventory = _fleet(server)
    for job in ("collect", "train", "detect"):
        yield from _rows(f"a store each, fleet run {job}", lambda jobs, job=job: _of_fleet(chain, inventory, job, jobs))


def _job(chain: Hotel, words: tuple[str, ...], jobs: int) -> Spent:
    return chain.run(*words, "--as-of", AT, "--jobs", str(jobs))


def _of_fleet(chain: Hotel, inventory: Path, job: str, jobs: int) -> Spent:
    return chain.run("fleet", "run", "--inventory", str(inventory), "--jobs", str(jobs), "--", job, "--as-of", AT)


def _fleet(server: Server) -> Path:
    """The inventory of stores with a hotel each, all copies of the first, with its key."""
    first = server.hotel(ROOMS)
    members = [first.url, *(server.url(f"member_{n}") for n in range(1, HOTELS))]
    for n in range(1, HOTELS):
        execute(server.url("postgres"), f"CREATE DATABASE member_{n} TEMPLATE {first.name}")
    path = server.folder / "fleet.toml"
    path.write_text("".join(f'[[member]]\nname = "m{n}"\nurl = "{url}"\n' for n, url in enumerate(members)))
    return path


def _rows(what: str, spend: Callable[[int], Spent]) -> Iterator[Row]:
    pairs = [(spend(1), spend(2)) if n % 2 else tuple(reversed((spend(2), spend(1)))) for n in range(PAIRS)]
    one = statistics.median(first.wall for first, _ in pairs)
    ratio = statistics.median(two.wall / first.wall for first, two in pairs)
    yield Row(
        benchmark=NAME, measured=f"{HOTELS} hotels of {ROOMS} rooms, {what}, --jobs 2: wall", value=ratio * one,
        unit="s", baseline="--jobs 1", baseline_value=one, limit=LIMIT,
    )  # fmt: skip
