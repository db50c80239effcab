"""Alert types that have nothing to work with, a line each."""

from minibar_ml.domain.idle import Idle, sentence
from minibar_ml.i18n import screen
from minibar_ml.i18n.labels import label


def describe(one: Idle) -> str:
    """Which type, where, and why: as `status` and `db check` print it."""
    hotel = None if one.hotel_id is None else f"hotel {one.hotel_id}"
    return sentence(one, label("type", one.type, screen.lang()), hotel)
