"""Every English text of alerts that a catalog must translate.

A module of its own: whoever writes one alert needs a few of these texts and not all the modules that have them.
"""

from collections.abc import Iterator

from minibar_ml.i18n import (
    captions,
    evidence,
    explanations,
    listings,
    mutings,
    reviewing,
    rounds,
    source_problems,
    standings,
)
from minibar_ml.i18n.formats import COUNTED, TIMES
from minibar_ml.i18n.labels import LABELS
from minibar_ml.i18n.rounding import ESTIMATES
from minibar_ml.i18n.wordings import (
    ASK_COUNTER,
    CORRECT_ENTRY,
    CORRECTED,
    FIGURES,
    FOUND_AFTER_PAUSE,
    FOUND_LATE,
    NORMALS,
    NOTHING_TO_DO,
    ON_DAY,
    OVER_PRODUCT,
    OVER_ROOM,
    OVER_ROOMS,
    OVER_SETUP,
    PROVISIONAL,
    UNKNOWN_REASON,
    WITHDRAWN,
    WORDINGS,
)


def sentences() -> Iterator[str]:
    """Every English text that a catalog must translate, labels and counted things aside."""
    for wording in (*WORDINGS.values(), UNKNOWN_REASON):
        yield from (wording.message, wording.action, *wording.details, *filter(None, (wording.later, wording.since)))
    yield from (*NORMALS, PROVISIONAL, FIGURES, FOUND_LATE, FOUND_AFTER_PAUSE, CORRECTED, WITHDRAWN, NOTHING_TO_DO)
    yield from (ON_DAY, TIMES, *ESTIMATES, OVER_SETUP, OVER_PRODUCT, OVER_ROOMS, OVER_ROOM, CORRECT_ENTRY, ASK_COUNTER)
    for module in (evidence, captions, explanations, listings, reviewing, standings, mutings, rounds, source_problems):
        yield from module.TEXTS


def contexts() -> Iterator[tuple[str, str]]:
    """Every label as its kind and English name."""
    return ((kind, name) for kind, names in LABELS.items() for name in names.values())


def plurals() -> Iterator[tuple[str, str]]:
    """Every counted thing, singular and plural."""
    return iter(COUNTED.values())
