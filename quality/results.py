"""Everything that is measured on a set of hotels, several hotels at a time."""

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from quality import bound, forecasts, naive, self_estimate
from quality.flags import Flags
from quality.forecasts import Forecasts
from quality.hotels import Hotel, Part
from quality.self_estimate import Estimate
from quality.walk import Walk, walk


@dataclass(frozen=True, slots=True)
class Beside:
    """One hotel's yardsticks: naive rules, the bound, the product's own estimate, forecasts."""

    naive: Mapping[int, Flags]
    bound: Flags
    estimate: Mapping[str, Estimate]
    forecasts: Forecasts


@dataclass(frozen=True, slots=True)
class Results:
    """A set's walks and yardsticks (none where only the alerts were asked for), in the order of its hotels."""

    part: Part
    walks: tuple[Walk, ...]
    beside: tuple[Beside, ...]
    seconds: float


def measure(part: Part, hotels: Sequence[Hotel], jobs: int, *, only_alerts: bool) -> Results:
    """Judge the hotels, the largest first, so that none is left to one process at the end."""
    started = time.monotonic()
    largest_first = sorted(hotels, key=lambda hotel: -hotel.rooms)
    walks, beside = {}, {}
    with ProcessPoolExecutor(jobs) as pool:
        for hotel, made in zip(largest_first, pool.map(walk if only_alerts else _all, largest_first), strict=True):
            walks[hotel.name], beside[hotel.name] = made if isinstance(made, tuple) else (made, None)
            print(f"judged {hotel.name}", file=sys.stderr)
    return Results(
        part,
        tuple(walks[hotel.name] for hotel in hotels),
        tuple(one for hotel in hotels if (one := beside[hotel.name])),
        time.monotonic() - started,
    )


def _all(hotel: Hotel) -> tuple[Walk, Beside]:
    walked = walk(hotel)
    rest = Beside(naive.fetch(hotel), bound.fetch(hotel), self_estimate.fetch(hotel), forecasts.fetch(hotel))
    return walked, rest
