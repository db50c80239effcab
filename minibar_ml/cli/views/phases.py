"""What people are told of a hotel's cold start."""

from collections.abc import Mapping

from minibar_ml.cli import console
from minibar_ml.domain.phases import LEARNING_DAYS, PROVISIONAL_DAYS, History


def told(hotel_id: int, history: History) -> str:
    """A hotel's phase in one line."""
    phase = f"hotel {hotel_id}: phase {history.phase}"
    if history.phase == "learning":
        return f"{phase}, {history.days} day(s) of history; only rules speak until there are {LEARNING_DAYS}"
    if history.phase == "provisional":
        until = f"what is learnt says so in its alerts until there are {PROVISIONAL_DAYS}"
        return f"{phase}, {history.days} day(s) of history; {until}"
    return phase


def note(phases: Mapping[int, History], hotel_id: int | None = None) -> None:
    """One line to stderr for each hotel, or the one asked for, that is not in its normal phase."""
    for hotel, history in sorted(phases.items()):
        if history.phase != "normal" and hotel_id in (None, hotel):
            console.note(told(hotel, history))
