"""Words and figures of a report in one language: labels, numbers, money, dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from minibar_ml.domain.reporting.report import Action, ReportKind
from minibar_ml.i18n import Lang, catalog, messages
from minibar_ml.i18n.labels import Kind, label
from minibar_ml.render.directions import isolate_in

UNKNOWN = "—"
_MINUS = "\N{MINUS SIGN}"
_ALPHABET = " 0123456789abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_TIMES = 1000.0
"""From so many percent of growth on, the figure is told as so many times the other."""


def _(text: str) -> str:
    """Mark a text for the catalog; it is translated where it is used."""
    return text


PERIODS: Mapping[ReportKind, tuple[str, str]] = {
    "weekly": (_("This week"), _("The week before")),
    "monthly": (_("This month"), _("The month before")),
    "dashboard": (_("Last 30 days"), _("The 30 days before")),
}
"""What a report's period and the one before it are called."""
LABELS: Mapping[str, Mapping[str, str]] = {
    "model": {"statistics": _("Statistics"), "isolation_forest": _("Second opinion")},
    "part": {
        "statistics": _("raises alerts"),
        "isolation_forest": _("only comments on alerts"),
        "none": _("none yet"),
    },
    "evaluated_on": {"faults injected into 14 held-out days": _("faults injected into 14 held-out days")},
    "job": {"collect": _("Collecting data"), "train": _("Training"), "detect": _("Looking for anomalies")},
    "outcome": {"running": _("under way"), "done": _("done"), "partly": _("partly done"), "failed": _("failed")},
}


TOO_LITTLE = re.compile(r"too little data: (\d+) [^,;]+, needs (\d+)")
"""How the training log says, in English, why nothing could be learnt."""
TOO_LITTLE_TOLD = _("too little data: {have} of the {need} that it takes")
SHARED: Mapping[str, Kind] = {"type": "type", "severity": "severity", "status": "status", "metric": "metric"}
"""Kinds of terms that alerts are told in too: one word for each, whoever tells it."""


def sentences(action: Action, lang: Lang) -> tuple[str, str]:
    """Message and suggested action of an alert, in the report's language whatever that of the run that raised it."""
    return messages.sentences(action.alert, action.alert.entity_name, lang)


def isolated_sentences(action: Action, lang: Lang) -> tuple[str, ...]:
    """The same to be shown: a right-to-left name in them changes the order of nothing but itself."""
    return tuple(isolate_in(text, action.alert.entity_name) for text in sentences(action, lang))


@dataclass(frozen=True)
class Words:
    """A language, and the zone in which instants are told."""

    lang: Lang
    zone: ZoneInfo

    @property
    def catalog(self) -> NullTranslations:
        """The gettext catalog of reports."""
        return catalog("report", self.lang)

    def label(self, key: str, kind: str) -> str:
        """The word for one of our terms; a term that we have no word for stands for itself."""
        if kind in SHARED:
            return self._capital(label(SHARED[kind], key, self.lang))
        known = LABELS[kind].get(key)
        return key if known is None else self.catalog.gettext(known)

    def reason(self, logged: str) -> str:
        """Why a training came to nothing; what the log has no standing words for is told as it is there."""
        words = self.catalog.gettext(TOO_LITTLE_TOLD)
        return TOO_LITTLE.sub(lambda found: words.format(have=found[1], need=found[2]), logged)

    def _capital(self, text: str) -> str:
        """The text with a capital first letter; a Turkish i keeps its dot."""
        first = "İ" if self.lang == "tr" and text[:1] == "i" else text[:1].upper()
        return first + text[1:]

    def in_order(self, name: str) -> tuple[int, ...]:
        """By what names are sorted: the alphabet of the language, whatever that of the database."""
        lowered = (name.replace("I", "ı").replace("İ", "i") if self.lang == "tr" else name).lower()
        return tuple(_ALPHABET.find(letter) if letter in _ALPHABET else 1000 + ord(letter) for letter in lowered)

    def current(self, kind: ReportKind) -> str:
        """What the period of such a report is called."""
        return self.catalog.gettext(PERIODS[kind][0])

    def before(self, kind: ReportKind) -> str:
        """What the period before is called."""
        return self.catalog.gettext(PERIODS[kind][1])

    def number(self, value: float | Decimal | None, digits: int = 0) -> str:
        """A figure with the language's separators; unknown as a dash."""
        if value is None:
            return UNKNOWN
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return format_decimal(value, format=pattern, locale=self.lang).replace("-", _MINUS)

    def percent(self, value: float | None, *, signed: bool = False) -> str:
        """A figure that is already in percent; with its sign where it is a change."""
        if value is None:
            return UNKNOWN
        if signed and value >= _TIMES:
            # Beside a small figure a change in percent has more digits than sense.
            return f"{self.number(1 + value / 100)}×"
        rounded = round(value)
        sign = _MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + format_percent(abs(rounded) / 100, locale=self.lang)

    def share(self, value: float | None) -> str:
        """A proportion in percent."""
        return self.percent(None if value is None else 100.0 * value)

    def day(self, value: date) -> str:
        """30 November 2025."""
        return format_date(value, "d MMMM y", locale=self.lang)

    def short_day(self, value: date) -> str:
        """30 Nov."""
        return format_date(value, "d MMM", locale=self.lang)

    def weekday(self, value: date) -> str:
        """Mon."""
        return format_date(value, "EEE", locale=self.lang)

    def instant(self, value: datetime | None) -> str:
        """30 Nov 2025 18:05, in the hotel's zone."""
        if value is None:
            return UNKNOWN
        return format_datetime(value, "d MMM y HH:mm", tzinfo=self.zone, locale=self.lang)

    def days_since(self, day: date, now: datetime) -> str:
        """How many calendar days ago a day was, in the hotel's zone, as whoever sees its date beside would count."""
        days = max(0, (now.astimezone(self.zone).date() - day).days)
        if days < 2:
            return self.catalog.gettext(_("yesterday") if days else _("today"))
        return self.catalog.ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}

    def age(self, then: datetime, now: datetime) -> str:
        """How long ago something was, in its largest sensible unit; from two days on in calendar days."""
        minutes, several = int((now - then).total_seconds() // 60), self.catalog.ngettext
        if minutes < 1:
            return self.catalog.gettext(_("just now"))
        if minutes < 60:
            return several("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
        if minutes < 48 * 60:
            return several("%(n)d hour ago", "%(n)d hours ago", minutes // 60) % {"n": minutes // 60}
        return self.days_since(then.astimezone(self.zone).date(), now)
