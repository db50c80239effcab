"""Dates and hours as hotel systems write them. Whether 03/04 is in April or in March is decided for a whole file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from minibar_ml.domain.imports import MOST_REJECTED, FileRefused
from minibar_ml.intake.tables import Cell
from minibar_ml.intake.words import bare, tidy

Order = Literal["dmy", "mdy"]
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ocak oca january", "feb subat sub february", "mar mart march", "apr nisan nis april", "may mayis may",
            "jun haziran haz june", "jul temmuz tem july", "aug agustos agu august", "sep eylul eyl september sept",
            "oct ekim eki october", "nov kasim kas november", "dec aralik ara december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK = r"(?:[ T,]+(?P<clock>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?(?: ?[AaPp][Mm]\.?)?)(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})" + _CLOCK)
_PACKED = re.compile(r"(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})")
_NAMED = re.compile(r"(?P<d>\d{1,2})[-. /]?(?P<m>[^\W\d_]{3,9})\.?[-. /,]*(?P<y>\d{4}|\d{2})" + _CLOCK)
_THREE = re.compile(r"(?P<a>\d{1,2})(?P<mark>[-./ ])(?P<b>\d{1,2})[-./ ](?P<y>\d{4}|\d{2})" + _CLOCK)
_MONTH_FIRST = re.compile(r"(?P<m>[^\W\d_]{3,9})\.? (?P<d>\d{1,2}),? (?P<y>\d{4})" + _CLOCK)
_WEEKDAYS = frozenset(
    [
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "wednesday",
        "thu",
        "thur",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
        "sun",
        "sunday",
        "pzt",
        "pazartesi",
        "sal",
        "sali",
        "car",
        "cars",
        "carsamba",
        "per",
        "pers",
        "persembe",
        "cum",
        "cuma",
        "cmt",
        "cts",
        "cumartesi",
        "paz",
        "pazar",
    ]
)
_HEADING = re.compile(
    r"(?:[^\W\d_]+\.?,? )?\d{1,2}[-./ ](?:\d{1,2}|(?P<m>[^\W\d_]{3,9}))[.,]?(?:[-./ ]?\d{2}(?:\d{2})?)?"
)
_TIME = re.compile(r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:\.\d+)?)?(?P<half> ?[AaPp][Mm]\.?)?")
_DIGITS = re.compile(r"(\d{2})(\d{2})")
_DATED = re.compile(r"(?<![\d.])(?P<d>0?[1-9]|[12]\d|3[01])[- ](?P<m>[^\W\d_]{3,9})[- ](?P<y>20\d{2}|\d{2})(?!\d)")
"""A day in a title with its month in letters."""
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock
SERIALS = range(32874, 109574)
"""Excel's numbers of the days of 1990 to 2199."""
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)


