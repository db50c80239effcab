"""What is simulated (``HotelPlan``) and what was done to it (``Fault``)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from minibar_ml.simulate.crew import Crew
from minibar_ml.simulate.manner import ApplicationManner

FaultKind = Literal[
    "consumption_anomaly",
    "silent_room",
    "vacant_consumption",
    "refill_delay",
    "unanswered_request",
    "custody_loss",
    "shrinkage",
    "stock_anomaly",
    "stock_depletion",
    "unseen_round",
    "attendant_excess",
    "attendant_silence",
]
OF_ONE_PERSON: tuple[FaultKind, ...] = ("attendant_excess", "attendant_silence")
"""Planted only where a plan says so, by ``adds`` and ``leaves_out``."""
FAULT_KINDS: tuple[FaultKind, ...] = tuple(kind for kind in get_args(FaultKind) if kind not in OF_ONE_PERSON)
EntityType = Literal["room", "product", "attendant"]

ROOMS_PER_ATTENDANT = 45
DEFAULT_FAULT_DAYS = 35
FAR_OFF = 1_000_000_000


@dataclass(frozen=True)
class Fault:
    """One labelled fault.

    ``occurred_on`` is the first business day on which the tables hold evidence of it, ``until_on`` the last
    one. ``size`` is in units, but: minutes waited for ``unanswered_request``, a factor for ``refill_delay``
    and for a product's ``consumption_anomaly``, occupied nights for ``silent_room``, days left at the end
    for ``stock_depletion``, rooms for ``unseen_round``, units a check for ``attendant_excess``, a share of checks
    for ``attendant_silence``. The warehouse serves all hotels: its
    faults carry the first hotel's id.
    """

    kind: FaultKind
    hotel_id: int
    entity_type: EntityType
    entity_id: int
    occurred_on: date
    until_on: date
    size: float
    note: str


@dataclass(frozen=True, kw_only=True)
class HotelPlan:
    """What to simulate. Equal plans give equal data.

    ``rooms`` and ``attendants`` count per hotel; ``occupancy`` and ``season_swing`` are shares of the
    rooms; ``days`` complete business days end with ``ends_on``. Most faults fall on or after
    ``faults_from`` (by default the last 35 days), a few before. ``fault_rate`` multiplies the usual number
    of faults; 0 gives none. ``spike_units`` bounds the units of a room's spike, ``silent_nights`` the occupied
    nights of a silent room, which is seen to be silent from the least of them on.

    ``guests`` is how consumption varies by guest: "mixed" has many who take nothing, "gamma" is one Gamma of shape
    ``consumption_shape`` around each room type's rate. From ``closed_from`` on the hotels are closed for
    ``closed_days`` days; ``new_rooms`` is the share of rooms that open within the last 60 days,
    ``duplicates`` the share of visits that are stored twice, ``partial_refills`` of visits that refill half.

    ``rounds`` is how attendants go from room to room: one after the other, or each as it falls free, so that most of
    the time between two rooms is waiting.

    ``leaves_out`` is the share of checks of the last 21 days in which the first attendant of each hotel enters nothing,
    ``adds`` the units a check that this attendant enters in these days and no guest took, on average over checks of
    rooms that were slept in; ``crew`` is how attendants share the rooms and differ.

    ``manner`` is how the days get into the tables: as they were (None, the ideal manner) or as the hotel application
    writes them. The days themselves, and the faults in them, are the same in either manner.
    """

    seed: int
    ends_on: date
    hotels: int = 1
    rooms: int = 120
    days: int = 120
    timezone: str = "Europe/Nicosia"
    occupancy: float = 0.68
    season_swing: float = 0.15
    check_every_days: int = 1
    attendants: int | None = None
    products: int = 24
    has_stays: bool = True
    untidy: bool = True
    fault_kinds: tuple[FaultKind, ...] = FAULT_KINDS
    fault_rate: float = 1.0
    faults_from: date | None = None
    spike_units: tuple[int, int] = (4, 15)
    silent_nights: tuple[int, int] = (6, 10)
    guests: Literal["mixed", "gamma"] = "mixed"
    consumption_shape: float = 0.9
    closed_from: date | None = None
    closed_days: int = 7
    new_rooms: float = 0.0
    duplicates: float = 0.0
    partial_refills: float = 0.05
    rounds: Literal["in_a_row", "as_rooms_fall_free"] = "in_a_row"
    leaves_out: float = 0.0
    adds: float = 0.0
    crew: Crew = Crew()  # noqa: RUF009 - frozen
    manner: ApplicationManner | None = None

    def __post_init__(self) -> None:
        """Refuse plans that mean nothing."""
        if min(self.hotels, self.rooms, self.check_every_days) < 1 or self.days < 14 or self.products < 6:
            raise ValueError("a plan needs a hotel, a room, 14 days, 6 products and a check interval of a day or more")
        if self.attendants is not None and self.attendants < 1:
            raise ValueError("a hotel needs an attendant")
        if not 0 < self.occupancy < 1:
            raise ValueError("occupancy is a share between 0 and 1")

    @property
    def starts_on(self) -> date:
        """The first simulated business day."""
        return self.ends_on - timedelta(days=self.days - 1)

    @property
    def attendants_per_hotel(self) -> int:
        """Attendants of one hotel, those on their day off included."""
        return self.attendants or max(2, -(-self.rooms // ROOMS_PER_ATTENDANT))

    @property
    def first_fault_day(self) -> int:
        """Index of the day from which faults come at the full rate."""
        if self.faults_from is None:
            return max(0, self.days - DEFAULT_FAULT_DAYS)
        return max(0, (self.faults_from - self.starts_on).days)

    @property
    def closure(self) -> tuple[int, int]:
        """First and last (exclusive) day index of the closure; far off and empty where there is none."""
        if self.closed_from is None:
            return FAR_OFF, FAR_OFF
        first = max(0, (self.closed_from - self.starts_on).days)
        return first, first + self.closed_days

    def date_of(self, day: int) -> date:
        """The business day with that index; day 0 is ``starts_on``."""
        return self.starts_on + timedelta(days=day)

    def wants(self, kind: FaultKind) -> bool:
        """Whether faults of this kind are to be planted."""
        return self.fault_rate > 0 and kind in self.fault_kinds
