"""Cold start: how far a hotel's history carries, in days that have metric points, back-filled ones included."""

from dataclasses import dataclass
from typing import Literal

Phase = Literal["learning", "provisional", "normal"]
LEARNING_DAYS, PROVISIONAL_DAYS = 7, 14
"""With fewer days than the first only rules are used; with fewer than the second what is learned is provisional."""


def phase_of(days: int) -> Phase:
    """The phase of a hotel with so many days of history."""
    if days < LEARNING_DAYS:
        return "learning"
    return "provisional" if days < PROVISIONAL_DAYS else "normal"


@dataclass(frozen=True, slots=True)
class History:
    """A hotel's days with metric points before the day that is checked, as far back as learning reads."""

    days: int
    phase: Phase

    @classmethod
    def of(cls, days: int) -> "History":
        """The history of so many days."""
        return cls(days, phase_of(days))
