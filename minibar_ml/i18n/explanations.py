"""Why something was expected: whom and what an expectation comes from, the usual range, and how others went."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from minibar_ml.domain.alerts import Alert
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import UNKNOWN, counted, number, percent
from minibar_ml.i18n.labels import DOMAIN, label

RANGE = "Usual: {lower} to {upper}."
AT_MOST = "Usual: up to {upper}."
ROOM = (
    "Whether and how many guests there were is not known. Expected: {expected_units} in {gap}, {weekday}, room type "
    "{room_type}.",
    "Expected: {expected_units}, for {guests}, {nights}, {weekday}, room type {room_type}.",
    RANGE,
    "The same guests before: {stay_units} in {stay_checks}.",
    "At their next check: {next_units}.",
    "{peers} of this type that day: {peers_units} on average.",
)
PRODUCT = (
    RANGE,
    "Usually {share_percent} of what all rooms take; of the other products they took {others_units} that day.",
)
EXPLANATIONS: Mapping[str, tuple[str, ...]] = {
    "room_high": ROOM,
    "room_low": ROOM,
    "product_high": PRODUCT,
    "product_low": PRODUCT,
    "silent": ("That day {empty_percent} of the rooms with guests were found untouched.",),
    "slow": (
        RANGE,
        "The others that day ({peers}): {others_percent} of their own usual time.",
    ),
    "custody": (AT_MOST, "All attendants together lose {usual_percent} of what they are handed out."),
    "outflow_high": (AT_MOST, "Written off: {written_off}."),
    "write_off_high": (AT_MOST,),
    "leak": (AT_MOST, "Issues of {span} went beyond what the rooms' rounds explain."),
}
"""By reason; a sentence is told only where all that it names is known."""
TEXTS = tuple(dict.fromkeys(text for texts in EXPLANATIONS.values() for text in texts))


def explanation(alert: Alert, lang: Lang) -> str:
    """Where the expectation comes from, in words; empty where a rule needs none."""
    known = _figures(alert, lang)
    translate = catalog(DOMAIN, lang).gettext
    told = (text for text in EXPLANATIONS.get(alert.reason, ()) if _fields(text) <= known.keys())
    return " ".join(translate(text).format_map(known) for text in told)


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def _figures(alert: Alert, lang: Lang) -> dict[str, str]:
    """Everything that a sentence may name, as it is written; what is not known is left out."""
    facts: Mapping[str, Any] = alert.facts
    things = {
        "guests": "guest", "nights": "night", "stay_units": "unit", "stay_checks": "visit", "next_units": "unit",
        "peers_units": "unit", "others_units": "unit", "written_off": "unit",
    }  # fmt: skip
    shares = ("share_percent", "empty_percent", "others_percent", "usual_percent")
    written = {
        "expected_units": counted("unit", alert.expected, lang),
        "lower": number(alert.lower, lang),
        "upper": number(alert.upper, lang),
        "weekday": label("weekday", str(alert.measured_on.isoweekday()), lang),
        "room_type": str(facts.get("room_type") or UNKNOWN),
        "span": counted("day", facts.get("days"), lang),
        "gap": counted("day", facts.get("gap_days"), lang),
        "peers": _peers(alert, facts.get("peers"), lang),
        **{name: counted(thing, facts.get(name), lang) for name, thing in things.items()},
        **{name: percent(facts.get(name), lang) for name in shares},
    }
    return {name: text for name, text in written.items() if not text.startswith((UNKNOWN, f"%{UNKNOWN}"))}


def _peers(alert: Alert, count: Any, lang: Lang) -> str:
    return counted("room" if alert.entity_type == "room" else "attendant", count, lang)
