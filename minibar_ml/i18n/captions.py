"""What stands above and beneath the tables of `metrics`."""

from collections.abc import Iterable

from minibar_ml.domain.reporting.report import Period
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import day
from minibar_ml.i18n.labels import DOMAIN, label

COMPARED = "{now}, beside {before}; the running day is left out."
SHOWN = "{now}; the running day is left out."
NO_POINTS = "Unknown, nothing on record: {metrics}."
UNREADABLE = "Unknown, the source can't be read: {metrics}."
TEXTS = (COMPARED, SHOWN, NO_POINTS, UNREADABLE)


def days_compared(period: Period, lang: Lang) -> str:
    """Which days a trend is about."""
    text = catalog(DOMAIN, lang).gettext(COMPARED)
    return text.format(now=_days(period, lang), before=_days(period.before(), lang))


def days_shown(period: Period, lang: Lang) -> str:
    """Which days a summary is about."""
    return catalog(DOMAIN, lang).gettext(SHOWN).format(now=_days(period, lang))


def unknown(text: str, metrics: Iterable[str], lang: Lang) -> str:
    """Which metrics are unknown, by NO_POINTS or UNREADABLE."""
    return catalog(DOMAIN, lang).gettext(text).format(metrics=", ".join(label("metric", one, lang) for one in metrics))


def _days(period: Period, lang: Lang) -> str:
    first, last = day(period.since, lang), day(period.last_day, lang)
    return first if first == last else f"{first} – {last}"
