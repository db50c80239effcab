"""What an alert says: its message and what to do about it."""

from collections.abc import Iterable, Mapping
from datetime import date
from string import Formatter
from typing import Any, get_args

from minibar_ml.domain.alerting.alerts import LIVE_STATUSES, Alert, Finding, is_put_back
from minibar_ml.domain.alerting.kinds import is_state
from minibar_ml.domain.alerting.severities import FRESH_DAYS
from minibar_ml.domain.hotels.calendar import SpecialKind
from minibar_ml.i18n import Lang, catalog, source_problems
from minibar_ml.i18n.formats import UNKNOWN, counted, day, duration, moment, number, whole
from minibar_ml.i18n.labels import DOMAIN, label
from minibar_ml.i18n.rounding import estimate, most
from minibar_ml.i18n.wordings import (
    ASK_COUNTER,
    CORRECT_ENTRY,
    CORRECTED,
    FIGURES,
    FOUND_AFTER_PAUSE,
    FOUND_LATE,
    NONES,
    NOTHING_TO_DO,
    ON_DAY,
    OVER_PRODUCT,
    OVER_ROOM,
    OVER_ROOMS,
    OVER_SETUP,
    PROVISIONAL,
    UNKNOWN_REASON,
    WITHDRAWN,
    WORDINGS,
    Wording,
)

MOST_PRODUCTS, MOST_ROOMS = 5, 20
LONG_WAIT_MINUTES = 720
LATE = ("found_late_on", "found_after_pause_on")
"""Facts of what was found more than a day late: when."""
DATES = ("previous_on", "since", "compared_since", "order_by", "due_on", "counted_on", *LATE)
"""Facts that are days."""
ENDED_BY = {
    "departure": "left_waiting",
    "refill": "refilled",
    "later_request": "served_later",
    "check": "checked_later",
    "age": "never_answered",
}
"""By what a request ended that nobody closed, the wording of that."""


def sentences(alert: Alert | Finding, entity_name: str, lang: Lang, today: date | None = None) -> tuple[str, str]:
    """Message and suggested action, as of `today` (None: the day of the figures); never fails for want of a fact."""
    wording = WORDINGS.get(_variant(alert), UNKNOWN_REASON)
    known = {"name": entity_name, **_figures(alert, lang)}
    translate = catalog(DOMAIN, lang).gettext
    known["normal"] = _normal(alert, wording, known, lang)
    texts = [
        wording.message,
        *(one for one in (OVER_SETUP, OVER_ROOMS, *wording.details) if _fields(one) <= known.keys()),
    ]
    if (alert.facts or {}).get("phase") == "provisional":
        texts.append(PROVISIONAL)
    is_later = alert.measured_on != alert.occurred_on and not is_state(alert.type, alert.reason)
    if is_later and "measured_on" not in _fields(wording.message):
        texts.append(FIGURES)
    texts += _begun(alert, wording, today) + _standing(alert)
    message = " ".join(translate(text).format_map(_Known(known)) for text in texts)
    # A shortened list ends its sentence by itself.
    return message.replace("….", "…"), " ".join(map(translate, _actions(alert, wording, today)))


def _begun(alert: Alert | Finding, wording: Wording, today: date | None) -> list[str]:
    """Since when it has been so, of what lasts and did not begin lately."""
    is_long = today is not None and (today - alert.occurred_on).days > FRESH_DAYS
    is_live = isinstance(alert, Alert) and alert.status in LIVE_STATUSES
    return [wording.since] if wording.since and is_long and is_live else []


def _standing(alert: Alert | Finding) -> list[str]:
    """What the message says of records that came late or were changed."""
    if getattr(alert, "end_reason", None) == "records_changed":
        return [WITHDRAWN]
    corrected_at = getattr(alert, "corrected_at", None)
    # What was found of a day since then rests on no records that were changed.
    corrected = [CORRECTED] if corrected_at and alert.measured_on <= corrected_at.date() else []
    late = {"found_late_on": FOUND_LATE, "found_after_pause_on": FOUND_AFTER_PAUSE}
    return corrected or [text for fact, text in late.items() if (alert.facts or {}).get(fact)]


def _actions(alert: Alert | Finding, wording: Wording, today: date | None) -> list[str]:
    """What to do: at once, or when others have seen to the room since; and before it what may be all of it."""
    if getattr(alert, "end_reason", None) is not None or _is_over(alert):
        return [NOTHING_TO_DO]
    if is_put_back(alert.facts):
        return [ASK_COUNTER]
    last_on = alert.last_occurred_on if isinstance(alert, Alert) else alert.occurred_on
    is_old = today is not None and (today - last_on).days > FRESH_DAYS
    first = [CORRECT_ENTRY] if any((alert.facts or {}).get(over) for over in ("over_setup", "over_rooms")) else []
    return [*first, wording.later if is_old and wording.later else wording.action]


