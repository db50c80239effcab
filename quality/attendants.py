"""Attendants who add entries or leave them out, at several strengths, and attendants who merely differ.

Hotels of their own: one has to be able to say of many people how often and after how many days they are named, and of
many others that nobody was. Only the detectors that compare what attendants enter run; nothing else is wrong there.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.believed import believed
from minibar_ml.ml.detectors import LOOK_BACK
from minibar_ml.ml.detectors.attendant_entries import AttendantEntries
from minibar_ml.ml.detectors.unseen_round import UnseenRound
from minibar_ml.ml.evaluation import people
from minibar_ml.ml.evaluation.people import PeopleQuality
from minibar_ml.simulate import Crew, Fault, HotelPlan
from minibar_ml.simulate.crew import Sharing
from quality import points
from quality.cache import cached, source_hash
from quality.hotels import ZONE, Hotel, Part
from quality.results import Guests
from quality.walk import default_plan, scored_days

MADE_BY = (*points.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "quality/attendants.py")
DETECTORS = (AttendantEntries(), UnseenRound())
DAYS, SCORED_DAYS = 50, 21
Deed = Literal["adds", "leaves_out"]
STRENGTHS: Mapping[Deed, tuple[float, ...]] = {"adds": people.ADDED, "leaves_out": people.LEFT_OUT}
"""Units a check of a room that was slept in, and the share of checks."""
SHARED: tuple[Sharing, ...] = ("in_turn", "own_floors")
Difference = Literal["none", "quick", "slow", "busy_floors", "thirsty_wing", "new", "on_leave"]
IN_TURN, OWN_FLOORS = (Crew(sharing=sharing, overlooked=0.05) for sharing in SHARED)
CREWS: Mapping[Difference, Crew] = {
    "none": OWN_FLOORS,
    "quick": replace(OWN_FLOORS, minutes=0.6),
    "slow": replace(OWN_FLOORS, minutes=1.7),
    "busy_floors": replace(OWN_FLOORS, bustle=2.5),
    "thirsty_wing": replace(OWN_FLOORS, thirst=3.0),
    "new": replace(OWN_FLOORS, away=(0, DAYS - 14)),
    "on_leave": replace(OWN_FLOORS, away=(DAYS - 28, DAYS - 12)),
}
DIFFERENCES: tuple[Difference, ...] = get_args(Difference)
SEEDS: Mapping[Part, tuple[int, int]] = {"tune": (6101, 6102), "validate": (6201, 6202), "held_out": (6301, 6302)}
"""Of the two plans of each case. Never chosen again, like those of `hotels.toml`."""
GUESTS: tuple[Guests, Guests] = ("mixed", "gamma")
ENDS_ON: Mapping[Part, date] = {
    "tune": date(2025, 10, 5), "validate": date(2026, 2, 8), "held_out": date(2026, 5, 24),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What the first attendant of each of ten hotels does, or how that one differs; two plans of five hotels."""

    deed: Deed | None
    strength: float
    sharing: Sharing
    difference: Difference
    hotels: tuple[Hotel, Hotel]


@dataclass(frozen=True, slots=True)
class Named:
    """The first day on which an attendant was named, by alert type, and how many hotels and rooms were watched.

    estimates: of hotels where it is known, what `train` said the day before would be found of an attendant's faults.
    """

    first: Mapping[tuple[int, int, str], date]
    faults: tuple[Fault, ...]
    hotels: int
    rooms: int
    estimates: tuple[PeopleQuality, ...] = ()

    @property
    def days_until_found(self) -> list[int | None]:
        """Of each attendant who does something wrong, the days from the first one, counted as 1; None: never named."""
        days = [self.first.get((one.hotel_id, one.entity_id, one.kind)) for one in self.faults]
        return [
            None if day is None else (day - one.occurred_on).days + 1
            for one, day in zip(self.faults, days, strict=True)
        ]

    @property
    def falsely(self) -> int:
        """Attendants who were named though they do nothing wrong, or not that."""
        return len(self.first.keys() - {(one.hotel_id, one.entity_id, one.kind) for one in self.faults})


