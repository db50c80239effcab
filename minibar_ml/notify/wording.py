"""What messages say, in both languages: one alert, a digest of many, a test. Texts are escaped and CSS is inlined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from minibar_ml.domain.alerts import SEVERITIES, Alert, Severity
from minibar_ml.domain.messages import Attachment, Mail
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import counted, day, moment, money
from minibar_ml.i18n.labels import SEVERITY_MARKS, label
from minibar_ml.i18n.messages import sentences

DOMAIN = "mails"
TEMPLATES = Path(__file__).parent / "templates"
"""A shape for each severity, since colour alone tells some readers nothing."""


def _(text: str) -> str:
    """Mark a text for the catalog; it is translated where it is used."""
    return text


HEADINGS = {
    "opened": _("A new alert"),
    "reopened": _("An alert is open again"),
    "unmuted": _("A new alert"),
    "unsnoozed": _("An alert that was put off is still open"),
    "escalated": _("An alert has become graver"),
    "resolved": _("An alert is over"),
    "false_positive": _("An alert was a false alarm"),
}
ENDS = ("resolved", "false_positive")
STILL_OPEN = _("Nobody has read this alert yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a message says of a report: its head, its key figures (name, figure, words below), the gravest alerts."""

    title: str
    whose: str
    days: str
    figures: Sequence[tuple[str, str, str]]
    alerts: Sequence[Alert]
    more: int


@dataclass(frozen=True)
class Words:
    """To whom a message speaks: language and zone, and the names of the hotels where there are several."""

    lang: Lang
    zone: ZoneInfo
    hotels: Mapping[int, str]

    def alert(self, alert: Alert, event: str, repetition: int, person: str) -> Mail:
        """The message about one alert, and why it is sent."""
        heading = self._translate(STILL_OPEN if repetition else HEADINGS[event])
        message, action = sentences(alert, alert.entity_name, self.lang)
        severity = self._label("severity", alert.severity)
        subject = f"[{severity}] {self._entity(alert)}: {self._label('type', alert.type)}"
        if event != "opened" or repetition:
            subject = f"[{severity}] {heading}: {self._entity(alert)}"
        is_over = event in ENDS
        values = {"heading": heading, "person": person, "is_over": is_over, "one": self._told(alert)}
        return self._mail("alert", subject, values, short=message if is_over else f"{message} {action}")

    def digest(
        self,
        counts: Mapping[Severity, int],
        alerts: Sequence[Alert],
        person: str,
        over: Sequence[Alert] = (),
        over_count: int = 0,
    ) -> Mail:
        """The message about many alerts: how many are live and how many are over, and the gravest of either."""
        total = sum(counts.values())
        several = catalog(DOMAIN, self.lang).ngettext
        live = several("%(n)d alert", "%(n)d alerts", total) % {"n": total}
        ended = several("%(n)d alert is over", "%(n)d alerts are over", over_count) % {"n": over_count}
        by_severity = [(one, counts[one]) for one in reversed(SEVERITIES) if counts.get(one)]
        listed = ", ".join(f"{self._label('severity', one)} {number}" for one, number in by_severity)
        subject = "; ".join([f"{live}: {listed}"] * bool(total) + [ended] * bool(over_count))
        values = {
            "heading": live if total else ended,
            "person": person,
            "counts": [(SEVERITY_MARKS[one], self._label("severity", one), number, one) for one, number in by_severity],
            "alerts": [self._told(alert) for alert in alerts],
            "more": total - len(alerts),
            "ended": ended,
            "over": [self._told(alert) for alert in over],
            "more_over": over_count - len(over),
        }
        return self._mail("digest", subject, values, short=subject)

    def report(self, summary: Summary, files: Sequence[Attachment]) -> Mail:
        """The message that a report goes with."""
        values = {
            "heading": summary.title,
            "whose": summary.whose,
            "days": summary.days,
            "figures": summary.figures,
            "alerts": [self._told(alert) for alert in summary.alerts],
            "more": summary.more,
            "files": [file.name for file in files],
        }
        made = self._mail("report", f"{summary.title}: {summary.whose}, {summary.days}", values, short="")
        return replace(made, attachments=tuple(files))

    def test(self, person: str, at: datetime) -> Mail:
        """A message that says that messages arrive."""
        heading = self._translate(_("This is a test"))
        values = {"heading": heading, "person": person, "at": moment(at.astimezone(self.zone), self.lang)}
        return self._mail("test", heading, values, short=heading)

    def _mail(self, template: str, subject: str, values: Mapping[str, Any], short: str) -> Mail:
        from css_inline import inline

        environment = _environment(self.lang)
        common = {"lang": self.lang, "subject": subject, **values}
        text = _text(environment.get_template(f"{template}.txt.j2").render(common))
        page = environment.get_template(f"{template}.html.j2").render(common)
        return Mail(subject, text, inline(page, load_remote_stylesheets=False), short=short)

    def _told(self, alert: Alert) -> dict[str, Any]:
        """An alert as the templates tell it."""
        message, action = sentences(alert, alert.entity_name, self.lang)
        facts = [
            (self._field("severity"), f"{SEVERITY_MARKS[alert.severity]} {self._label('severity', alert.severity)}"),
            (self._field("type"), self._label("type", alert.type)),
            (self._field("day"), day(alert.occurred_on, self.lang)),
            (self._translate(_("Raised")), moment(alert.raised_at.astimezone(self.zone), self.lang)),
        ]
        if alert.hotel_id in self.hotels:
            facts.insert(2, (self._translate(_("Hotel")), self.hotels[alert.hotel_id]))
        if alert.occurrences > 1:
            facts.append((self._translate(_("Found on")), counted("day", alert.occurrences, self.lang)))
        if alert.impact is not None:
            facts.append((self._field("impact"), money(alert.impact, self.lang)))
        return {
            "id": alert.id,
            "severity": alert.severity,
            "mark": SEVERITY_MARKS[alert.severity],
            "title": f"{self._label('type', alert.type)}: {self._entity(alert)}",
            "status": label("status", alert.status, self.lang),
            "message": message,
            "action": action,
            "facts": facts,
        }

    def _entity(self, alert: Alert) -> str:
        """An entity's name; a room's is a number that needs to be called a room's."""
        return (
            f"{self._label('entity', 'room')} {alert.entity_name}" if alert.entity_type == "room" else alert.entity_name
        )

    def _translate(self, text: str) -> str:
        return catalog(DOMAIN, self.lang).gettext(text)

    def _label(self, kind: Any, name: str) -> str:
        return _capital(label(kind, name, self.lang), self.lang)

    def _field(self, name: str) -> str:
        return label("field", name, self.lang)


def _capital(text: str, lang: Lang) -> str:
    """The text with a capital first letter; a Turkish i keeps its dot."""
    first = "İ" if lang == "tr" and text[:1] == "i" else text[:1].upper()
    return first + text[1:]


def _text(rendered: str) -> str:
    """Plain text without the blank lines that tags leave, and with one at its end."""
    lines = [line.rstrip() for line in rendered.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip() + "\n"


@cache
def _environment(lang: Lang) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalog(DOMAIN, lang), newstyle=True)  # type: ignore[attr-defined]
    return environment
