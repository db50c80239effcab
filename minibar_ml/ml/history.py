"""How much history a hotel has, and what that does to its alerts while it is short."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.hotels.phases import History
from minibar_ml.ml.frames import LOOK_BACK_DAYS, RECORDS, UNKNOWN_DAY, Frames
from minibar_ml.ml.stats.panels import Ints

OBSERVED = (
    ("rooms", "room_consumption", "room", "room_id"),
    ("gaps", "refill_duration", "attendant", "attendant_id"),
    ("custody", "custody_loss", "attendant", "attendant_id"),
)
"""Frames that have a row a day on which an entity was looked at: name, metric, entity type, column of the id."""


def window_days(training_days: int, lookback_days: int) -> int:
    """How many days before a scored one any scoring or learning for it may look at; arguments as the settings."""
    return max(LOOK_BACK_DAYS, training_days + lookback_days)


def days_on_record(frames: Frames) -> Ints:
    """The days (ordinals) on which something was recorded, in order, each once."""
    found = [getattr(frames, name)["day"].unique() for name in RECORDS]
    days = np.unique(np.concatenate(found).astype(np.int64))
    return days[days > UNKNOWN_DAY]


def observed(frames: Frames) -> dict[tuple[str, int, str, int], list[int]]:
    """By metric, hotel, entity type and id, the days on which a room was checked or an attendant worked, in order."""
    found: dict[tuple[str, int, str, int], list[int]] = {}
    for name, metric, entity_type, column in OBSERVED:
        rows = getattr(frames, name)
        days = rows.groupby(["hotel_id", column])["day"].unique()
        for (hotel_id, entity_id), seen in days.items():
            found[metric, int(hotel_id), entity_type, int(entity_id)] = sorted(map(int, seen))
    return found


def before(days: Ints, day: int, window: int) -> History:
    """The history that a day has, of the `window` days before it; `days` as `days_on_record` gives them.

    A day that has data itself ends a silence.
    """
    first, last = np.searchsorted(days, [day - window, day])
    is_silent = bool(last) and day not in days
    return History.of(int(last - first), int(day - 1 - days[last - 1]) if is_silent else 0)


def as_provisional(findings: Sequence[Finding], history: History) -> list[Finding]:
    """The findings with the facts that say how little they were learned from; severities stay."""
    phase = {"phase": history.phase, "history_days": history.days}
    return [replace(finding, facts={**(finding.facts or {}), **phase}) for finding in findings]


class Records:
    """Which days of each hotel have a metric point, and so how much history a day has."""

    def __init__(self, hotels: Mapping[int, Frames], window: int) -> None:
        """`window`: how many days before a day count, as from `window_days`."""
        self._days = {hotel_id: days_on_record(frames) for hotel_id, frames in hotels.items()}
        self._window = window

    def history(self, hotel_id: int, day: date) -> History:
        """How much history a hotel has on a day."""
        return before(self._days[hotel_id], day.toordinal(), self._window)

    def of_hotels(self, day: date) -> dict[int, History]:
        """The history that every hotel has on a day."""
        return {hotel_id: self.history(hotel_id, day) for hotel_id in self._days}

    def has_begun(self, hotel_id: int, day: date) -> bool:
        """Whether a hotel had any metric point by the end of a day."""
        days = self._days[hotel_id]
        return bool(len(days) and days[0] <= day.toordinal())
