"""The only place that writes numbers, percentages, money, dates, durations and counted things in a language.

Separators, percent signs and names of months are CLDR's, by Babel (docs/decisions/0031-figures-by-babel.md).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.labels import DOMAIN

UNKNOWN, UNSET = "?", "–"
"""In a sentence for what is not known, and in a table for what is not there."""
TIMES_FROM = 1000.0
"""From this growth in percent on, a change is written as a multiple: `126 times`."""

ISO_DATE = len("2026-11-16")


NUMERIC_DATES: Mapping[Lang, str] = {"en": "d MMM y", "tr": "dd.MM.y"}
"""How a date is written in a table; in a text its month has a name."""
_PERCENT: Mapping[Lang, str] = {"en": "{}%", "tr": "%{}"}
COUNTED: Mapping[str, tuple[str, str]] = {
    "alert": ("{n} alert", "{n} alerts"),
    "room": ("{n} room", "{n} rooms"),
    "unit": ("{n} unit", "{n} units"),
    "guest": ("{n} guest", "{n} guests"),
    "night": ("{n} night", "{n} nights"),
    "stay": ("{n} stay", "{n} stays"),
    "visit": ("{n} visit", "{n} visits"),
    "check": ("{n} check", "{n} checks"),
    "departure": ("{n} departure", "{n} departures"),
    "minute": ("{n} minute", "{n} minutes"),
    "hour": ("{n} hour", "{n} hours"),
    "day": ("{n} day", "{n} days"),
    "attendant": ("{n} attendant", "{n} attendants"),
    "record": ("{n} record", "{n} records"),
}
TIMES = "{n} times"


def number(value: Any, lang: Lang, digits: int = 1) -> str:
    """At most so many decimals and no trailing zero: `1,234.5`; `?` for what is not a number."""
    return _written(value, lang, digits, "#")


def fixed(value: Any, lang: Lang, digits: int) -> str:
    """Exactly so many decimals, for a column of a table: `1,234.50`; `?` for what is not a number."""
    return _written(value, lang, digits, "0")


def _written(value: Any, lang: Lang, digits: int, decimal: str) -> str:
    exact = _decimal(value)
    if exact is None:
        return UNKNOWN
    pattern = _pattern("#,##0" + ("." + decimal * digits if digits else ""))
    return str(pattern.apply(round(exact, digits) + 0, _locale(lang)))  # + 0 turns -0 into 0


@cache
def _pattern(written: str) -> NumberPattern:
    """Parsed once: an alert's sentences have twenty numbers, a report tens of thousands."""
    return parse_pattern(written)


@cache
def _locale(lang: Lang) -> Locale:
    return Locale.parse(lang)


def significant(value: Any, lang: Lang, digits: int) -> str:
    """So many significant digits, never an exponent: `0.034`, `1.2`, `120`; `?` for what is not a number."""
    exact = _decimal(value)
    return UNKNOWN if exact is None else number(exact, lang, max(0, digits - 1 - exact.adjusted()))


def whole(value: Any, lang: Lang) -> str:
    """Without decimals: nobody counts a part of a bottle."""
    return fixed(value, lang, 0)


def one_of(words: Sequence[str], lang: Lang) -> str:
    """Words to choose from: `0.1, 0.3 or 0.6`, `0,1, 0,3 veya 0,6`."""
    from babel.lists import format_list  # few need it

    return format_list(words, "or", "en_GB" if lang == "en" else lang)


def percent(value: Any, lang: Lang, digits: int = 1, *, signed: bool = False) -> str:
    """A value in percent, at most so many decimals: `40%`, `%40`; `signed`: `+40%`, `-%30`; `?` for no number."""
    exact = _decimal(value)
    if exact is None:
        return UNKNOWN
    share = round(exact, digits) / 100
    pattern = _pattern(_PERCENT[lang].format("#,##0" + ("." + "#" * digits if digits else "")))
    return ("+" if signed and share > 0 else "") + str(pattern.apply(share + 0, _locale(lang)))


def points(value: Any, lang: Lang) -> str:
    """A difference of two shares in percentage points, signed: `+2.3`; `?` for what is not a number."""
    exact = _decimal(value)
    return UNKNOWN if exact is None else ("+" if round(exact, 1) > 0 else "") + number(exact, lang)


