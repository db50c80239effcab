"""The state of an alert: snoozed, muted, one of a series; and its history."""

from minibar_ml.domain.alerts import Alert, AlertEvent
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import day, moment
from minibar_ml.i18n.labels import DOMAIN, label

SNOOZED = "snoozed until {at}"
MUTED = "muted by alert {id}"
AGAIN = "Alert {id}, {status}, {day}"
TEXTS = (SNOOZED, MUTED, AGAIN)


def standing(alert: Alert, lang: Lang) -> list[str]:
    """Its status unless it is open, and what mutes it."""
    translate = catalog(DOMAIN, lang).gettext
    states = []
    if alert.snoozed_until is not None:
        states.append(translate(SNOOZED).format(at=moment(alert.snoozed_until, lang)))
    elif alert.status != "open":
        states.append(label("status", alert.status, lang))
    if alert.muted_by is not None:
        states.append(translate(MUTED).format(id=alert.muted_by))
    return states


def again(before: Alert, lang: Lang) -> str:
    """How the previous alert of the same fault ended."""
    ended = before.resolved_at or before.last_seen
    status = label("status", before.status, lang)
    return catalog(DOMAIN, lang).gettext(AGAIN).format(id=before.id, status=status, day=day(ended.date(), lang))


def event_line(one: AlertEvent, lang: Lang) -> str:
    """One line of an alert's history: when, what, by whom, and a comment's text."""
    what = label("event", one.event, lang)
    if one.event == "escalated" and one.severity is not None:
        what += f" ({label('severity', one.severity, lang)})"
    line = ", ".join(filter(None, (f"{moment(one.at, lang)}  {what}", one.by)))
    return line if one.body is None else f"{line}: {' '.join(one.body.split())}"
