"""Words and figures of a report in one language: labels, numbers, money, dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.report import Report, ReportKind
from minibar_ml.domain.reporting.rows import Action
from minibar_ml.i18n import Lang, catalog, formats, messages
from minibar_ml.i18n.labels import Kind, capital_label
from minibar_ml.render.directions import isolate_in

UNKNOWN = formats.UNSET


def _(text: str) -> str:
    """Mark a text for the catalog; it is translated where it is used."""
    return text


PERIODS: Mapping[ReportKind, tuple[str, str]] = {
    "weekly": (_("This week"), _("Previous week")),
    "dashboard": (_("Last 30 days"), _("Previous 30 days")),
}
"""What a report's period and the one before it are called; months have names."""
RUNNING = (_("This week so far"), _("Previous week by this time"))
"""The same of a week whose last day is not over; the dashboard's days always end now."""
LABELS: Mapping[str, Mapping[str, str]] = {
    "model": {"statistics": _("Statistics"), "isolation_forest": "Isolation Forest"},
    "role": {"statistics": _("raises alerts"), "isolation_forest": _("ranks alerts"), "none": _("none yet")},
    "evaluated_on": {"faults injected into 14 held-out days": _("faults injected into 14 held-out days")},
    "job": {"collect": _("Data collection"), "train": _("Model training"), "detect": _("Anomaly detection")},
    "idle": {
        "absent": _("The hotel system does not record it."),
        "unreadable": _("The records can't be read."),
        "no_draws": _("Rooms are refilled from the floor store, and who took what is not on record."),
        "no_rows": _("No records in the last %(days)s days."),
    },
    "happened": {
        "raised": _("raised"),
        "read": _("read"),
        "confirmed": _("closed as confirmed"),
        "false_positive": _("closed as false"),
        "ended": _("ended by themselves"),
        "withdrawn": _("withdrawn, records changed"),
    },
    "outcome": {"running": _("running"), "done": _("done"), "partly": _("partly done"), "failed": _("failed")},
}


TOO_LITTLE = re.compile(r"too little data: (\d+) [^,;]+, needs (\d+)")
"""How the training log says, in English, why nothing could be learned."""
TOO_LITTLE_TEXT = _("too little data: {have} of {need} needed")
SHARED: Mapping[str, Kind] = {
    "type": "type",
    "severity": "severity",
    "status": "status",
    "metric": "metric",
    "entity": "entity",
}
"""Kinds of terms that alerts have too: their word is the same in alerts and in reports."""


def sentences(action: Action, lang: Lang) -> tuple[str, str]:
    """Message and suggested action of an alert, in the report's language whatever that of the run that raised it."""
    return messages.sentences(action.alert, action.alert.entity_name, lang, action.today)


def isolated_sentences(action: Action, lang: Lang) -> tuple[str, ...]:
    """The same to be shown: a right-to-left name in them changes the order of nothing but itself."""
    return tuple(isolate_in(text, action.alert.entity_name) for text in sentences(action, lang))


@dataclass(frozen=True)
class Words:
    """A language, and the zone in which instants are shown."""

    lang: Lang
    zone: ZoneInfo

    @property
    def catalog(self) -> NullTranslations:
        """The gettext catalog of reports."""
        return catalog("report", self.lang)

    def label(self, key: str, kind: str) -> str:
        """The word for one of our terms; a term without one is shown as it is."""
        if kind in SHARED:
            return capital_label(SHARED[kind], key, self.lang)
        known = LABELS[kind].get(key)
        return key if known is None else self.catalog.gettext(known)

    def reason(self, logged: str) -> str:
        """Why a training failed; a reason that has no translation is shown as it was logged."""
        words = self.catalog.gettext(TOO_LITTLE_TEXT)
        return TOO_LITTLE.sub(lambda found: words.format(have=found[1], need=found[2]), logged)

    def lowered(self, text: str) -> str:
        """A term of ours within a sentence, where it does not begin with a capital letter."""
        first = {"I": "ı", "İ": "i"}.get(text[:1]) if self.lang == "tr" else None
        return (first or text[:1].lower()) + text[1:]

    def current(self, report: Report) -> str:
        """What the period of the report is called: this week, October."""
        return self._period(report, 0)

    def before(self, report: Report) -> str:
        """What the period before is called."""
        return self._period(report, 1)

    def _period(self, report: Report, place: int) -> str:
        if report.kind == "monthly":
            return self.month((report.period, report.previous)[place].since)
        if report.kind == "weekly" and report.is_running:
            return self.catalog.gettext(RUNNING[place])
        return self.catalog.gettext(PERIODS[report.kind][place])

    def number(self, value: float | Decimal | None, digits: int = 0) -> str:
        """A figure with the language's separators and so many decimals; unknown as a dash."""
        return UNKNOWN if value is None else formats.fixed(value, self.lang, digits)

    def money(self, amount: Decimal, currency: str) -> str:
        """A sum with its decimals: 10,114.00 TRY."""
        return formats.money(amount, self.lang, currency)

    def round_money(self, amount: Decimal, currency: str) -> str:
        """A sum in a sentence, without decimals: 10,114 TRY."""
        return f"{self.number(amount)} {currency}".rstrip()

    def days_left(self, days: float | None) -> str:
        """About how many days something lasts, rounded as in the sentences of alerts."""
        return formats.counted("day", UNKNOWN if days is None else round(days), self.lang)

    def today(self, now: datetime) -> date:
        """The calendar day of an instant in the hotel's zone."""
        return now.astimezone(self.zone).date()

    def month(self, value: date) -> str:
        """A month by its name: October."""
        return formats.month(value, self.lang)

    def change(self, percent: float | None) -> str:
        """A change in percent with its sign, or as a multiple where it is large."""
        return UNKNOWN if percent is None else formats.change(percent, self.lang)

    def share(self, value: float | None) -> str:
        """A proportion in percent."""
        return UNKNOWN if value is None else formats.percent(100 * value, self.lang, 0)

    def day(self, value: date) -> str:
        """A date in a text: 30 Nov 2025."""
        return formats.day(value, self.lang)

    def short_day(self, value: date) -> str:
        """A date without its year: 30 Nov."""
        return formats.short_day(value, self.lang)

    def day_cell(self, value: date) -> str:
        """A date in a table, with the day of the week: Sun 30 Nov 2025, in Turkish Paz 30.11.2025."""
        return f"{formats.weekday(value, self.lang)} {formats.day_cell(value, self.lang)}"

    def days(self, period: Period) -> str:
        """The days of a period: 15–17 Nov 2025."""
        return formats.days(period.since, period.last_day, self.lang)

    def weekday(self, value: date) -> str:
        """Mon."""
        return formats.weekday(value, self.lang)

    def instant(self, value: datetime) -> str:
        """An instant in a text, in the hotel's zone: 30 Nov 2025 18:05."""
        return formats.moment(value.astimezone(self.zone), self.lang)

    def instant_cell(self, value: datetime | None) -> str:
        """The same in a table, in Turkish 30.11.2025 18:05; unknown as a dash."""
        return UNKNOWN if value is None else formats.moment_cell(value.astimezone(self.zone), self.lang)

    def days_since(self, day: date, now: datetime) -> str:
        """How many calendar days ago a day was, in the hotel's zone, as a reader of its date counts."""
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
