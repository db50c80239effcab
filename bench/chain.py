"""Chain: jobs of several hotels by one process and by two: in one store with `--jobs`, in a store each by `fleet`."""

import statistics
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.hotel import LAST_DAY, Hotel, Server, execute
from bench.processes import Spent
from bench.rows import Row

NAME = "chain"
FEW, MANY, ROOMS, PAIRS = 4, 20, 30, 3
LIMIT = 1.0
AT = f"{LAST_DAY}T18:00"
WALK = ("detect", "--since", "2025-11-14", "--until", LAST_DAY)


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Interleaved pairs, so that a busy moment hits both; the median of the pairs' ratios decides."""
    hotels = MANY if large else FEW
    chain = server.hotel(ROOMS, hotels=hotels)
    chain.run("collect", "--as-of", AT)
    for job, words in {"train": ("train",), "detect, two days walked": WALK}.items():
        yield _row(f"{hotels} hotels in one store, {job}", partial(_job, chain, words))
    inventory = _fleet(server, hotels)
    for job in ("collect", "train", "detect"):
        yield _row(f"{hotels} stores, fleet run {job}", partial(_of_fleet, chain, inventory, job))


def _job(chain: Hotel, words: tuple[str, ...], jobs: int) -> Spent:
    return chain.run(*words, "--as-of", AT, "--jobs", str(jobs))


def _of_fleet(chain: Hotel, inventory: Path, job: str, jobs: int) -> Spent:
    return chain.run("fleet", "run", "--inventory", str(inventory), "--jobs", str(jobs), "--", job, "--as-of", AT)


def _fleet(server: Server, stores: int) -> Path:
    """The inventory of stores with a hotel each, all copies of the first, with the same key."""
    first = server.hotel(ROOMS)
    copies = [f"{first.name}_{n}" for n in range(1, stores)]
    for copy in copies:
        execute(server.url("postgres"), f"CREATE DATABASE {copy} TEMPLATE {first.name}")
    path = server.folder / "fleet.toml"
    members = [f'[[member]]\nname = "{one}"\nurl = "{server.url(one)}"\n' for one in (first.name, *copies)]
    path.write_text("".join(members))
    path.chmod(0o600)
    return path


def _row(what: str, spend: Callable[[int], Spent]) -> Row:
    """Each first in turn. `--jobs 2` is compared by wall time: that is what it is for."""
    pairs = [{jobs: spend(jobs) for jobs in order} for order in [(1, 2), (2, 1)] * PAIRS][:PAIRS]
    one = statistics.median(pair[1].wall for pair in pairs)
    ratio = statistics.median(pair[2].wall / pair[1].wall for pair in pairs)
    return Row(
        benchmark=NAME, measured=f"{what}, --jobs 2: wall", value=ratio * one, unit="s", baseline="--jobs 1",
        baseline_value=one, limit=LIMIT,
    )  # fmt: skip
