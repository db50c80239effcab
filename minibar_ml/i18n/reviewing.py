"""The screen of `alerts review`: its keys, questions and answers."""

from minibar_ml.domain.alerting.alerts import Alert, Status
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import counted, moment
from minibar_ml.i18n.labels import DOMAIN

KEYS = "r resolved, f false, a read, s snooze, c comment, n next, u undo, q quit"
HELP = "Each key decides at once; s and c ask first, u takes the last decision back."
NO_KEY = "This key does nothing; ? explains the keys below."
PLACE = "{place} of {alerts}"
SNOOZE_UNTIL = "Snooze until (8:00, tomorrow 8:00, 3d; empty: no): "
COMMENT = "Comment (empty: none): "
RESOLVED = "Alert {id} is resolved."
FALSE = "Alert {id} is marked as a false positive."
READ = "Alert {id} is read."
SNOOZED = "Alert {id} is snoozed until {at}."
COMMENTED = "A comment is added to alert {id}."
REOPENED = "Alert {id} is open again."
UNCHANGED = "Alert {id} is as it was: somebody else has closed it, or a newer one is open."
NOTHING_TO_UNDO = "Nothing to undo."
LAST = "This is the last one; q ends the review."
DONE = "{alerts} decided, {left} left."
TEXTS = (
    KEYS, HELP, NO_KEY, PLACE, SNOOZE_UNTIL, COMMENT, RESOLVED, FALSE, READ, SNOOZED, COMMENTED, REOPENED, UNCHANGED,
    NOTHING_TO_UNDO, LAST, DONE,
)  # fmt: skip
_NOW: dict[Status, str] = {
    "open": REOPENED, "acknowledged": READ, "snoozed": SNOOZED, "resolved": RESOLVED, "false_positive": FALSE,
}  # fmt: skip


def text(one: str, lang: Lang) -> str:
    """One of these texts that has no values."""
    return catalog(DOMAIN, lang).gettext(one)


def place(number: int, alerts: int, lang: Lang) -> str:
    """Which of the alerts this is: `3 of 12`."""
    return text(PLACE, lang).format(place=number, alerts=alerts)


def now(alert: Alert, lang: Lang) -> str:
    """What a decision has made of an alert."""
    at = moment(alert.snoozed_until, lang) if alert.snoozed_until else ""
    return text(_NOW[alert.status], lang).format(id=alert.id, at=at)


def of(one: str, alert_id: int, lang: Lang) -> str:
    """One of these texts about an alert."""
    return text(one, lang).format(id=alert_id)


def done(decided: int, left: int, lang: Lang) -> str:
    """How many alerts the review has decided on."""
    return text(DONE, lang).format(alerts=counted("alert", decided, lang), left=left)