def cases(part: Part) -> list[Case]:
    """All cases of a set, by what is done, its strength and how rooms are shared; then who merely differ."""
    done = [
        _case(part, crew, deed, strength, "none")
        for deed, strengths in STRENGTHS.items()
        for crew in (IN_TURN, OWN_FLOORS)
        for strength in strengths
    ]
    return [
        *done,
        _case(part, IN_TURN, None, 0.0, "none"),
        *(_case(part, crew, None, 0.0, name) for name, crew in CREWS.items()),
    ]


def _case(part: Part, crew: Crew, deed: Deed | None, strength: float, difference: Difference) -> Case:
    what = f"{deed}-{strength:g}" if deed else difference
    mixed, gamma = (
        HotelPlan(
            seed=seed, ends_on=ENDS_ON[part], timezone=ZONE, hotels=5, rooms=rooms, attendants=attendants, days=DAYS,
            guests=guests, fault_rate=0.0, crew=crew,
            adds=strength if deed == "adds" else 0.0, leaves_out=strength if deed == "leaves_out" else 0.0,
        )
        for seed, rooms, attendants, guests in zip(SEEDS[part], (100, 80), (4, 3), GUESTS, strict=True)
    )  # fmt: skip
    name = f"attendants-{part}-{what}-{crew.sharing}"
    return Case(
        deed, strength, crew.sharing, difference,
        (Hotel(f"{name}-1", mixed, "b", 0.0, SCORED_DAYS), Hotel(f"{name}-2", gamma, "b", 0.0, SCORED_DAYS)),
    )  # fmt: skip


def measure(asked: Sequence[Case], jobs: int) -> tuple[list[Named], float]:
    """Who was named in each case, and the seconds that it took."""
    started = time.monotonic()
    with ProcessPoolExecutor(jobs) as pool:
        of_each = dict(zip(_hotels(asked), pool.map(_fetch, _hotels(asked)), strict=True))
    print(f"{len(of_each)} plans of attendants' hotels done", file=sys.stderr)
    return [_together([of_each[hotel] for hotel in one.hotels]) for one in asked], time.monotonic() - started


def _hotels(asked: Sequence[Case]) -> list[Hotel]:
    return [hotel for one in asked for hotel in one.hotels]


def _together(parts: Sequence[Named]) -> Named:
    """Plans number their hotels from 1: those of the second come after those of the first."""
    first: dict[tuple[int, int, str], date] = {}
    faults: list[Fault] = []
    before = 0
    for part in parts:
        first |= {(before + hotel, who, kind): day for (hotel, who, kind), day in part.first.items()}
        faults += [replace(one, hotel_id=before + one.hotel_id) for one in part.faults]
        before += part.hotels
    estimates = tuple(one for part in parts for one in part.estimates)
    return Named(first, tuple(faults), before, sum(part.rooms for part in parts), estimates)


def _fetch(hotel: Hotel) -> Named:
    return cached("named", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: named(hotel, points.fetch(hotel)))


def named(hotel: Hotel, known: points.Points) -> Named:
    """Check every scored day of the plan's hotels, as `detect` does."""
    plan, first = default_plan(hotel), dict[tuple[int, int, str], date]()
    estimates: list[PeopleQuality | None] = []
    for hotel_id in range(1, hotel.plan.hotels + 1):
        frames = known.frames.of_hotel(hotel_id)
        estimates.append(people.measure(frames.rooms, hotel.first_scored.toordinal()))
        for day in scored_days(hotel):
            moment = plan.moment(hotel_id, day)
            seen = believed(frames.seen_on(moment.day, LOOK_BACK), moment.day)
            found: list[Finding] = []
            for detector in DETECTORS:
                scores = detector.score(seen, {}, moment)
                found += detector.decide(scores, {}, plan.limits, moment) if len(scores) else []
            for one in found:
                first.setdefault((hotel_id, one.entity_id, one.type), day)
    return Named(first, known.faults, hotel.plan.hotels, hotel.rooms, tuple(filter(None, estimates)))
