"""The state of an alert: snoozed, muted, one of a series; and its history."""

from minibar_ml.domain.alerting.alerts import Alert, AlertDay, AlertEvent
from minibar_ml.domain.alerting.kinds import is_derived
from minibar_ml.domain.alerting.verdicts import VerdictCounts
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import day, moment, money, number
from minibar_ml.i18n.labels import DOMAIN, label

SNOOZED = "snoozed until {at}"
MUTED = "muted by alert {id}"
ENDED_BY_MUTE = "ended by mute {id}"
AGAIN = "Alert {id}, {status}, {day}"
RECORDS_CHANGED = "records changed"
SUBJECT_GONE = "no longer an issue"
END_REASONS = {"records_changed": RECORDS_CHANGED, "subject_gone": SUBJECT_GONE}
ON_RECORD = "{day}: {value}, as the records say now"
NOW_OTHER = "{day}: {value} in the alert, {now} on record now"
DERIVED = "{day}: {value}, worked out from records that add up to {now} now"
NOW_GONE = "{day}: {value} in the alert, no longer on record"
COUNTED = "{value}; put back by counts: {back} in the alert, {now} on record now"
NOT_READ = "{day}: {value} in the alert; records of that day are no longer read"
PART = "Same cause: alert {id} ({severity}), {type}, {name}"
LOSS = "possible loss {before} → {now}"
VERDICTS = "Of {decided} others of this type decided in this hotel, {confirmed} were confirmed."
VERDICT = "One other of this type was decided in this hotel; it was confirmed."
NO_VERDICT = "One other of this type was decided in this hotel; it was a false alarm."
TEXTS = (
    VERDICTS,
    VERDICT,
    NO_VERDICT,
    PART,
    SNOOZED,
    MUTED,
    ENDED_BY_MUTE,
    AGAIN,
    RECORDS_CHANGED,
    SUBJECT_GONE,
    ON_RECORD,
    NOW_OTHER,
    DERIVED,
    NOW_GONE,
    NOT_READ,
    COUNTED,
    LOSS,
)


def standing(alert: Alert, lang: Lang) -> list[str]:
    """Its status unless it is open, and what mutes it."""
    translate = catalog(DOMAIN, lang).gettext
    states = []
    if alert.snoozed_until is not None:
        states.append(translate(SNOOZED).format(at=moment(alert.snoozed_until, lang)))
    elif alert.status != "open":
        states.append(label("status", alert.status, lang))
    if alert.end_reason is not None and alert.status == "resolved":
        states.append(translate(END_REASONS[alert.end_reason]))
    if alert.mute_id is not None and alert.status == "resolved":
        states.append(translate(ENDED_BY_MUTE).format(id=alert.mute_id))
    if alert.muted_by is not None:
        states.append(translate(MUTED).format(id=alert.muted_by))
    return states


def part_line(alert: Alert, lang: Lang) -> str:
    """Another alert of the same incident."""
    kind = label("type", alert.type, lang)
    severity = label("severity", alert.severity, lang)
    return catalog(DOMAIN, lang).gettext(PART).format(id=alert.id, severity=severity, type=kind, name=alert.entity_name)


def again(before: Alert, lang: Lang) -> str:
    """How the previous alert of the same fault ended."""
    ended = before.resolved_at or before.last_seen
    status = label("status", before.status, lang)
    return catalog(DOMAIN, lang).gettext(AGAIN).format(id=before.id, status=status, day=day(ended.date(), lang))


def verdicts_line(verdicts: VerdictCounts, lang: Lang) -> str:
    """How often others like an alert were right."""
    text = VERDICTS if verdicts.decided > 1 else VERDICT if verdicts.confirmed else NO_VERDICT
    figures = {"decided": number(verdicts.decided, lang), "confirmed": number(verdicts.confirmed, lang)}
    return catalog(DOMAIN, lang).gettext(text).format(**figures)


def ground_line(alert: Alert, one: AlertDay, lang: Lang) -> str:
    """What an alert says of one day, and what is on record of it now.

    A loss is a part of what was issued: that the two figures differ does not say that anything has changed.
    """
    if not one.is_read:
        text = NOT_READ
    elif one.on_record is None:
        text = NOW_GONE
    elif one.on_record == one.value:
        text = ON_RECORD
    else:
        text = DERIVED if is_derived(alert.type, one.reason) else NOW_OTHER
    values = {"day": day(one.day, lang), "value": number(one.value, lang), "now": number(one.on_record, lang)}
    translate = catalog(DOMAIN, lang).gettext
    line = translate(text).format(**values)
    if not one.is_read or one.put_back == one.put_back_now:
        return line
    back, now = number(one.put_back or 0.0, lang), number(one.put_back_now or 0.0, lang)
    return translate(COUNTED).format(value=line, back=back, now=now)


def _figures(one: AlertEvent, lang: Lang) -> str:
    """What was measured, and before the step where that changed it; the possible loss where that alone was changed."""
    value = number(one.value, lang)
    if one.value_before not in (None, one.value):
        return f"{number(one.value_before, lang)} → {value}"
    if one.impact_before in (None, one.impact):
        return value
    before, now = money(one.impact_before, lang), money(one.impact, lang)
    return f"{value} ({catalog(DOMAIN, lang).gettext(LOSS).format(before=before, now=now)})"


def event_line(one: AlertEvent, lang: Lang) -> str:
    """One line of an alert's history: when by the clock of whoever did it, what, by whom, and a comment's text."""
    what = label("event", one.event, lang)
    if one.event in ("escalated", "eased") and one.severity is not None:
        what += f" ({label('severity', one.severity, lang)})"
    has_figures = one.event in ("opened", "recurred", "corrected") or one.value_before not in (None, one.value)
    if has_figures and one.value is not None:
        what += f": {_figures(one, lang)}"
    if one.reason is not None:
        what += f" ({catalog(DOMAIN, lang).gettext(END_REASONS[one.reason])})"
    line = ", ".join(filter(None, (f"{moment(one.as_of or one.at, lang)}  {what}", one.by)))
    return line if one.body is None else f"{line}: {' '.join(one.body.split())}"
