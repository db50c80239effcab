"""The phase of a hotel's cold start, in a line."""

from collections.abc import Collection, Mapping

from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.domain.hotels.phases import LEARNING_DAYS, PROVISIONAL_DAYS, History
from minibar_ml.i18n import screen
from minibar_ml.i18n.listings import hotel

NO_NAMES: Mapping[int, str] = {}


def describe(hotel_id: int, history: History, called: Mapping[int, str] = NO_NAMES) -> str:
    """A hotel's phase in one line; `called`: names by id."""
    name = hotel(hotel_id, called.get(hotel_id), screen.lang())
    if history.is_silent:
        return f"{name}: no data for {plural(history.silent_days, 'day')}"
    phase = f"{name}: phase {history.phase}"
    if history.phase == "normal":
        return phase
    phase = f"{phase}, {plural(history.days, 'day')} of history"
    if history.phase == "learning":
        return f"{phase}; only rules raise alerts before {LEARNING_DAYS} days"
    return f"{phase}; alerts are marked provisional before {PROVISIONAL_DAYS} days"


def note(
    phases: Mapping[int, History], hotel_ids: Collection[int] | None = None, called: Mapping[int, str] = NO_NAMES
) -> None:
    """One line on stderr for each hotel, or each one asked for, that is silent or not in the normal phase."""
    for hotel_id, history in sorted(phases.items()):
        if (history.is_silent or history.phase != "normal") and (hotel_ids is None or hotel_id in hotel_ids):
            console.note(describe(hotel_id, history, called))
