"""What an alert says: for each reason a message and what to do about it, in English here, in Turkish in alerts.po."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, get_args

from minibar_ml.domain.alert_kinds import is_state
from minibar_ml.domain.alerts import Alert, Finding
from minibar_ml.domain.calendar import SpecialKind
from minibar_ml.i18n import Lang, captions, catalog, evidence, explanations, standings
from minibar_ml.i18n.formats import COUNTED, TIMES, UNKNOWN, counted, day, duration, moment, number
from minibar_ml.i18n.labels import DOMAIN, LABELS, label

MOST_PRODUCTS = 5


@dataclass(frozen=True, slots=True)
class Wording:
    """One reason's sentences; a detail is told only where all that it names is known."""

    message: str
    action: str
    details: tuple[str, ...] = ()


TAKEN = "Taken: {products}."
STAY = "{guests} for {nights}."
ROOM_TYPE = "Room type: {room_type}."
HOLIDAY = "A public holiday: {holiday}."
EVENT = "An event: {event}."
PROVISIONAL = "After {history} of history, provisional."
"""Ends the message of what was learnt while the hotel was new."""

FIGURES = "Figures of {measured_on}."
"""Ends the message where the fault was found again, and worse than on the day that it began."""

WORDINGS: Mapping[str, Wording] = {
    "room_high": Wording(
        "Room {name}: {units} consumed where about {expected} would be usual.",
        "Compare with the guest's bill. If it does not match, count the minibar again.",
        (STAY, ROOM_TYPE, HOLIDAY, EVENT, TAKEN),
    ),
    "room_low": Wording(
        "Room {name}: only {units} consumed where about {expected} would be usual.",
        "Look into the minibar and check that the last visits were recorded in full.",
        (STAY, ROOM_TYPE, HOLIDAY, EVENT, TAKEN),
    ),
    "product_high": Wording(
        "{name}: {units} consumed where about {expected} would be usual.",
        "Look for rooms that took many and for entries made twice, then count the stock.",
        (HOLIDAY, EVENT),
    ),
    "product_low": Wording(
        "{name}: only {units} consumed where about {expected} would be usual.",
        "Check that it is in the minibars and that its consumption is being recorded.",
        (HOLIDAY, EVENT),
    ),
    "vacant": Wording(
        "Room {name}: {units} gone although no guest was in the room.",
        "Find out who has been in the room since the last check, and count the minibar again.",
        ("Last check: {previous_on}.", "Missing: {products}."),
    ),
    "silent": Wording(
        "Room {name}: nothing recorded in {nights} with guests, where about {expected_units} would be usual.",
        "Look into the minibar: is it locked, empty or broken, or are visits not recorded?",
        ("In that time: {stays}.",),
    ),
    "slow": Wording(
        "{name}: a room takes {minutes}, usually about {expected_minutes}.",
        "Ask what is in the way: missing stock, the cart, the lifts or too many rooms.",
        ("Measured over {visits}.",),
    ),
    "waiting": Wording(
        "Room {name}: a guest has been waiting {minutes} for a refill.",
        "Send somebody now and tell the guest when to expect them.",
        ("Asked at {requested_time}.",),
    ),
    "waited": Wording(
        "Room {name}: a guest waited {minutes} for a refill.",
        "The request is done. Find out why it took so long.",
        ("Asked at {requested_time}.",),
    ),
    "custody": Wording(
        "{name}: {units} missing from what was handed out, where about {expected} would be usual.",
        "Count the cart together and compare it with the custody list. Ask about breakage.",
        ("Handed out: {handed_out}.", "Missing: {products}."),
    ),
    "stock_negative": Wording(
        "{name}: the books show {units} in stock, which cannot be.",
        "Count the shelf and enter the count. Look for a delivery not booked or an issue booked twice.",
    ),
    "outflow_high": Wording(
        "{name}: {units} left the warehouse where about {expected} would be usual.",
        "Compare the issues with the rooms' refills. Look for a wrong quantity or a double entry.",
    ),
    "write_off_high": Wording(
        "{name}: {units} written off in a day, where about {expected} is usual of a write-off.",
        "Ask who wrote them off and why, and look at what is left: broken, out of date, or only gone.",
    ),
    "outflow_low": Wording(
        "{name}: only {units} left the warehouse where about {expected} would be usual.",
        "Check that all issues were booked and that the product did not run out on the carts.",
    ),
    "level_break": Wording(
        "{name}: a stock of {units} does not fit how the product is used.",
        "Count the shelf and compare it with the last deliveries and issues.",
        ("About {expected} would be usual.",),
    ),
    "leak": Wording(
        "{name}: {units} left the warehouse and never reached a room.",
        "Compare issues with refills from that day on, and count storeroom and carts.",
        ("Since {since}.", "Up to {expected} would be usual."),
    ),
    "depletion": Wording(
        "{name}: the stock lasts about {days} more.",
        "Order now. If the delivery takes longer than that, borrow from another store.",
        (
            "Likely between {p10} and {p90_days}.",
            "{level} left, about {daily_units} used a day.",
            "Order {order_quantity} by {order_by}.",
        ),
    ),
    "model_refused": Wording(
        "{name}: the learned model can't be opened; simple statistics keep watch until it can.",
        "Check the encryption key, then run `minibar-ml train`.",
        ("It watches: {metric}.",),
    ),
    "stale": Wording(
        "{name}: nothing new from the hotel application for {hours}.",
        "Check that the application runs and is being used, and that cron runs `minibar-ml collect`.",
        ("Last entry: {last_at}.",),
    ),
}
UNKNOWN_REASON = Wording("{name}: something unusual was found.", "Have a look at it.")


