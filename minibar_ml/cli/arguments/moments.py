"""Dates and times as people write them, in English and Turkish: `yesterday`, `3d`, `monday 8:00`, `16.11.2026`."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EXAMPLES = "2026-03-01, 2026-03-01T18:00, yesterday, monday, 3d, 2h or 8:00"
DAYS: Mapping[str, int] = {"today": 0, "bugun": 0, "yesterday": -1, "dun": -1, "tomorrow": 1, "yarin": 1}
_OF_THE_WEEK = (
    ("monday", "mon", "pazartesi", "pzt"),
    ("tuesday", "tue", "sali", "sal"),
    ("wednesday", "wed", "carsamba", "car"),
    ("thursday", "thu", "persembe", "per"),
    ("friday", "fri", "cuma", "cum"),
    ("saturday", "sat", "cumartesi", "cmt"),
    ("sunday", "sun", "pazar", "paz"),
)
WEEKDAYS: Mapping[str, int] = {name: number for number, names in enumerate(_OF_THE_WEEK) for name in names}
_OF_THE_YEAR = (
    ("january", "jan", "ocak", "oca"),
    ("february", "feb", "subat", "sub"),
    ("march", "mar", "mart"),
    ("april", "apr", "nisan", "nis"),
    ("may", "mayis"),
    ("june", "jun", "haziran", "haz"),
    ("july", "jul", "temmuz", "tem"),
    ("august", "aug", "agustos", "agu"),
    ("september", "sept", "sep", "eylul", "eyl"),
    ("october", "oct", "ekim", "eki"),
    ("november", "nov", "kasim", "kas"),
    ("december", "dec", "aralik", "ara"),
)
MONTHS: Mapping[str, int] = {name: number for number, names in enumerate(_OF_THE_YEAR, 1) for name in names}
UNITS: Mapping[str, timedelta] = {
    **dict.fromkeys(("m", "min", "minute", "minutes", "dk", "dakika"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours", "s", "sa", "saat"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days", "g", "gun"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks", "hf", "hafta"), timedelta(weeks=1)),
}
NOW = ("now", "simdi")
AHEAD: Mapping[str, bool] = {"ago": False, "once": False, "later": True, "sonra": True}
_LENGTH = re.compile(rf"(\d{{1,4}})\s*([a-z]+)(?:\s+({'|'.join(AHEAD)}))?")
_NUMBERS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: (.+))?")
_MONTH = re.compile(rf"(\d{{1,2}}) ({'|'.join(sorted(MONTHS, key=len, reverse=True))})(?: (\d{{4}}))?(?: (.+))?")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_PLAIN = str.maketrans("İIıçğöşüÇĞÖŞÜ", "iiicgosucgosu")


def folded(text: str) -> str:
    """A text as words are compared: small letters without the marks of Turkish ones, one blank between words."""
    return " ".join(text.translate(_PLAIN).lower().split())


def read(text: str, now: datetime, *, ahead: bool = False) -> datetime | None:
    """The instant that a text names, in the zone of `now`; None where it names none.

    A day without a time is its midnight. What names no direction lies before `now`, or after it with `ahead`: `monday`,
    `16 Nov` and `8:00` are the last or the next one, `3d` is three days ago or from now.
    """
    words = folded(text)
    if words in NOW:
        return now
    if dated := _NUMBERS.fullmatch(words):
        return _dated(int(dated[3]), int(dated[2]), int(dated[1]), dated[4], now)
    if dated := _MONTH.fullmatch(words):
        month, day_of_month = MONTHS[dated[2]], int(dated[1])
        year = int(dated[3]) if dated[3] else _year(month, day_of_month, now.date(), ahead=ahead)
        return _dated(year, month, day_of_month, dated[4], now)
    if length := _LENGTH.fullmatch(words):
        unit = UNITS.get(length[2])
        return None if unit is None else _moved(now, int(length[1]) * unit, ahead=AHEAD.get(length[3], ahead))
    word, _, rest = words.partition(" ")
    named = _day(word, now.date(), ahead=ahead)
    at = clock(rest if named else words)
    if named is not None and not rest:
        return _at(named, time(), now)
    if at is None:
        return None
    return _at(named, at, now) if named else _nearest(at, now, ahead=ahead)


def clock(text: str) -> time | None:
    """The time of day that a text names, such as `8:00`; None where it names none."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def _day(word: str, today: date, *, ahead: bool) -> date | None:
    if word in DAYS:
        return today + timedelta(days=DAYS[word])
    if word not in WEEKDAYS:
        return None
    behind = (today.weekday() - WEEKDAYS[word]) % 7
    return today + timedelta(days=7 - behind) if ahead else today - timedelta(days=behind)


def _dated(year: int, month: int, day: int, rest: str | None, now: datetime) -> datetime | None:
    at = clock(rest) if rest else time()
    try:
        return None if at is None else _at(date(year, month, day), at, now)
    except ValueError:
        return None  # no such day


def _year(month: int, day: int, today: date, *, ahead: bool) -> int:
    """That of the last such day, or of the next one; today is either."""
    if ahead:
        return today.year + ((month, day) < (today.month, today.day))
    return today.year - ((month, day) > (today.month, today.day))


def _nearest(at: time, now: datetime, *, ahead: bool) -> datetime:
    """The last time before now that the clock showed this, or the next one."""
    found = _at(now.date(), at, now)
    if ahead:
        return found if found > now else _at(now.date() + timedelta(days=1), at, now)
    return found if found <= now else _at(now.date() - timedelta(days=1), at, now)


def _moved(now: datetime, length: timedelta, *, ahead: bool) -> datetime:
    """So long ago or from now; days keep the time of the clock, also where it was put forward."""
    sign = 1 if ahead else -1
    if length % timedelta(days=1):
        utc = ZoneInfo("UTC")
        return (now.astimezone(utc) + sign * length).astimezone(now.tzinfo)
    return now + sign * length


def _at(day: date, at: time, now: datetime) -> datetime:
    return datetime.combine(day, at, tzinfo=now.tzinfo)