def change(value: Any, lang: Lang) -> str:
    """A change in percent, signed and whole; as a multiple where it has more digits than sense: `126 times`."""
    exact = _decimal(value)
    if exact is None or exact < TIMES_FROM:
        return percent(value, lang, 0, signed=True)
    return catalog(DOMAIN, lang).gettext(TIMES).format(n=whole(1 + exact / 100, lang))


def money(amount: Any, lang: Lang, currency: str = "") -> str:
    """An amount with two decimals and, where it is known, its currency; a dash where there is none."""
    return UNSET if amount is None else f"{fixed(amount, lang, 2)} {currency}".rstrip()


def counted(thing: str, value: Any, lang: Lang, digits: int = 1) -> str:
    """A number of things, such as `3 units`."""
    written = number(value, lang, digits)
    singular, plural = COUNTED[thing]
    return catalog(DOMAIN, lang).ngettext(singular, plural, 1 if written == "1" else 2).format(n=written)


def duration(minutes: Any, lang: Lang) -> str:
    """How long something took: `9.5 minutes`, `65 minutes`, `3 hours 25 minutes`, `2 days 5 hours`."""
    exact = _decimal(minutes)
    if exact is None:
        return UNKNOWN
    if exact < 120:
        return counted("minute", exact, lang, digits=1 if exact < 10 else 0)
    large, small, size = ("hour", "minute", 60) if exact < 48 * 60 else ("day", "hour", 24)
    parts = divmod(round(exact if size == 60 else exact / 60), size)
    return " ".join(counted(thing, count, lang) for thing, count in zip((large, small), parts, strict=True) if count)


def day(value: Any, lang: Lang, near: date | None = None) -> str:
    """A date in a text, given as such or in ISO: `19 Nov 2025`, `19 Kas 2025`; `?` for what is not a date.

    The year is left out where it is that of `near`, a date that the reader sees with it.
    """
    one = _date(value)
    if one is None:
        return UNKNOWN
    return short_day(one, lang) + (f" {one.year}" if near is None or near.year != one.year else "")


def short_day(value: date, lang: Lang) -> str:
    """A date without its year: `19 Nov`."""
    return format_date(value, "d MMM", locale=_locale(lang))


def day_cell(value: Any, lang: Lang) -> str:
    """A date in a table: `19 Nov 2025`, in Turkish `19.11.2025`; `?` for what is not a date."""
    one = _date(value)
    return format_date(one, NUMERIC_DATES[lang], locale=_locale(lang)) if one else UNKNOWN


def days(first: date, last: date, lang: Lang) -> str:
    """The days from first to last: `15–17 Nov 2025`, `30 Nov – 2 Dec 2025`; a single one as a date."""
    if first == last:
        return day(first, lang)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, lang)}"
    return f"{day(first, lang, near=last)} – {day(last, lang)}"


def short_days(first: date, last: date, lang: Lang) -> str:
    """The same without a year: `15–17 Nov`."""
    if first == last:
        return short_day(first, lang)
    if first.month == last.month:
        return f"{first.day}–{short_day(last, lang)}"
    return f"{short_day(first, lang)} – {short_day(last, lang)}"


def month(value: date, lang: Lang) -> str:
    """A month's name: `October`, `Ekim`."""
    return format_date(value, "LLLL", locale=_locale(lang))


def weekday(value: date, lang: Lang) -> str:
    """A date's day of the week, short: `Mon`."""
    return format_date(value, "EEE", locale=_locale(lang))


def moment(value: Any, lang: Lang) -> str:
    """An instant in a text, given as such or in ISO, as day and wall clock of the zone that it names.

    An ISO date without a time stays a date.
    """
    one = _instant(value)
    if one is None:
        return UNKNOWN
    return day(one, lang) if isinstance(value, str) and len(value) == ISO_DATE else f"{day(one, lang)} {one:%H:%M}"


def moment_cell(value: Any, lang: Lang) -> str:
    """The same in a table: `19.11.2025 18:05`."""
    one = _instant(value)
    return f"{day_cell(one, lang)} {one:%H:%M}" if one else UNKNOWN


def _decimal(value: Any) -> Decimal | None:
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def _date(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _instant(value: Any) -> datetime | None:
    try:
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
