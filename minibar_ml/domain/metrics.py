"""The metrics that `collect` derives from the source, and what each needs there."""

from dataclasses import dataclass
from typing import Literal, get_args

MetricType = Literal[
    "stock_level",
    "stock_outflow",
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
"""Hotel id of what belongs to no single hotel: the ledger names none, so in a chain it is the common store's."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric that `collect` computes: its query's name and the source functions that it can't do without."""

    type: MetricType
    needs: frozenset[str]


COLLECTED: tuple[Metric, ...] = (
    Metric("stock_level", frozenset({"source_products", "source_stock_movements"})),
    Metric("stock_outflow", frozenset({"source_products", "source_stock_movements"})),
    Metric("occupancy", frozenset({"source_rooms", "source_stays"})),
    Metric("product_consumption", frozenset({"source_rooms", "source_visits", "source_visit_lines"})),
    Metric("room_consumption", frozenset({"source_rooms", "source_visits", "source_visit_lines"})),
    Metric(
        "vacant_consumption",
        frozenset({"source_rooms", "source_visits", "source_visit_lines", "source_stays"}),
    ),
    Metric("refill_duration", frozenset({"source_rooms", "source_visits", "source_visit_lines"})),
    Metric("request_response", frozenset({"source_rooms", "source_refill_requests"})),
    Metric("custody_loss", frozenset({"source_custody"})),
)
