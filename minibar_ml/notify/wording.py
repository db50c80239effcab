"""The texts of messages in both languages: one alert, a digest, a report, a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from minibar_ml.domain.alerting.alerts import SEVERITIES, Alert
from minibar_ml.domain.alerting.kinds import IN_MONEY
from minibar_ml.domain.messages import NOWHERE, Attachment, Digest, Mail, Origin
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import counted, day, moment, money
from minibar_ml.i18n.labels import SEVERITY_MARKS, capital_label, label
from minibar_ml.i18n.listings import loss
from minibar_ml.i18n.messages import sentences
from minibar_ml.i18n.standings import part_line, standing
from minibar_ml.notify.rendering import DOMAIN, rendered
from minibar_ml.notify.summary import Summary


def _(text: str) -> str:
    """Mark a text for the catalog; it is translated where it is used."""
    return text


HEADINGS = {
    "opened": _("New alert"),
    "reopened": _("Alert reopened"),
    "unmuted": _("New alert"),
    "unsnoozed": _("Snooze ended, alert still open"),
    "escalated": _("Severity raised to %(severity)s"),
    "recurred": _("Found again"),
    "next_request": _("Another request is open"),
    "resolved": _("Alert ended"),
    "records_changed": _("Alert withdrawn, records changed"),
    "subject_gone": _("Alert ended, no longer an issue"),
    "false_positive": _("Alert marked as a false positive"),
}
"""Why a message about one alert is sent, by the alert's event, or why the system ended it."""
ENDS = ("resolved", "false_positive")
NAMED = 3
"""Hotels that a digest's subject names; of more it says how many."""
STILL_UNREAD = _("Alert still unread")