class Unreadable(ValueError):
    """A cell that holds no date or hour."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and the hour where the cell has one."""

    day: date
    hour: time | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A cell of a date, and the days between which it has to be if it is right (None: any)."""

    cell: Cell
    since: date | None = None
    until: date | None = None

    def allows(self, day: date) -> bool:
        """Whether a reading of the cell can be right."""
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


def order_of(written: Iterable[Written], forced: Order | None = None) -> Order:
    """Whether a file writes the day or the month first.

    Dots always mean the day first. Where all other dates could be read either way, the reading counts in which nearly
    all of them are between the days where they have to be, if the other one is not such. Raises FileRefused where the
    file contradicts itself or nothing decides.
    """
    found = [(one, pair) for one in written if isinstance(one.cell, str) and (pair := _pair(one.cell))]
    if forced or not found:
        return forced or "dmy"
    day_first, month_first = any(a > 12 for _, (a, _, _) in found), any(b > 12 for _, (_, b, _) in found)
    if day_first and month_first:
        raise FileRefused("contradicting_dates")
    if day_first or month_first or all(a == b for _, (a, b, _) in found):
        return "mdy" if month_first else "dmy"
    fitting = {
        "dmy": sum(one.allows(date(year, b, a)) for one, (a, b, year) in found),
        "mdy": sum(one.allows(date(year, a, b)) for one, (a, b, year) in found),
    }
    possible = [order for order, number in fitting.items() if number >= (1 - MOST_REJECTED) * len(found)]
    if len(possible) == 1:
        return "dmy" if possible[0] == "dmy" else "mdy"
    a, b, year = min(pair for _, pair in found)
    raise FileRefused("ambiguous_dates", example=f"{a:02}/{b:02}/{year}")


def require_unswapped(cells: Iterable[Cell], heading: str) -> None:
    """Raise FileRefused for a column of which a spreadsheet took `13.11.` for text and `11.12.` for a day in November.

    So a spreadsheet with the month first opens a file with the day first: what can be read so becomes a date, the other
    way round, and the rest stays text.
    """
    known = list(cells)
    days = [cell for cell in known if isinstance(cell, date)]
    left = [cell for cell in known if isinstance(cell, str) and (found := _THREE.fullmatch(tidy(cell)))
            and int(found["a"]) > 12 >= int(found["b"])]  # fmt: skip
    if days and left and all(day.day <= 12 for day in days):
        raise FileRefused("swapped_dates", heading=heading, example=f"{days[0]:%Y-%m-%d}", text=tidy(left[0]))


def _pair(cell: str) -> tuple[int, int, int] | None:
    """The two numbers of a date that could be read either way, and its year; None for what is no such date."""
    found = _THREE.fullmatch(tidy(cell))
    if not found or found["mark"] == ".":
        return None
    a, b = int(found["a"]), int(found["b"])
    return (a, b, _year(found["y"])) if 1 <= min(a, b) <= 12 and max(a, b) <= 31 else None


def moment(cell: Cell, order: Order) -> Moment:
    """The day, and the hour, of a cell. Raises Unreadable."""
    if isinstance(cell, datetime):
        return _checked(cell.date(), None if cell.time() == time() else cell.time().replace(microsecond=0))
    if isinstance(cell, date):
        return _checked(cell, None)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if int(cell) not in SERIALS:
            raise Unreadable
        at = EXCEL_EPOCH + timedelta(seconds=round(cell * 86400))
        return _checked(at.date(), None if float(cell).is_integer() else at.time())
    if not isinstance(cell, str):
        raise Unreadable
    return _from_text(tidy(cell), order)


def _from_text(text: str, order: Order) -> Moment:
    text = " ".join(word for word in text.split() if bare(word) not in _WEEKDAYS)
    try:
        if found := _ISO.fullmatch(text):
            day = date(int(found["y"]), int(found["m"]), int(found["d"]))
        elif found := _PACKED.fullmatch(text):
            return _checked(date(int(found["y"]), int(found["m"]), int(found["d"])), None)
        elif found := _THREE.fullmatch(text):
            a, b = int(found["a"]), int(found["b"])
            is_day_first = found["mark"] == "." or order == "dmy"
            day = date(_year(found["y"]), *((b, a) if is_day_first else (a, b)))
        elif (found := _NAMED.fullmatch(text) or _MONTH_FIRST.fullmatch(text)) and (
            month := _MONTHS.get(bare(found["m"]))
        ):
            day = date(_year(found["y"]), month, int(found["d"]))
        else:
            raise Unreadable
    except ValueError as error:
        raise Unreadable from error
    return _checked(day, hour(found["clock"]) if found["clock"] else None)


def is_day_heading(text: str) -> bool:
    """Whether a heading is a day: `03.11`, `Mon 3/11`, `3 Kasım 2026`, `2026-11-03`, `Mon`, `Pzt 23`."""
    words = text.split()
    if words and bare(words[0]) in _WEEKDAYS and all(word.strip(".").isdecimal() for word in words[1:]):
        return True
    found = _HEADING.fullmatch(text)
    return bool(_ISO.fullmatch(text) or (found and (found["m"] is None or bare(found["m"]) in _MONTHS)))


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _checked(day: date, at: time | None) -> Moment:
    if not EARLIEST <= day <= LATEST:
        raise Unreadable
    return Moment(day, at)


def hour(cell: Cell) -> time:
    """The hour of a cell: 14:30, 14.30, 2:30 PM, 1430, or Excel's fraction of a day. Raises Unreadable."""
    if isinstance(cell, datetime):
        return cell.time().replace(microsecond=0)
    if isinstance(cell, time):
        return cell.replace(microsecond=0, tzinfo=None)
    if isinstance(cell, float) and 0 <= cell < 1:
        return (EXCEL_EPOCH + timedelta(seconds=round(cell * 86400) % 86400)).time()
    if isinstance(cell, int) and not isinstance(cell, bool) and 100 <= cell <= 2359:
        cell = f"{cell:04}"
    if not isinstance(cell, str):
        raise Unreadable
    text = tidy(cell)
    try:
        if found := _DIGITS.fullmatch(text):
            return time(int(found[1]), int(found[2]))
        if not (found := _TIME.fullmatch(text)):
            raise Unreadable
        number, half = int(found["h"]), (found["half"] or "").strip().lower()[:1]
        if half and not 1 <= number <= 12:
            raise Unreadable
        return time(number % 12 + (12 if half == "p" else 0) if half else number, int(found["m"]), int(found["s"] or 0))
    except ValueError as error:
        raise Unreadable from error


def days_in(text: str, order: Order | None = None) -> set[date]:
    """The days that a text names, such as a title or a file's name; of those that could be read either way none."""
    found = {moment(one[0], "dmy").day for one in _DATED.finditer(text) if bare(one["m"]) in _MONTHS}
    for match in re.finditer(r"(?<!\d)(20\d{2}[-._]?\d{2}[-._]?\d{2}|\d{1,2}[-._/]\d{1,2}[-._/]20\d{2})(?!\d)", text):
        written = match[1].replace("_", "-")
        pair = _pair(written)
        is_clear = pair is None or pair[0] > 12 or pair[1] > 12 or pair[0] == pair[1]
        reading = order or ("mdy" if pair and pair[1] > 12 else "dmy")
        if not is_clear and order is None:
            continue
        try:
            found.add(moment(written, reading).day)
        except Unreadable:
            continue
    return found
