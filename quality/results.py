"""Everything that is measured on a set of hotels, several hotels at a time."""

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import compress
from typing import Literal

from quality import rounds
from quality.flags import Flags
from quality.hotels import Hotel, Part
from quality.rounds import HotelRounds
from quality.truth import Subject
from quality.walk import Walk, walk
from quality.yardsticks import bound, forecasts, naive, self_estimate, silent_bound
from quality.yardsticks.forecasts import Forecasts
from quality.yardsticks.self_estimate import Estimate

Guests = Literal["gamma", "mixed"]
"""How guests differ: see `HotelPlan.guests`."""


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """One hotel's yardsticks: naive rules, bounds by subject, the product's own estimate, forecasts, and its rounds
    (None where its attendants make no full ones)."""

    naive: Mapping[int, Flags]
    bounds: Mapping[Subject, Flags]
    estimate: Mapping[str, Estimate]
    forecasts: Forecasts
    rounds: HotelRounds | None


@dataclass(frozen=True, slots=True)
class Results:
    """A set's walks and yardsticks (none where only the alerts were asked for), in the order of its hotels."""

    part: Part
    walks: tuple[Walk, ...]
    yardsticks: tuple[Yardsticks, ...]
    seconds: float

    def with_guests(self, sort: Guests) -> "Results":
        """Only the hotels whose guests are of that sort."""
        picked = [walk.hotel.plan.guests == sort for walk in self.walks]
        return replace(
            self, walks=tuple(compress(self.walks, picked)), yardsticks=tuple(compress(self.yardsticks, picked))
        )


def measure(part: Part, hotels: Sequence[Hotel], jobs: int, *, only_alerts: bool) -> Results:
    """Measure the hotels, the largest first, so that no process is left with one at the end."""
    started = time.monotonic()
    largest_first = sorted(hotels, key=lambda hotel: -hotel.rooms)
    walks, yardsticks = {}, {}
    with ProcessPoolExecutor(jobs) as pool:
        for hotel, made in zip(largest_first, pool.map(walk if only_alerts else _all, largest_first), strict=True):
            walks[hotel.name], yardsticks[hotel.name] = made if isinstance(made, tuple) else (made, None)
            print(f"done: {hotel.name}", file=sys.stderr)
    return Results(
        part,
        tuple(walks[hotel.name] for hotel in hotels),
        tuple(one for hotel in hotels if (one := yardsticks[hotel.name])),
        time.monotonic() - started,
    )


def _all(hotel: Hotel) -> tuple[Walk, Yardsticks]:
    walked = walk(hotel)
    bounds: dict[Subject, Flags] = {"room spike": bound.fetch(hotel), "silent room": silent_bound.fetch(hotel)}
    walked_rounds = rounds.fetch(hotel) if rounds.can_measure(hotel) else None
    return walked, Yardsticks(
        naive.fetch(hotel), bounds, self_estimate.fetch(hotel), forecasts.fetch(hotel), walked_rounds
    )
