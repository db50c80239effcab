"""Where the alerts of a period were: floors, the stock, attendants, day by day or week by week."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from minibar_ml.domain.alerting.severities import SEVERITIES, Severity
from minibar_ml.domain.metrics import EntityType
from minibar_ml.domain.reporting.periods import Period

MOST_DAYS = 10
"""A longer period is shown by calendar weeks: a day's column would be too narrow for its figure."""
MOST_PLACES = 9
"""Rows that are shown; what is left is one row."""


@dataclass(frozen=True, slots=True)
class PlaceDay:
    """Alerts raised on a day at one room, or at all products, attendants or hotels of a hotel."""

    hotel_id: int
    entity_type: EntityType
    room_id: int | None
    day: date
    alerts: int
    worst: Severity


@dataclass(frozen=True, slots=True)
class Spot:
    """Alerts at a place in a span of days, and the highest severity among them; None where there were none."""

    since: date
    last_day: date
    alerts: int
    worst: Severity | None


@dataclass(frozen=True, slots=True)
class Place:
    """A floor (`kind` room), or all that is not in a room (product, attendant, hotel), and its alerts by span.

    `floor` is None for rooms whose floor is not known. `kind` is other for the places that are left out.
    """

    kind: str
    floor: str | None
    spots: tuple[Spot, ...]

    @property
    def alerts(self) -> int:
        """Of the whole period."""
        return sum(spot.alerts for spot in self.spots)


def spans(period: Period) -> tuple[Period, ...]:
    """The columns: days, or in a longer period calendar weeks as far as they are inside."""
    days = period.days()
    if len(days) <= MOST_DAYS:
        return tuple(Period(day, day + timedelta(days=1)) for day in days)
    mondays = sorted({max(day - timedelta(days=day.weekday()), period.since) for day in days})
    ends = [*mondays[1:], period.until]
    return tuple(Period(since, until) for since, until in zip(mondays, ends, strict=True))


def places(rows: Iterable[PlaceDay], floors: Mapping[int, str | None], period: Period) -> tuple[Place, ...]:
    """The places with alerts: floors in the order of their names, then all else."""
    found: dict[tuple[str, str | None], list[PlaceDay]] = defaultdict(list)
    for row in rows:
        found[row.entity_type, floors.get(row.room_id) if row.room_id is not None else None].append(row)
    made = [Place(kind, floor, _spots(own, period)) for (kind, floor), own in found.items()]
    rooms = sorted((one for one in made if one.kind == "room"), key=lambda one: natural(one.floor))
    others = [one for kind in ("product", "attendant", "hotel") for one in made if one.kind == kind]
    room_for = MOST_PLACES - len(others)
    if len(rooms) <= room_for:
        return (*rooms, *others)
    shown = sorted(rooms, key=lambda one: -one.alerts)[: room_for - 1]
    hidden = [one for one in rooms if one not in shown]
    return (*(one for one in rooms if one in shown), _merged(hidden), *others)


def natural(floor: str | None) -> tuple[bool, int, str]:
    """Floors in the order of the lift: by the number in their name, then by name; unknown ones last."""
    digits = "".join(filter(str.isdigit, floor or ""))
    return floor is None, int(digits) if digits else -1, floor or ""


def _spots(rows: Iterable[PlaceDay], period: Period) -> tuple[Spot, ...]:
    rows = tuple(rows)
    found = []
    for span in spans(period):
        own = [row for row in rows if span.since <= row.day < span.until]
        found.append(Spot(span.since, span.last_day, sum(row.alerts for row in own), _worst(row.worst for row in own)))
    return tuple(found)


def _merged(hidden: Iterable[Place]) -> Place:
    columns = zip(*(one.spots for one in hidden), strict=True)
    spots = (
        Spot(
            *(column[0].since, column[0].last_day, sum(spot.alerts for spot in column)),
            _worst(spot.worst for spot in column if spot.worst),
        )
        for column in columns
    )
    return Place("other", None, tuple(spots))


def _worst(severities: Iterable[Severity]) -> Severity | None:
    return max(severities, key=SEVERITIES.index, default=None)
