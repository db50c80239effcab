"""The phase of a hotel's cold start, in a line."""

from collections.abc import Collection, Mapping

from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.domain.hotels.phases import LEARNING_DAYS, PROVISIONAL_DAYS, History


def describe(hotel_id: int, history: History) -> str:
    """A hotel's phase in one line."""
    if history.is_silent:
        return f"hotel {hotel_id}: no data for {plural(history.silent_days, 'day')}"
    phase = f"hotel {hotel_id}: phase {history.phase}"
    if history.phase == "normal":
        return phase
    phase = f"{phase}, {plural(history.days, 'day')} of history"
    if history.phase == "learning":
        return f"{phase}; only rules raise alerts before {LEARNING_DAYS} days"
    return f"{phase}; alerts are marked provisional before {PROVISIONAL_DAYS} days"


def note(phases: Mapping[int, History], hotel_ids: Collection[int] | None = None) -> None:
    """One line on stderr for each hotel, or each one asked for, that is silent or not in the normal phase."""
    for hotel, history in sorted(phases.items()):
        if (history.is_silent or history.phase != "normal") and (hotel_ids is None or hotel in hotel_ids):
            console.note(describe(hotel, history))
