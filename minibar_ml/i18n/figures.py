"""Figures as people write them: plain numbers, counted things, dates."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.labels import DOMAIN

UNKNOWN, UNSET = "?", "–"
MOST_PRODUCTS = 5
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English in every locale of the operating system, which strftime would follow."""

COUNTED: Mapping[str, tuple[str, str]] = {
    "room": ("{n} room", "{n} rooms"),
    "unit": ("{n} unit", "{n} units"),
    "guest": ("{n} guest", "{n} guests"),
    "night": ("{n} night", "{n} nights"),
    "stay": ("{n} stay", "{n} stays"),
    "visit": ("{n} visit", "{n} visits"),
    "minute": ("{n} minute", "{n} minutes"),
    "hour": ("{n} hour", "{n} hours"),
    "day": ("{n} day", "{n} days"),
    "attendant": ("{n} attendant", "{n} attendants"),
}


def number(value: Any, lang: Lang) -> str:
    """At most one decimal and no trailing zero; `?` for what is no number."""
    try:
        rounded = round(float(value), 1)
    except (TypeError, ValueError):
        return UNKNOWN
    text = f"{rounded + 0.0:.1f}".removesuffix(".0")  # + 0.0 turns -0.0 into 0.0
    return text.replace(".", ",") if lang == "tr" else text


def percent(value: Any, lang: Lang) -> str:
    """`40 %` in English, `%40` in Turkish; `?` for what is no number."""
    written = number(value, lang)
    if written == UNKNOWN:
        return UNKNOWN
    return f"%{written}" if lang == "tr" else f"{written} %"


def money(amount: float | None, lang: Lang) -> str:
    """An amount with two decimals; a dash where there is none."""
    if amount is None:
        return UNSET
    written = f"{amount:,.2f}"
    return written.translate(str.maketrans(",.", ".,")) if lang == "tr" else written


def counted(thing: str, value: Any, lang: Lang) -> str:
    """A number of things, such as `3 units`."""
    written = number(value, lang)
    singular, plural = COUNTED[thing]
    return catalog(DOMAIN, lang).ngettext(singular, plural, 1 if written == "1" else 2).format(n=written)


def lasting(minutes: Any, lang: Lang) -> str:
    """How long something took: minutes up to two hours, then hours, from two days on days."""
    try:
        size = float(minutes)
    except (TypeError, ValueError):
        return UNKNOWN
    if size < 120:
        return counted("minute", size, lang)
    return counted("hour", size / 60, lang) if size < 48 * 60 else counted("day", size / 1440, lang)


def day(value: Any, lang: Lang) -> str:
    """A date, given as such or in ISO: `19 Nov 2025`, `19.11.2025`; `?` for what is no date."""
    try:
        one = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return UNKNOWN
    return f"{one:%d.%m.%Y}" if lang == "tr" else f"{one.day} {MONTHS[one.month - 1]} {one.year}"


def moment(value: Any, lang: Lang) -> str:
    """An instant, given as such or in ISO, as day and wall clock of the zone that it names."""
    try:
        one = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return UNKNOWN
    return f"{day(one.date(), lang)} {one:%H:%M}"


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
