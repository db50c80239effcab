"""The metrics that `collect` derives from the source, and what each needs there."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

MetricType = Literal[
    "stock_level",
    "stock_outflow",
    "floor_stock",
    "product_consumption",
    "room_consumption",
    "vacant_consumption",
    "refill_duration",
    "request_response",
    "custody_loss",
    "occupancy",
    "stock_days_left",
]
EntityType = Literal["room", "product", "attendant", "hotel"]
METRIC_TYPES: tuple[MetricType, ...] = get_args(MetricType)

COMMON_STORE = 0
"""Hotel id of what belongs to no single hotel: in a chain whose ledger does not say whose depot it is about."""
OF_OTHERS = ("occupancy", "hidden", "room_type", "by_room_type", "last_by", "again_by")
"""What points note of their hotel, its master data and attendants: one that differs in nothing else is no news."""
VISIT_MINUTES = 45
"""Rows of one room that follow each other within so many minutes are one visit."""
ROUND_MINUTES = 180
"""Within so many minutes a person may type the other products of a visit, later on the same round."""
BREAK_MINUTES = 45
"""A longer gap between two rooms of a shift is a break, and no part of the attendant's pace."""


VISITS = frozenset({"source_rooms", "source_visits", "source_previous_visits", "source_visit_lines"})
"""What reading visits takes."""
STAYS = frozenset(
    {"source_rooms", "source_stays", "source_impossible_stays", "source_first_departures", "source_kept_stays"}
)
"""What reading stays takes."""
DRAWS = VISITS | {"source_floor_draws", "source_stock_movements"}
"""What comparing withdrawals from the floor store with rooms takes."""


@dataclass(frozen=True, slots=True)
class Collected:
    """One metric that `collect` computes, and the source functions that it can't do without.

    `trailing_days` is how much further back than the usual span it is recomputed, because its source rows change
    long after they were written: a request is completed, custody is used up and returned, an issue is cancelled, a
    count is corrected. `of_ledger`: filed under the hotel that the ledger belongs to, which changes when a second hotel
    opens. `instead`: other source functions that do as well; empty where there are none.
    """

    type: MetricType
    needs: frozenset[str]
    trailing_days: int = 0
    of_ledger: bool = False
    instead: frozenset[str] = frozenset()

    def can_be_computed(self, usable: Collection[str]) -> bool:
        """Whether these source functions are enough."""
        return self.needs <= set(usable) or (bool(self.instead) and self.instead <= set(usable))


OWN_DEPOTS = frozenset({"source_movement_hotels", "source_depot_stock"})
"""What it takes to distinguish the depots of several hotels."""
FLOOR = frozenset(
    {
        "source_floor_stock",
        "source_floor_draws",
        "source_lot_uses",
        "source_stock_movements",
        "source_movement_hotels",
    }
)
"""What it takes to know what a floor store held on a past day: what it holds now, and all that moved since."""


COLLECTED: tuple[Collected, ...] = (
    Collected("stock_level", frozenset({"source_stock_movements"}), trailing_days=31, of_ledger=True),
    Collected("stock_outflow", frozenset({"source_stock_movements"}), trailing_days=31, of_ledger=True),
    Collected("floor_stock", FLOOR),
    Collected("occupancy", STAYS),
    Collected("product_consumption", VISITS),
    Collected("room_consumption", VISITS),
    Collected("vacant_consumption", VISITS | STAYS),
    Collected("refill_duration", VISITS),
    Collected("request_response", frozenset({"source_rooms", "source_refill_requests"}), trailing_days=31),
    Collected("custody_loss", frozenset({"source_custody"}), trailing_days=60, instead=DRAWS),
)
RECORDED: tuple[MetricType, ...] = tuple(one.type for one in COLLECTED if one.type not in {"occupancy", "floor_stock"})
"""Those with a point only of days on which the hotel wrote something: how full it was and what its floor store held
follow for every day from what was written before, and forecasts are no data."""
LEDGER_METRICS: frozenset[MetricType] = frozenset(one.type for one in COLLECTED if one.of_ledger)
