"""The lines above and below the tables of `metrics`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from minibar_ml.domain.metrics import EntityType
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import days, moment, whole
from minibar_ml.i18n.labels import DOMAIN, label

if TYPE_CHECKING:
    from minibar_ml.domain.reporting.periods import Period

COMPARED = "{now}, compared with {before}; today is not included."
SHOWN = "{now}; today is not included."
NO_POINTS = "Unknown, no records: {metrics}."
UNREADABLE = "Unknown, source not readable: {metrics}."
CUT: Mapping[EntityType, str] = {
    "product": "Shown: {count} of {total} products (use --limit 0 for all).",
    "room": "Shown: {count} of {total} rooms (use --limit 0 for all).",
}
NOTHING = "No data for {days}."
NOT_COLLECTED = "`minibar-ml collect` has not run yet."
COLLECTED_UNTIL = "Data collected until {at} only; run `minibar-ml collect`."
TEXTS = (COMPARED, SHOWN, NO_POINTS, UNREADABLE, *CUT.values(), NOTHING, NOT_COLLECTED, COLLECTED_UNTIL)


def days_compared(period: "Period", lang: Lang) -> str:
    """The days of a trend and those it is compared with."""
    text = catalog(DOMAIN, lang).gettext(COMPARED)
    return text.format(now=_days(period, lang), before=_days(period.before(), lang))


def days_shown(period: "Period", lang: Lang) -> str:
    """The days of a summary."""
    return catalog(DOMAIN, lang).gettext(SHOWN).format(now=_days(period, lang))


def unknown(text: str, metrics: Iterable[str], lang: Lang) -> str:
    """The metrics that are unknown, in the sentence NO_POINTS or UNREADABLE."""
    return catalog(DOMAIN, lang).gettext(text).format(metrics=", ".join(label("metric", one, lang) for one in metrics))


def cut(kind: EntityType, count: int, total: int, lang: Lang) -> str:
    """How many of the products or rooms a table shows."""
    return catalog(DOMAIN, lang).gettext(CUT[kind]).format(count=whole(count, lang), total=whole(total, lang))


def nothing(period: "Period", lang: Lang) -> str:
    """That the period has no data."""
    return catalog(DOMAIN, lang).gettext(NOTHING).format(days=_days(period, lang))


def collected_until(instant: datetime | None, lang: Lang) -> str:
    """How far collect came, where that is not far enough; None: it has not run."""
    if instant is None:
        return catalog(DOMAIN, lang).gettext(NOT_COLLECTED)
    return catalog(DOMAIN, lang).gettext(COLLECTED_UNTIL).format(at=moment(instant, lang))


def _days(period: "Period", lang: Lang) -> str:
    return days(period.since, period.last_day, lang)
