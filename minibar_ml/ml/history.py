"""How much history a hotel has, and what that does to its alerts while it is short."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from minibar_ml.domain.alerts import Finding
from minibar_ml.domain.phases import History
from minibar_ml.ml.frames import LOOK_BACK_DAYS, POINTS, UNKNOWN_DAY, Frames
from minibar_ml.ml.stats.panels import Ints

OBSERVED = (
    ("rooms", "room_consumption", "room", "room_id"),
    ("gaps", "refill_duration", "attendant", "attendant_id"),
    ("custody", "custody_loss", "attendant", "attendant_id"),
)
"""Frames that have a row a day on which an entity was looked at: name, metric, entity type, column of the id."""


def window_days(training_days: int, lookback_days: int) -> int:
    """How many days before a judged one any judging or learning for it may look at; arguments as the settings."""
    return max(LOOK_BACK_DAYS, training_days + lookback_days)


def days_on_record(frames: Frames) -> Ints:
    """The days (ordinals) that have a metric point, in order, each once."""
    found = [getattr(frames, name)["day"].unique() for name in POINTS]
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
    """The history that a judged day has, of the `window` days before it; `days` as `days_on_record` gives them."""
    first, last = np.searchsorted(days, [day - window, day])
    return History.of(int(last - first))


def as_provisional(findings: Sequence[Finding], history: History) -> list[Finding]:
    """The findings with the facts that say how little they were learnt from; severities stay."""
    told = {"phase": history.phase, "history_days": history.days}
    return [replace(finding, facts={**(finding.facts or {}), **told}) for finding in findings]
