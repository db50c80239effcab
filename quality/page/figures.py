"""Counts as shares with their uncertainty, and what is summed up over hotels."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quality.hotels import Hotel
from quality.raised import Raised
from quality.shares import Share
from quality.truth import SUBJECTS, Outcome, Subject, hold_against, subject_of_alert, subject_of_fault
from quality.walk import BUDGETS, Walk


@dataclass(frozen=True, slots=True)
class Line:
    """One subject (None: all): recall, and alerts that were hits, repeats or false, over 1,000 room-days."""

    subject: Subject | None
    recall: Share
    hits: int
    repeats: int
    false: int
    thousand_room_days: float

    @property
    def false_rate(self) -> float:
        """False alerts a day and 1,000 rooms."""
        return self.false / self.thousand_room_days

    @property
    def precision(self) -> Share:
        """Hits among hits and false alerts."""
        return Share(self.hits, self.hits + self.false)


def thousand_room_days(hotels: Iterable[Hotel]) -> float:
    """Scored days x rooms / 1,000."""
    return sum(hotel.rooms * hotel.scored_days for hotel in hotels) / 1000


def outcome(walk: Walk, alerts: Sequence[Raised] | None = None) -> Outcome:
    """A walk's alerts, or others on the same hotel, against its faults."""
    mine = walk.alerts if alerts is None else alerts
    return hold_against(walk.faults, mine, walk.hotel.first_scored, walk.hotel.plan.ends_on)


def total(found: Sequence[Outcome], room_days: float) -> Line:
    """Everything together."""
    faults, seen, hits, repeats, false = (
        sum(len(getattr(one, name)) for one in found) for name in ("faults", "found", "hits", "repeats", "false")
    )
    return Line(None, Share(seen, faults), hits, repeats, false, room_days)


def by_subject(found: Sequence[Outcome], room_days: float) -> list[Line]:
    """One line a subject of which there were faults or alerts."""
    faults = Counter(subject_of_fault(fault) for one in found for fault in one.faults)
    seen = Counter(subject_of_fault(fault) for one in found for fault in one.found)
    hits, repeats, false = (
        Counter(subject_of_alert(alert.first) for one in found for alert in getattr(one, name))
        for name in ("hits", "repeats", "false")
    )
    return [
        Line(name, Share(seen[name], faults[name]), hits[name], repeats[name], false[name], room_days)
        for name in SUBJECTS
        if faults[name] + hits[name] + repeats[name] + false[name]
    ]


@dataclass(frozen=True, slots=True)
class Point:
    """A detector at one budget, by itself."""

    budget: float
    false_rate: float
    recall: Share


def curve(walks: Sequence[Walk], detector: str, subject: Subject) -> list[Point]:
    """Recall of a subject's faults over false alerts a day and 1,000 rooms, from the strictest budget on."""
    room_days = thousand_room_days(walk.hotel for walk in walks)
    points = []
    for budget in BUDGETS:
        found = [outcome(walk, walk.swept[detector][budget]) for walk in walks]
        line = next((line for line in by_subject(found, room_days) if line.subject == subject), None)
        if line:
            points.append(Point(budget, line.false_rate, line.recall))
    return points


def recall_at(points: Sequence[Point], false_rate: float) -> float | None:
    """Recall where the curve reaches a false-alert rate, between its points in a straight line; None beyond them."""
    known = [(point.false_rate, point.recall.value) for point in points if point.recall.value is not None]
    for (low, less), (high, more) in pairwise(known):
        if low <= false_rate <= high and high > low:
            return less + (more - less) * (false_rate - low) / (high - low)
    return None


SIZES: dict[Subject, tuple[str, tuple[float, ...]]] = {
    "room spike": ("units", (4, 6, 8, 10, 13)),
    "silent room": ("nights", (6, 9, 12, 16)),
    "product shift": ("times", (2.5, 3.0, 3.5, 4.0)),
}
"""By subject, what a fault's size is in, and where a class of size begins."""


def by_size(found: Sequence[Outcome], subject: Subject) -> list[tuple[float, Share]]:
    """Recall by the faults' size: each class by its least size."""
    faults, seen = (
        [fault.size for one in found for fault in getattr(one, name) if subject_of_fault(fault) == subject]
        for name in ("faults", "found")
    )
    _, starts = SIZES[subject]
    ends = (*starts[1:], math.inf)
    bounds = list(zip(starts, ends, strict=True))
    return [(low, Share(_within(seen, low, high), _within(faults, low, high))) for low, high in bounds]


def _within(sizes: Sequence[float], low: float, high: float) -> int:
    return sum(low <= size < high for size in sizes)
