"""The lines around a list of alerts: what it holds, what it leaves out, and why it is empty."""

from collections.abc import Mapping, Sequence
from datetime import date

from minibar_ml.domain.alerting.alerts import SEVERITIES, Alert
from minibar_ml.domain.alerting.filters import Hidden, Totals
from minibar_ml.domain.alerting.kinds import IN_MONEY, KINDS
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import UNSET, counted, day, money, whole
from minibar_ml.i18n.labels import DOMAIN, label

PART_OF = "{shown} of {alerts} shown"
IN_ROWS = "{alerts} in {rows} rows"
IN_A_ROW = "{alerts} in one row"
SEEN = "seen {n}×"
BY = "by {day}"
LOSS = "possible loss {amount}"
HOTEL = "Hotel {id}"
SHARED = "common store"
NO_PRICE = "price unknown"
PART_OF_INCIDENT = "{amount} (part of incident {id}, which counts once)"
WITHDRAWN_LOSS = "{amount} (not counted: the records have changed)"
FALSE_LOSS = "{amount} (not counted: false positive)"
NOT_IN_SUM = (
    "Amounts in parentheses are not in the sum: another alert of the incident counts, the records have changed, or it "
    "was a false positive."
)
SNOOZED = "Not shown: {n} snoozed (use --status snoozed)."
MUTED = "Not shown: {n} muted by alert {id} ({type}, {name}) (use --muted)."
NOT_RUN = "No alerts: `minibar-ml detect` has not run yet."
NO_OTHERS = "No other live alerts."
NONE_LIVE = "No live alerts."
NO_MATCH = "No alerts match."
TEXTS = (
    PART_OF,
    IN_ROWS,
    IN_A_ROW,
    SEEN,
    BY,
    LOSS,
    NO_PRICE,
    PART_OF_INCIDENT,
    WITHDRAWN_LOSS,
    FALSE_LOSS,
    NOT_IN_SUM,
    HOTEL,
    SHARED,
    SNOOZED,
    MUTED,
    NOT_RUN,
    NO_OTHERS,
    NONE_LIVE,
    NO_MATCH,
)


def heading(totals: Totals, shown: int, rows: int, hotel: str | None, lang: Lang, currency: str = "") -> str:
    """What a list holds: `5 of 31 alerts shown in 4 rows: 2 critical, 29 high; possible loss 1,250.00 TRY`.

    `rows`: fewer than `shown` where alerts with one cause are one row. `hotel`: the one that all are of.
    """
    alerts = counted("alert", totals.alerts, lang)
    head = alerts if shown >= totals.alerts else _text(PART_OF, lang).format(shown=whole(shown, lang), alerts=alerts)
    if rows < shown:
        head = _text(IN_ROWS if rows > 1 else IN_A_ROW, lang).format(alerts=head, rows=whole(rows, lang))
    parts = [
        f"{whole(totals.by_severity[one], lang)} {label('severity', one, lang)}"
        for one in reversed(SEVERITIES)
        if totals.by_severity.get(one)
    ]
    said = [f"{head}: {', '.join(parts)}"]
    if totals.impact is not None:
        said.append(_text(LOSS, lang).format(amount=money(totals.impact, lang, currency)))
    return "; ".join(said) if hotel is None else f"{hotel}. {'; '.join(said)}"


def loss(alert: Alert, lang: Lang, currency: str = "") -> str:
    """An alert's possible loss: an amount, that no price is known, or a dash where it is about none.

    In parentheses where it is not in the sum of a list.
    """
    if alert.impact is None:
        return _text(NO_PRICE, lang) if alert.type in IN_MONEY else UNSET
    amount = money(alert.impact, lang, currency)
    return amount if is_in_sum(alert) else f"({amount})"


def is_in_sum(alert: Alert) -> bool:
    """Whether all of an alert's possible loss counts, as far as it is known."""
    return alert.counted_impact == alert.impact


def own_loss(alert: Alert, lang: Lang, currency: str = "") -> str:
    """The same of an alert by itself; where it is not counted it says why."""
    if alert.impact is None or is_in_sum(alert):
        return loss(alert, lang, currency)
    text = WITHDRAWN_LOSS if alert.end_reason == "records_changed" else PART_OF_INCIDENT
    text = FALSE_LOSS if alert.status == "false_positive" else text
    return _text(text, lang).format(amount=money(alert.impact, lang, currency), id=alert.incident_id)


def not_in_sum(lang: Lang) -> str:
    """What amounts in parentheses are."""
    return _text(NOT_IN_SUM, lang)


def totals_of(alerts: Sequence[Alert]) -> Totals:
    """The totals of alerts that were all read."""
    priced = [alert.counted_impact for alert in alerts if alert.counted_impact is not None]
    severities = [alert.severity for alert in alerts]
    ids = frozenset(alert.hotel_id for alert in alerts if not KINDS[alert.type].is_of_server)
    return Totals({one: severities.count(one) for one in SEVERITIES}, sum(priced) if priced else None, ids)


def hotel(hotel_id: int, name: str | None, lang: Lang) -> str:
    """A hotel's name; where it is not known its number. Hotel 0 is the common store."""
    if hotel_id == COMMON_STORE:
        return _text(SHARED, lang)
    return name or _text(HOTEL, lang).format(id=hotel_id)


def hotel_of(alert: Alert, names: Mapping[int, str], lang: Lang) -> str:
    """What an alert belongs to: its hotel; one about a hotel, or the installation, has that name of its own."""
    if alert.entity_type == "hotel":
        return alert.entity_name
    return hotel(alert.hotel_id, names.get(alert.hotel_id), lang)


def left_out(hidden: Hidden, lang: Lang) -> str:
    """How many alerts a list leaves out for one reason, and how to see them."""
    if hidden.muted_by is None:
        return _text(SNOOZED, lang).format(n=whole(hidden.alerts, lang))
    kind = label("type", hidden.type or "", lang)
    return _text(MUTED, lang).format(
        n=whole(hidden.alerts, lang), id=hidden.muted_by, type=kind, name=hidden.entity_name
    )


def empty(lang: Lang, *, has_run: bool, is_unfiltered: bool, is_hidden: bool) -> str:
    """Why a list is empty."""
    if not has_run:
        return _text(NOT_RUN, lang)
    if is_hidden and is_unfiltered:
        return _text(NO_OTHERS, lang)
    return _text(NONE_LIVE if is_unfiltered else NO_MATCH, lang)


def seen(occurrences: int, lang: Lang) -> str:
    """How often an alert was found again; '' where it was found once."""
    return _text(SEEN, lang).format(n=whole(occurrences, lang)) if occurrences > 1 else ""


def day_of(alert: Alert, lang: Lang, today: date) -> str:
    """The day that a list shows of an alert: on which it began, or by which something is to be ordered."""
    if order_by := (alert.facts or {}).get("order_by"):
        return _text(BY, lang).format(day=day(order_by, lang, near=today))
    return day(alert.occurred_on, lang, near=today)


def _text(text: str, lang: Lang) -> str:
    return catalog(DOMAIN, lang).gettext(text)
