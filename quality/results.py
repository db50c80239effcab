"""Everything that is measured on a set of hotels, several hotels at a time."""

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import compress
from typing import Literal

from quality import bound, forecasts, naive, self_estimate, silent_bound
from quality.flags import Flags
from quality.forecasts import Forecasts
from quality.hotels import Hotel, Part
from quality.self_estimate import Estimate
from quality.truth import Subject
from quality.walk import Walk, walk

Guests = Literal["gamma", "mixed"]
"""How guests' appetites differ: see `HotelPlan.guests`."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One hotel's yardsticks: naive rules, bounds by subject, the product's own estimate, forecasts."""

    naive: Mapping[int, Flags]
    bounds: Mapping[Subject, Flags]
    estimate: Mapping[str, Estimate]
    forecasts: Forecasts


@dataclass(frozen=True, slots=True)
class Results:
    """A set's walks and yardsticks (none where only the alerts were asked for), in the order of its hotels."""

    part: Part
    walks: tuple[Walk, ...]
    beside: tuple[Beside, ...]
    seconds: float

    def with_guests(self, sort: Guests) -> "Results":
        """Only the hotels whose guests are of that sort."""
        picked = [walk.hotel.plan.guests == sort for walk in self.walks]
        return replace(self, walks=tuple(compress(self.walks, picked)), beside=tuple(compress(self.beside, picked)))


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
    bounds: dict[Subject, Flags] = {"room spike": bound.fetch(hotel), "silent room": silent_bound.fetch(hotel)}
    return walked, Beside(naive.fetch(hotel), bounds, self_estimate.fetch(hotel), forecasts.fetch(hotel))