def _is_over(alert: Alert | Finding) -> bool:
    """Whether it was about a state that has ended, of which nothing is left to find out.

    How a request was answered is worth a question, and a ledger that was below zero may still be wrong.
    """
    has_ended = isinstance(alert, Alert) and alert.status == "resolved" and alert.resolved_by == "system"
    is_left = alert.reason in ("waiting", "stock_negative")
    return has_ended and is_state(alert.type, alert.reason) and not is_left


def products(value: Any, lang: Lang) -> str:
    """`2 × Cola, 1 × Water`, the most first; empty where nothing is listed."""
    listed = value if isinstance(value, Iterable) and not isinstance(value, str) else ()
    known = [one for one in listed if isinstance(one, Mapping) and one.get("name")]
    known.sort(key=lambda one: (-_units(one), str(one["name"])))
    names = [f"{number(one.get('units'), lang)} × {one['name']}" for one in known[:MOST_PRODUCTS]]
    return ", ".join(names) + (" …" if len(known) > MOST_PRODUCTS else "")


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return UNKNOWN


def _variant(alert: Alert | Finding) -> str:
    """The reason, or its special case that has sentences of its own."""
    facts = alert.facts or {}
    variants = {
        "waiting": (
            ENDED_BY.get(str(facts.get("ended_by")), "waited") if facts.get("completed") else _still_waiting(facts),
            any(facts.get(name) for name in ("completed", "unlisted", "checked_after"))
            or alert.value > LONG_WAIT_MINUTES,
        ),
        "product_low": ("product_none", alert.value == 0),
        "slow": ("slow_in_rooms", bool(facts.get("in_rooms"))),
        **{reason: (f"{reason}_of_days", _lasted(alert, facts)) for reason in ("leak", "leak_restocked")},
        "depletion": (_depletion(facts), True),
    }
    special, applies = variants.get(alert.reason, ("", False))
    return special if applies else alert.reason


def _still_waiting(facts: Mapping[str, Any]) -> str:
    """Where no guest is on record, or somebody came, nobody is said to be waiting."""
    if facts.get("unlisted"):
        return "waiting_unlisted"
    return "waiting_checked" if facts.get("checked_after") else "waiting_long"


def _lasted(alert: Alert | Finding, facts: Mapping[str, Any]) -> bool:
    """Whether what was found began on an earlier day than that of the figures."""
    return str(facts.get("since") or alert.measured_on) != str(alert.measured_on)


def _depletion(facts: Mapping[str, Any]) -> str:
    """Whether anything is left, and whether all that is needed is on order."""
    is_ordered = facts.get("ordered_units") and not facts.get("order_quantity")
    return ("sold_out" if facts.get("level") == 0 else "depletion") + ("_ordered" if is_ordered else "")


def _normal(alert: Alert | Finding, wording: Wording, known: Mapping[str, str], lang: Lang) -> str:
    """What is normal, as the end of a sentence; empty where it is not known."""
    is_none = alert.upper is not None and alert.upper < 1
    texts = (text for text in wording.normal if (text in NONES) == is_none and _fields(text) <= known.keys())
    text = next(texts, None)
    return "" if text is None else "; " + catalog(DOMAIN, lang).gettext(text).format_map(known)


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def _figures(alert: Alert | Finding, lang: Lang) -> dict[str, str]:
    """Everything that a sentence may name, as it is written; what is not known or empty is left out."""
    facts, value = alert.facts or {}, alert.value
    written = {
        "units": estimate("unit", value, lang),
        "records": counted("record", value, lang),
        "minutes": duration(value, lang),
        "checked": duration(facts.get("checked_after"), lang),
        "hours": duration(60 * value, lang),
        "days": estimate("day", value, lang),
        "expected_units": counted("unit", alert.expected, lang, digits=0) if (alert.expected or 0) >= 1 else "",
        "lower_minutes": number(alert.lower, lang),
        "upper_minutes": number(alert.upper, lang),
        "products": products(facts.get("products"), lang),
        "earlier": _earlier(alert, facts.get("earlier"), lang),
        "over_setup": _over(facts.get("over_setup"), OVER_PRODUCT, lang),
        "over_rooms": _over(_rooms_over(facts), OVER_ROOM, lang),
        "daily_units": estimate("unit", facts.get("daily_units"), lang),
        "span": duration(facts.get("span_minutes"), lang),
        "usual": duration(alert.expected, lang),
        "rooms": _rooms(facts.get("rooms")),
        "last_at": moment(facts.get("last_at"), lang),
        **_bounds(alert, lang),
        **_days(alert, facts, lang),
        **_things(facts, lang),
        **_words(facts, lang),
    }
    return {name: text for name, text in written.items() if text and not text.startswith(UNKNOWN)}


