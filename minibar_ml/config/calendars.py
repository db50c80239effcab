"""The calendar that the settings mean: a country's public holidays and the hotel's own events from a file."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from minibar_ml.domain.calendar import Calendar, SpecialDay
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.languages import Lang

COLUMNS = ("starts_on", "ends_on", "name")
HOTEL = "hotel_id"
LONGEST_EVENT_DAYS = 366
LONGEST_NAME = 80
SPOKEN: Mapping[Lang, tuple[str, ...]] = {"en": ("en_US", "en_GB"), "tr": ("tr", "en_US", "en_GB")}
"""What we would have holidays' names in, the best first; else they are in the country's own language."""


def read(country: str, events_file: str, lang: Lang, since: date, until: date) -> Calendar:
    """Public holidays of the years from `since` to `until`, and all events of the file; either may be "".

    Raises ConfigurationError for an unknown country, and for what is wrong in the file, naming its line.
    """
    hotels: dict[int, dict[int, SpecialDay]] = {}
    everywhere = _holidays(country, lang, range(since.year, until.year + 1)) if country else {}
    for event in _events(Path(events_file)) if events_file else ():
        days = everywhere if event.hotel_id is None else hotels.setdefault(event.hotel_id, {})
        days |= {day: SpecialDay("event", event.name).after(days.get(day)) for day in event.days}
    return Calendar(everywhere, hotels)


def _holidays(country: str, lang: Lang, years: range) -> dict[int, SpecialDay]:
    import holidays

    try:
        spoken = holidays.country_holidays(country).supported_languages
    except NotImplementedError as error:
        raise ConfigurationError(
            f"ML_COUNTRY={country!r}: no holidays are known of such a country. Write its ISO 3166-1 code, such as TR "
            "or CY (all that are known: https://holidays.readthedocs.io), or leave it empty to have none."
        ) from error
    language = next((one for one in SPOKEN[lang] if one in spoken), None)
    found = holidays.country_holidays(country, years=years, language=language)
    return {day.toordinal(): SpecialDay("holiday", name) for day, name in found.items()}


@dataclass(frozen=True, slots=True)
class _Event:
    days: range
    name: str
    hotel_id: int | None


def _events(path: Path) -> Iterator[_Event]:
    try:
        # A spreadsheet's byte-order mark is no part of the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if missing:
                cure = f"begin with {','.join(COLUMNS)},{HOTEL}, with commas in between"
                raise _refused(path, 1, f"lacks the column {missing[0]}", cure)
            for row in rows:
                yield _event(path, rows.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(
            f"Can't read ML_EVENTS_FILE={str(path)!r} ({reason}): make it a readable UTF-8 CSV file or unset it."
        ) from error


def _refused(path: Path, line: int, problem: str, cure: str) -> ConfigurationError:
    return ConfigurationError(f"{path}, line {line}, {problem}; {cure} (ML_EVENTS_FILE, see docs/installation.md).")


def _event(path: Path, line: int, row: Mapping[str | None, str | list[str] | None]) -> _Event:
    """One line of the file; raises ConfigurationError naming what is wrong with it."""
    if None in row:
        raise _refused(path, line, "has more cells than the header", "put a name that has a comma into double quotes")
    cells = {str(column): str(cell or "").strip() for column, cell in row.items()}
    first, last = (_day(path, line, column, cells[column]) for column in COLUMNS[:2])
    if not 0 <= (last - first).days < LONGEST_EVENT_DAYS:
        raise _refused(path, line, f"ends on {last}", f"an event that starts on {first} lasts 1 to 366 days")
    name = cells["name"]
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _refused(path, line, f"has the name {name!r}", f"write 1 to {LONGEST_NAME} printable characters")
    hotel = cells.get(HOTEL, "")
    if hotel and not (hotel.isascii() and hotel.isdigit()):
        raise _refused(path, line, f"has the {HOTEL} {hotel!r}", "write the hotel's number, or nothing for all hotels")
    days = range(first.toordinal(), (last + timedelta(days=1)).toordinal())
    return _Event(days, name, int(hotel) if hotel else None)


def _day(path: Path, line: int, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _refused(path, line, f"has {text!r} as {column}", "write a day such as 2026-07-20") from error