def msgids() -> Iterator[str]:
    """Every English text that a catalog must translate, labels and counted things aside."""
    for wording in (*WORDINGS.values(), UNKNOWN_REASON):
        yield from (wording.message, wording.action, *wording.details)
    yield from (PROVISIONAL, FIGURES, TIMES, *evidence.TEXTS, *captions.TEXTS, *explanations.TEXTS, *standings.TEXTS)


def contexts() -> Iterator[tuple[str, str]]:
    """Every label as its kind and English name."""
    return ((kind, name) for kind, names in LABELS.items() for name in names.values())


def plurals() -> Iterator[tuple[str, str]]:
    """Every counted thing, singular and plural."""
    return iter(COUNTED.values())


def sentences(alert: Alert | Finding, entity_name: str, lang: Lang) -> tuple[str, str]:
    """Message and suggested action; never fails for want of a fact."""
    reason = alert.reason
    if reason == "waiting" and (alert.facts or {}).get("completed"):
        reason = "waited"
    wording = WORDINGS.get(reason, UNKNOWN_REASON)
    known = {"name": entity_name, **_figures(alert, lang)}
    told = [wording.message, *(detail for detail in wording.details if _fields(detail) <= known.keys())]
    if (alert.facts or {}).get("phase") == "provisional":
        told.append(PROVISIONAL)
    if alert.measured_on != alert.occurred_on and not is_state(alert.type, alert.reason):
        told.append(FIGURES)
    translate = catalog(DOMAIN, lang).gettext
    message = " ".join(translate(text).format_map(_Known(known)) for text in told)
    # A shortened list ends its sentence by itself.
    return message.replace("….", "…"), translate(wording.action)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return UNKNOWN


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def _figures(alert: Alert | Finding, lang: Lang) -> dict[str, str]:
    """Everything that a sentence may name, as it is written; what is not known or empty is left out."""
    facts = alert.facts or {}
    value, expected = alert.value, alert.expected
    written = {
        "units": counted("unit", value, lang),
        "minutes": duration(value, lang),
        "hours": counted("hour", value, lang),
        "days": counted("day", value, lang),
        "expected": number(expected, lang),
        "expected_units": counted("unit", expected, lang),
        "expected_minutes": counted("minute", expected, lang),
        "products": products(facts.get("products"), lang),
        "previous_on": day(facts.get("previous_on"), lang),
        "measured_on": day(alert.measured_on, lang),
        "since": day(facts.get("since"), lang),
        "last_at": moment(facts.get("last_at"), lang),
        "daily_units": number(facts.get("daily_units"), lang),
        "p10": number(facts.get("p10"), lang),
        "p90_days": counted("day", facts.get("p90"), lang),
        "order_by": day(facts.get("order_by"), lang),
        **_things(facts, lang),
        **_words(facts, lang),
    }
    return {name: text for name, text in written.items() if text and not text.startswith(UNKNOWN)}


def _things(facts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    things = {"guests": "guest", "nights": "night", "stays": "stay", "visits": "visit"}
    things |= {"handed_out": "unit", "level": "unit", "order_quantity": "unit"}
    history = {"history": counted("day", facts.get("history_days"), lang)}
    return history | {name: counted(thing, facts.get(name), lang) for name, thing in things.items()}


def _words(facts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    words = {name: str(facts[name]) for name in ("room_type", "requested_time") if facts.get(name)}
    if (kind := facts.get("calendar_kind")) in get_args(SpecialKind) and facts.get("calendar"):
        words[str(kind)] = str(facts["calendar"])
    if isinstance(metrics := facts.get("metrics"), list) and metrics:
        words["metric"] = ", ".join(label("metric", str(metric), lang) for metric in metrics)
    return words


def products(value: Any, lang: Lang) -> str:
    """`2 × Cola, 1 × Water`, the most first; empty where nothing is listed."""
    listed = value if isinstance(value, Iterable) and not isinstance(value, str) else ()
    known = [one for one in listed if isinstance(one, Mapping) and one.get("name")]
    known.sort(key=lambda one: (-_units(one), str(one["name"])))
    names = [f"{number(one.get('units'), lang)} × {one['name']}" for one in known[:MOST_PRODUCTS]]
    return ", ".join(names) + (" …" if len(known) > MOST_PRODUCTS else "")


def _units(product: Mapping[str, Any]) -> float:
    units = product.get("units")
    return float(units) if isinstance(units, int | float) else 0.0
