"""The lines above and below the tables of `metrics`."""

from collections.abc import Iterable

from minibar_ml.domain.reporting.periods import Period
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import days
from minibar_ml.i18n.labels import DOMAIN, label

COMPARED = "{now}, compared with {before}; today is not included."
SHOWN = "{now}; today is not included."
NO_POINTS = "Unknown, no records: {metrics}."
UNREADABLE = "Unknown, source not readable: {metrics}."
TEXTS = (COMPARED, SHOWN, NO_POINTS, UNREADABLE)


def days_compared(period: Period, lang: Lang) -> str:
    """The days of a trend and those it is compared with."""
    text = catalog(DOMAIN, lang).gettext(COMPARED)
    return text.format(now=_days(period, lang), before=_days(period.before(), lang))


def days_shown(period: Period, lang: Lang) -> str:
    """The days of a summary."""
    return catalog(DOMAIN, lang).gettext(SHOWN).format(now=_days(period, lang))


def unknown(text: str, metrics: Iterable[str], lang: Lang) -> str:
    """The metrics that are unknown, in the sentence NO_POINTS or UNREADABLE."""
    return catalog(DOMAIN, lang).gettext(text).format(metrics=", ".join(label("metric", one, lang) for one in metrics))


def _days(period: Period, lang: Lang) -> str:
    return days(period.since, period.last_day, lang)
