"""The hotel's own events, from the CSV file that ML_EVENTS_FILE names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from minibar_ml.config.csv_rows import Cells, SettingsFile, csv_rows

REQUIRED, HOTEL = ("starts_on", "ends_on", "name"), "hotel_id"
LONGEST_EVENT_DAYS = 366
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its days as ordinals, its name, and the hotel it concerns (None: all hotels)."""

    days: range
    name: str
    hotel_id: int | None


def events(path: Path) -> Iterator[Event]:
    """The events of the file; raises ConfigurationError naming the line and what to write."""
    file = SettingsFile(path, "ML_EVENTS_FILE", "CSV")
    for place, cells in csv_rows(file, REQUIRED, (HOTEL,)):
        yield _event(file, place, cells)


def _event(file: SettingsFile, place: str, cells: Cells) -> Event:
    first, last = (_day(file, place, column, cells[column]) for column in REQUIRED[:2])
    if not 0 <= (last - first).days < LONGEST_EVENT_DAYS:
        hint = f"an event that starts on {first} lasts 1 to {LONGEST_EVENT_DAYS} days"
        raise file.error(place, f"ends on {last}", hint)
    name = cells["name"]
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise file.error(place, f"name is {name!r}", f"use 1 to {LONGEST_NAME} printable characters")
    hotel = cells.get(HOTEL, "")
    if hotel and not (hotel.isascii() and hotel.isdigit()):
        raise file.error(place, f"{HOTEL} is {hotel!r}", "use the hotel's id, or leave it empty for all hotels")
    days = range(first.toordinal(), (last + timedelta(days=1)).toordinal())
    return Event(days, name, int(hotel) if hotel else None)


def _day(file: SettingsFile, place: str, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise file.error(place, f"{column} is {text!r}", "use a date such as 2026-07-20") from error
