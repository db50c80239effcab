"""Whole things: estimates and limits as people count, without a fraction of a bottle."""

import math
from typing import Any

from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import UNKNOWN, counted, whole
from minibar_ml.i18n.labels import DOMAIN
from minibar_ml.i18n.turkish import Figure

ABOUT = "about {count}"
LESS = "less than {count}"
ESTIMATES = (ABOUT, LESS)


def estimate(thing: str, value: Any, lang: Lang) -> str:
    """A number of things to the whole: `15 units`, `about 20 units`, `less than 1 unit`; `?` for no number."""
    size = _finite(value)
    if size is None:
        return UNKNOWN
    if size == round(size):
        return counted(thing, size, lang)
    text = LESS if 0 < size < 1 else ABOUT
    return (
        catalog(DOMAIN, lang)
        .gettext(text)
        .format(count=Figure(counted(thing, 1 if text == LESS else round(size), lang)))
    )


def most(value: Any, lang: Lang, *, up: bool = False) -> str:
    """The whole number that is the last one within an upper limit, or with `up` the first within a lower one."""
    size = _finite(value)
    return UNKNOWN if size is None else whole(math.ceil(size) if up else math.floor(size), lang)


def _finite(value: Any) -> float | None:
    try:
        size = float(value)
    except (TypeError, ValueError):
        return None
    return size if math.isfinite(size) else None
