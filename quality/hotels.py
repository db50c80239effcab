"""The simulated hotels of `hotels.toml`: three fixed sets that are never chosen again after results were seen."""

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from minibar_ml.simulate import ApplicationManner, HotelPlan, Layout

FILE = Path(__file__).with_name("hotels.toml")
ZONE = "Europe/Nicosia"
Part = Literal["tune", "validate", "held_out"]
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True, slots=True)
class Hotel:
    """A hotel to measure: its plan, and how its data reach the store.

    `late` is the share of the last month's visits that are written down only after everything else was collected.
    """

    name: str
    plan: HotelPlan
    layout: Layout
    late: float
    scored_days: int

    @property
    def rooms(self) -> int:
        """Rooms of all its hotels."""
        return self.plan.rooms * self.plan.hotels

    @property
    def first_scored(self) -> date:
        """The first of the scored days, which end with the plan's last day."""
        return self.plan.date_of(self.plan.days - self.scored_days)


def load(part: Part) -> list[Hotel]:
    """The hotels of one set, in the file's order; an unknown word in the file is a TypeError or KeyError."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [_hotel(written["every"] | entry) for entry in written[part]]


def _hotel(entry: dict[str, Any]) -> Hotel:
    own = {field.name: entry.pop(field.name) for field in fields(Hotel) if field.name != "plan"}
    if "manner" in entry:
        entry["manner"] = ApplicationManner(**entry["manner"])
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Hotel(plan=HotelPlan(timezone=ZONE, **known), **own)
