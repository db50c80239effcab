"""`python -m quality [tune|validate|held-out|all]`: judge detection on simulated hotels."""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from quality import tables
from quality.hotels import PARTS, Hotel, Part, load
from quality.walk import Walk, walk


def main() -> int:
    """Judge the sets that are asked for and print what came out."""
    parser = argparse.ArgumentParser(prog="python -m quality", description=__doc__)
    parser.add_argument("part", nargs="?", default="held-out", choices=[*map(_word, PARTS), "all"])
    parser.add_argument("--hotels", type=int, help="only the first so many of each set")
    parser.add_argument("--jobs", type=int, default=2, help="hotels side by side (default: 2)")
    asked = parser.parse_args()
    for part in PARTS:
        if asked.part in (_word(part), "all"):
            started = time.monotonic()
            walks = judge(load(part)[: asked.hotels], asked.jobs)
            _print(part, walks, time.monotonic() - started)
    return 0


def judge(hotels: Sequence[Hotel], jobs: int) -> list[Walk]:
    """Every hotel's walk, several hotels at a time, the largest first."""
    largest_first = sorted(hotels, key=lambda hotel: -hotel.rooms)
    with ProcessPoolExecutor(jobs) as pool:
        done = {}
        for made in pool.map(walk, largest_first):
            done[made.hotel.name] = made
            print(f"judged {made.hotel.name}", file=sys.stderr)
    return [done[hotel.name] for hotel in hotels]


def _print(part: Part, walks: Sequence[Walk], seconds: float) -> None:
    print(f"\n{part}: {len(walks)} hotels in {seconds:.0f} s\n\n{tables.summary(walks)}\n")
    print(f"{tables.sizes(walks)}\n\n{tables.curves(walks)}\n\n{tables.hotels(walks)}")


def _word(part: str) -> str:
    return part.replace("_", "-")


if __name__ == "__main__":
    raise SystemExit(main())
