"""Why something was expected: what an expectation comes from, and how others did."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import UNKNOWN, counted, percent
from minibar_ml.i18n.labels import DOMAIN, label
from minibar_ml.i18n.rounding import estimate
from minibar_ml.i18n.turkish import Figure

EXPLANATIONS: Mapping[str, tuple[str, ...]] = {
    "room_high": (
        "Number of guests unknown. Expected: {expected_units} in {gap} ({weekday}, room type {room_type}).",
        "Expected: {expected_units} for {guests} and {nights} ({weekday}, room type {room_type}).",
        "The same guests before: {stay_units} in {stay_checks}.",
        "Their next check: {next_units}.",
        "Average of {peers} of this type that day: {peers_units}.",
    ),
    "product_high": ("Normally {share_percent} of all consumption. Other products that day: {others_units}.",),
    "product_low": ("Normally {share_percent} of all consumption. Other products that day: {others_units}.",),
    "silent": ("Nothing was consumed in {empty_percent} of the occupied rooms that day.",),
    "slow": ("The others that day ({peers}): {others_percent} of their normal time.",),
    "custody": ("Average of all attendants: {usual_percent} of the units handed out.",),
    "outflow_high": ("Written off that day: {written_off}.",),
}
"""By reason; a sentence is left out where something that it names is not known."""
TEXTS = tuple(dict.fromkeys(text for texts in EXPLANATIONS.values() for text in texts))


def explanation(alert: Alert, lang: Lang) -> str:
    """What the expectation comes from; empty where a rule needs none."""
    known = _figures(alert, lang)
    translate = catalog(DOMAIN, lang).gettext
    texts = (text for text in EXPLANATIONS.get(alert.reason, ()) if _fields(text) <= known.keys())
    return " ".join(translate(text).format_map(known) for text in texts)


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def _figures(alert: Alert, lang: Lang) -> dict[str, str]:
    """Everything that a sentence may name, as it is written; what is not known is left out."""
    facts: Mapping[str, Any] = alert.facts
    things = {"guests": "guest", "nights": "night", "stay_checks": "check"}
    units = ("stay_units", "next_units", "peers_units", "others_units", "written_off")
    shares = ("share_percent", "empty_percent", "others_percent", "usual_percent")
    written: dict[str, str] = {
        "expected_units": estimate("unit", alert.expected, lang),
        "weekday": label("weekday", str(alert.measured_on.isoweekday()), lang),
        "room_type": str(facts.get("room_type") or UNKNOWN),
        "gap": counted("day", facts.get("gap_days"), lang),
        "peers": counted("room" if alert.entity_type == "room" else "attendant", facts.get("peers"), lang),
        **{name: counted(thing, facts.get(name), lang) for name, thing in things.items()},
        **{name: estimate("unit", facts.get(name), lang) for name in units},
        **{name: Figure(percent(facts.get(name), lang, 2)) for name in shares},
    }
    return {name: text for name, text in written.items() if not text.startswith(UNKNOWN)}
