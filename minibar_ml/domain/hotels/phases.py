"""Cold start: how far a hotel's history carries, in days that have metric points, back-filled ones included."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

Phase = Literal["learning", "provisional", "normal"]
LEARNING_DAYS, PROVISIONAL_DAYS = 7, 14
"""With fewer days than the first only rules are used; with fewer than the second what is learned is provisional."""
SILENT_DAYS = 2
"""Whole days without a metric point from which on a hotel counts as silent."""


def phase_of(days: int) -> Phase:
    """The phase of a hotel with so many days of history."""
    if days < LEARNING_DAYS:
        return "learning"
    return "provisional" if days < PROVISIONAL_DAYS else "normal"


@dataclass(frozen=True, slots=True)
class History:
    """A hotel's days with metric points before the day that is checked, as far back as learning reads.

    `silent_days`: whole days without any up to that day.
    """

    days: int
    phase: Phase
    silent_days: int = 0

    @classmethod
    def of(cls, days: int, silent_days: int = 0) -> "History":
        """The history of so many days, followed by so many silent ones."""
        return cls(days, phase_of(days), silent_days)

    def silent_on(self, today: date, recorded_on: date, last_day: date | None) -> "History":
        """The same as of a later day: `last_day` is the last with a point, None where none is known of."""
        silent = self.silent_days + max((today - recorded_on).days, 0)
        return replace(
            self, silent_days=silent if last_day is None else min(silent, max((today - last_day).days - 1, 0))
        )

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come in for so long that no phase says anything."""
        return self.silent_days >= SILENT_DAYS


def recorded(counts: Mapping[str, Any]) -> dict[int, History]:
    """The hotels' histories in the counts of a run of detect."""
    phases: Mapping[str, Mapping[str, int]] = counts.get("phases", {})
    return {int(hotel_id): History.of(one["days"], one.get("silent_days", 0)) for hotel_id, one in phases.items()}
