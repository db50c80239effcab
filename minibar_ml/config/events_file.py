"""The hotels' own events, from the CSV file that ML_EVENTS_FILE names: what `config import` reads."""

from datetime import date
from pathlib import Path

from minibar_ml.config.csv_rows import Cells, SettingsFile, csv_rows
from minibar_ml.domain.hotels.calendar import LONGEST_EVENT_DAYS, LONGEST_NAME, Event, Events

REQUIRED, HOTEL = ("starts_on", "ends_on", "name"), "hotel_id"


def events(path: Path) -> dict[int | None, Events]:
    """The events of the file by hotel (None: of all); raises ConfigurationError naming the line and what to write."""
    file = SettingsFile(path, "ML_EVENTS_FILE", "CSV")
    found: dict[int | None, Events] = {}
    for place, cells in csv_rows(file, REQUIRED, (HOTEL,)):
        hotel_id = _hotel(file, place, cells.get(HOTEL, ""))
        found[hotel_id] = (*found.get(hotel_id, ()), _event(file, place, cells))
    return found


def _event(file: SettingsFile, place: str, cells: Cells) -> Event:
    first, last = (_day(file, place, column, cells[column]) for column in REQUIRED[:2])
    try:
        return Event(first, last, cells["name"])
    except ValueError as error:
        hint = (
            f"use 1 to {LONGEST_NAME} printable characters"
            if str(error).startswith("name")
            else f"an event that starts on {first} lasts 1 to {LONGEST_EVENT_DAYS} days"
        )
        raise file.error(place, str(error), hint) from error


def _hotel(file: SettingsFile, place: str, text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        raise file.error(place, f"{HOTEL} is {text!r}", "use the hotel's id, or leave it empty for all hotels")
    return int(text) if text else None


def _day(file: SettingsFile, place: str, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise file.error(place, f"{column} is {text!r}", "use a date such as 2026-07-20") from error