@dataclass(frozen=True)
class Words:
    """The reader's language and zone, the names of the hotels where there are several, the day of reading, and as far
    as they are known the currency of prices and where alerts are looked up."""

    lang: Lang
    zone: ZoneInfo
    hotels: Mapping[int, str]
    today: date | None = None
    currency: str = ""
    origin: Origin = NOWHERE

    def alert(
        self,
        alert: Alert,
        event: str,
        repetition: int,
        person: str,
        parts: Sequence[Alert] = (),
        comment: str | None = None,
    ) -> Mail:
        """The message about one alert; its heading says why it is sent.

        `parts`: the other alerts of its incident. `comment`: what whoever closed it said of it.
        """
        if event not in ENDS:
            alert = replace(
                alert, severity=max((alert, *parts), key=lambda one: SEVERITIES.index(one.severity)).severity
            )
        severity = label("severity", alert.severity, self.lang)
        why = (event == "resolved" and alert.end_reason) or event
        heading = self._translate(STILL_UNREAD if repetition else HEADINGS[why]) % {"severity": severity}
        message, action = sentences(alert, alert.entity_name, self.lang, self.today)
        has_ended = event in ENDS
        incident = _with_loss([alert, *parts])
        kind = capital_label("type", alert.type, self.lang)
        about = ", ".join([*self._place(alert), f"{self._entity(alert)}: {kind}"])
        why_sent = [heading] if event != "opened" or repetition else []
        outcome = [] if has_ended else self._outcome(incident.facts.get("order_by"), incident.impact)
        whole = self._parts(incident)
        if has_ended:
            whole["facts"] += self._closing(alert, comment)
        values = {"heading": heading, "person": person, "has_ended": has_ended, "one": whole}
        values["parts"] = [self._part(part) for part in parts]
        subject = f"[{capital_label('severity', alert.severity, self.lang)}] {' · '.join([*why_sent, about, *outcome])}"
        return self._mail("alert", subject, values, short=message if has_ended else f"{message} {action}")

    def digest(
        self,
        digest: Digest,
        alerts: Sequence[Alert],
        person: str,
        ended: Sequence[Alert] = (),
        parts: Mapping[int, Sequence[Alert]] | None = None,
    ) -> Mail:
        """The message about many alerts: how many are live and how many have ended, and the most severe of either.

        `parts`: by listed alert, the other alerts of its incident that are not listed themselves.
        """
        incidents: dict[int, list[Alert]] = {}
        for alert in alerts:
            members = incidents.setdefault(alert.incident_id or alert.id, [])
            members += [alert, *(parts or {}).get(alert.id, ())]
        one_of_each = [list({one.id: one for one in members}.values()) for members in incidents.values()]
        counts, total = digest.counts, sum(digest.counts.values())
        several = catalog(DOMAIN, self.lang).ngettext
        live_heading = several("%(n)d alert", "%(n)d alerts", total) % {"n": total}
        ended_heading = several("%(n)d alert ended", "%(n)d alerts ended", digest.over) % {"n": digest.over}
        by_severity = [(one, counts[one]) for one in reversed(SEVERITIES) if counts.get(one)]
        names = {one: capital_label("severity", one, self.lang) for one, _count in by_severity}
        listed = ", ".join(f"{names[one]} {count}" for one, count in by_severity)
        outlook = [*self._outcome(digest.order_by, digest.impact), *self._places(digest.hotel_ids)]
        live = " · ".join([f"{live_heading}: {listed}", *outlook])
        subject = "; ".join([live] * bool(total) + [ended_heading] * bool(digest.over))
        values = {
            "heading": live_heading if total else ended_heading,
            "person": person,
            "outlook": " · ".join(outlook),
            "counts": [(SEVERITY_MARKS[one], names[one], count) for one, count in by_severity],
            "alerts": [
                self._parts(_with_loss(members)) | {"parts": [self._part(part) for part in members[1:]]}
                for members in one_of_each
            ],
            "more": total - sum(one.muted_by is None for members in one_of_each for one in members),
            "others": self._others(digest),
            "ended_heading": ended_heading,
            "ended": [self._parts(alert) | {"status": ", ".join(standing(alert, self.lang))} for alert in ended],
            "more_ended": digest.over - len(ended),
        }
        return self._mail("digest", subject, values, short=subject)

    def report(self, summary: Summary, files: Sequence[Attachment]) -> Mail:
        """The message that a report is attached to."""
        values = {
            "heading": summary.sentence,
            "title": summary.title,
            "health": summary.health,
            "whose": summary.whose,
            "days": summary.days,
            "figures": summary.figures,
            "list_title": summary.list_title,
            "today": summary.today,
            "more": summary.more,
            "snoozed": summary.snoozed,
            "checkpoint": summary.checkpoint,
            "files": [file.name for file in files],
        }
        made = self._mail("report", f"{summary.whose}: {summary.sentence}", values, short="")
        return replace(made, attachments=tuple(files))

    def test(self, person: str, at: datetime) -> Mail:
        """A message that proves that messages arrive."""
        heading = self._translate(_("Test message"))
        values = {"heading": heading, "person": person, "at": moment(at.astimezone(self.zone), self.lang)}
        return self._mail("test", heading, values, short=heading)

    def _mail(self, template: str, subject: str, values: Mapping[str, Any], short: str) -> Mail:
        return rendered(template, subject, {"origin": self.origin.in_language(self.lang), **values}, self.lang, short)

    def _part(self, alert: Alert) -> str:
        """What is said of another alert of the incident."""
        return f"{part_line(alert, self.lang)}. {sentences(alert, alert.entity_name, self.lang, self.today)[0]}"

    def _parts(self, alert: Alert) -> dict[str, Any]:
        """An alert's texts for the templates."""
        message, action = sentences(alert, alert.entity_name, self.lang, self.today)
        return {
            "id": alert.id,
            "severity": alert.severity,
            "mark": SEVERITY_MARKS[alert.severity],
            "title": f"{capital_label('type', alert.type, self.lang)}: {self._entity(alert)}",
            "status": label("status", alert.status, self.lang),
            "message": message,
            "action": action,
            "facts": self._facts(alert),
            "about": " · ".join(self._about(alert)),
        }

    def _about(self, alert: Alert) -> list[str]:
        """Until when, what it may cost, and where: what a row of a digest says besides its sentences."""
        return [*self._outcome(alert.facts.get("order_by"), alert.impact), *self._place(alert)]

    def _outcome(self, order_by: object, impact: float | None) -> list[str]:
        """Until when something is to be ordered, and what may be lost, as far as either is known."""
        by = [self._translate(_("order by %(day)s")) % {"day": day(order_by, self.lang)}] if order_by else []
        if impact is None:
            return by
        return [*by, self._translate(_("possible loss %(money)s")) % {"money": money(impact, self.lang, self.currency)}]

    def _place(self, alert: Alert) -> list[str]:
        """An alert's hotel, where there are several."""
        return self._places([alert.hotel_id])

    def _places(self, hotel_ids: Sequence[int]) -> list[str]:
        """The hotels, where there are several, in one text: few by name."""
        if not self.hotels or not hotel_ids:
            return []
        if len(hotel_ids) > NAMED:
            text = catalog(DOMAIN, self.lang).ngettext("%(n)d hotel", "%(n)d hotels", len(hotel_ids))
            return [text % {"n": len(hotel_ids)}]
        names = {COMMON_STORE: self._translate(_("Common store")), **self.hotels}
        return [", ".join(names.get(one, f"#{one}") for one in hotel_ids)]

    def _others(self, digest: Digest) -> str:
        """How many alerts wait besides those of the digest, and their possible loss; empty where there are none."""
        if not digest.others:
            return ""
        several = catalog(DOMAIN, self.lang).ngettext
        text = several("%(n)d more alert waits", "%(n)d more alerts wait", digest.others) % {"n": digest.others}
        return ", ".join([text, *self._outcome(None, digest.others_impact)])

    def _closing(self, alert: Alert, comment: str | None) -> list[tuple[str, str]]:
        """Who closed an alert and what was said of it; nothing where the system ended it."""
        by = [(self._translate(_("Closed by")), alert.resolved_by)] if alert.resolved_by else []
        return [*by, (self._translate(_("Comment")), comment)] if comment else by

    def _facts(self, alert: Alert) -> list[tuple[str, str]]:
        """Names and values of what is known of an alert."""
        severity = f"{SEVERITY_MARKS[alert.severity]} {capital_label('severity', alert.severity, self.lang)}"
        facts = [
            (self._field("severity"), severity),
            (self._field("type"), capital_label("type", alert.type, self.lang)),
            (self._field("day"), day(alert.occurred_on, self.lang)),
            (self._translate(_("Raised")), moment(alert.raised_at.astimezone(self.zone), self.lang)),
        ]
        facts[2:2] = [(self._translate(_("Hotel")), place) for place in self._place(alert)]
        if due := alert.facts.get("order_by"):
            facts.append((self._translate(_("Order by")), day(due, self.lang)))
        if alert.occurrences > 1:
            facts.append((self._translate(_("Seen on")), counted("day", alert.occurrences, self.lang)))
        lacks_price = alert.type in IN_MONEY and alert.status not in ENDS
        if alert.impact is not None or lacks_price:
            facts.append((self._field("impact"), loss(alert, self.lang, self.currency)))
        return facts

    def _entity(self, alert: Alert) -> str:
        """An entity's name; a room's is a number that needs `Room` before it."""
        room = label("entity", "room", self.lang)
        return f"{room} {alert.entity_name}" if alert.entity_type == "room" else alert.entity_name

    def _translate(self, text: str) -> str:
        return catalog(DOMAIN, self.lang).gettext(text)

    def _field(self, name: str) -> str:
        return label("field", name, self.lang)


def _with_loss(incident: Sequence[Alert]) -> Alert:
    """The first of an incident's alerts with the possible loss of all, which is counted once as lists and reports do.

    None where nothing of it counts any more: the records no longer show it, or it was no fault.
    """
    first, known = incident[0], [one.counted_impact for one in incident if one.counted_impact is not None]
    counts = any(known) or first.status not in ENDS
    return replace(first, impact=sum(known) if known and counts else None, is_counted=True)