def _bounds(alert: Alert | Finding, lang: Lang) -> dict[str, str]:
    """The whole units that are normal, and the days that stock may last, unless both ends are the same."""
    facts = alert.facts or {}
    first, last = whole(facts.get("p10"), lang), whole(facts.get("p90"), lang)
    likely = {"p10": first, "p90": last} if first != last else {}
    return {"lower": most(alert.lower, lang, up=True), "upper": most(alert.upper, lang), **likely}


def _days(alert: Alert | Finding, facts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """Dates, without the year that the alert's own day has; `since` without the month of the day of the figures."""
    dates = {name: facts.get(name) for name in DATES}
    dates["corrected_on"] = getattr(alert, "corrected_at", None)
    dates["measured_on"] = alert.measured_on
    dates["began_on"] = alert.occurred_on
    written = {name: day(value, lang, near=alert.occurred_on) for name, value in dates.items()}
    if written["since"].split()[1:] == written["measured_on"].split()[1:]:
        written["since"] = written["since"].split()[0]
    return written


def _rooms_over(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rooms for which more of a product was entered than they hold, each with its name."""
    return [
        {**one, "name": name}
        for one, name in zip(facts.get("over_rooms") or (), facts.get("rooms") or (), strict=False)
    ]


def _over(listed: Any, each: str, lang: Lang) -> str:
    """`12 × Cola, holds 2` or `101: 12, holds 2`, for each product or room of a list."""
    known = [one for one in listed or () if isinstance(one, Mapping) and one.get("name")]
    translate = catalog(DOMAIN, lang).gettext
    return "; ".join(
        translate(each).format(
            units=number(one.get("units"), lang), name=one["name"], holds=number(one.get("holds"), lang)
        )
        for one in known[:MOST_PRODUCTS]
    )


def _earlier(alert: Alert | Finding, listed: Any, lang: Lang) -> str:
    """`3 units on 5 Jun`, for each day of a list."""
    known = [one for one in listed or () if isinstance(one, Mapping) and one.get("on")]
    translate = catalog(DOMAIN, lang).gettext
    days = [(estimate("unit", one.get("units"), lang), day(one["on"], lang, near=alert.occurred_on)) for one in known]
    return ", ".join(translate(ON_DAY).format(units=units, day=on) for units, on in days)


def _rooms(listed: Any) -> str:
    """`101, 102, 103`."""
    names = [str(one) for one in listed or ()]
    return ", ".join(names[:MOST_ROOMS]) + (" …" if len(names) > MOST_ROOMS else "")


def _things(facts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    things = {"guests": "guest", "nights": "night", "stays": "stay", "visits": "check", "skipped": "check"}
    things |= {"below_zero": "unit", "handed_out": "unit", "level": "unit", "order_quantity": "unit"}
    things |= {"empty_rooms": "room"}
    on_order = {"ordered_units" if facts.get("due_on") else "undated_units": facts.get("ordered_units")}
    facts = {**facts, "ordered_units": None, **on_order, **_in_stores(facts), **_put_back(facts)}
    things |= {"ordered_units": "unit", "undated_units": "unit", "both_stores": "unit"}
    written = {name: estimate("unit", facts.get(name), lang) for name in ("put_back", "partly_back", "still_missing")}
    history = {
        "history": counted("day", facts.get("history_days"), lang),
        "lead": counted("day", facts.get("lead_days"), lang),
    }
    plain = ("depot_units", "floor_units", "entries", "expected_entries")
    numbers = {name: number(facts.get(name), lang) for name in plain}
    return history | written | numbers | {name: counted(thing, facts.get(name), lang) for name, thing in things.items()}


def _put_back(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What counts have put back, as all that was missing or as a part of it; all of it says why a level was too low."""
    if is_put_back(facts):
        return {"below_zero": None, "still_missing": None}
    return {"partly_back": facts.get("put_back"), "put_back": None}


def _in_stores(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The level as that of both stores, where it is known what of it is in which."""
    return {} if facts.get("floor_units") is None else {"both_stores": facts.get("level"), "level": None}


def _words(facts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    words = {name: str(facts[name]) for name in ("room_type", "requested_time", "began_time") if facts.get(name)}
    if (kind := facts.get("calendar_kind")) in get_args(SpecialKind) and facts.get("calendar"):
        words[str(kind)] = str(facts["calendar"])
    if isinstance(jobs := facts.get("jobs"), list) and jobs:
        words["jobs"] = ", ".join(label("job", str(job), lang) for job in jobs)
    if isinstance(found := facts.get("problems"), list) and found:
        words["problems"] = "; ".join(source_problems.counted_problem(one, lang) for one in found)
    if isinstance(metrics := facts.get("metrics"), list) and metrics:
        words["metric"] = ", ".join(label("metric", str(metric), lang) for metric in metrics)
    return words


def _units(product: Mapping[str, Any]) -> float:
    units = product.get("units")
    return float(units) if isinstance(units, int | float) else 0.0
