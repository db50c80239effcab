"""What rooms, products, attendants and hotels are called, what products cost, and what was found where."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.domain.hotels.found import Charged, FoundProducts, OverRoom
from minibar_ml.domain.hotels.prices import Price
from minibar_ml.domain.metrics import EntityType
from minibar_ml.store.queries import query

_NAMED_BY: dict[EntityType, tuple[str, str]] = {
    "room": ("entities.rooms", "source_rooms"),
    "attendant": ("entities.attendants", "source_users"),
    "hotel": ("entities.hotels", "source_hotels"),
    "product": ("entities.products", "source_products"),
}
FOUND = ("room_consumption", "vacant_consumption", "custody_loss", "product_consumption")
"""Metrics whose points name the products that were found, or what a product was sold for."""
NO_DAY = date(1970, 1, 1)
"""Stands for the days of no finding at all."""


@dataclass(frozen=True, slots=True)
class Entities:
    """Names by entity, prices by product id, the products of each finding that has them, and what is closed."""

    names: dict[tuple[EntityType, int], str]
    prices: dict[int, Price]
    found: dict[tuple[str, int, int, str], FoundProducts]
    """By metric, hotel, entity and day (ISO 8601)."""
    closed: frozenset[tuple[EntityType, int]] = frozenset()
    """Rooms and hotels."""

    def is_closed(self, finding: Finding) -> bool:
        """Whether it is about a room that nobody lets or checks, or asks a hotel for data that is out of use."""
        is_asked = finding.entity_type == "room" or KINDS[finding.type].marks_stale_data
        return is_asked and (finding.entity_type, finding.entity_id) in self.closed

    @property
    def closed_hotels(self) -> list[int]:
        """Hotels that are out of use, or have no room in use."""
        return sorted(entity_id for kind, entity_id in self.closed if kind == "hotel")


def fetch(connection: Connection, findings: Sequence[Finding], usable: Collection[str]) -> Entities:
    """What is known of everything found: the same few statements, however much or little that is."""
    found = _found(connection, findings)
    rows = _rows(
        connection, findings, usable, {one.room_id for products in found.values() for one in products.over_rooms}
    )
    names = {entity: row.name for entity, row in rows.items()}
    prices = {one: Price(row.sale_price, row.purchase_price) for (kind, one), row in rows.items() if kind == "product"}
    closed = frozenset(entity for entity, row in rows.items() if row.is_closed)
    return Entities(names, prices, found, closed)


def fetch_retired(connection: Connection, usable: Collection[str]) -> list[int]:
    """Ids of products that are taken out of the range: nobody orders them, and their stock may end."""
    if "source_products" not in usable:
        return []
    return list(connection.execute(query("entities.retired_products")).scalars())


def _rows(
    connection: Connection, findings: Sequence[Finding], usable: Collection[str], rooms: Collection[int]
) -> dict[tuple[EntityType, int], Row[Any]]:
    named = {(one.entity_type, one.entity_id) for one in findings}
    named |= {("room", room) for one in findings for room in (one.facts or {}).get("room_ids", ())}
    named |= {("room", room) for room in rooms}
    ids = {kind: sorted(entity_id for of, entity_id in named if of == kind) for kind in _NAMED_BY}
    if all(function in usable for _, function in _NAMED_BY.values()):
        rows = connection.execute(query("entities.names"), {f"{kind}s": found for kind, found in ids.items()})
        return {(row.kind, row.id): row for row in rows}
    found: dict[tuple[EntityType, int], Row[Any]] = {}
    for kind, (name, function) in _NAMED_BY.items():
        if function in usable:
            found |= {(kind, row.id): row for row in connection.execute(query(name), {"ids": ids[kind]})}
    return found


def _found(connection: Connection, findings: Sequence[Finding]) -> dict[tuple[str, int, int, str], FoundProducts]:
    asked = [finding for finding in findings if finding.metric in FOUND]
    document = [
        {
            "metric": f.metric,
            "hotel_id": f.hotel_id,
            "entity_id": f.entity_id,
            "entity_type": f.entity_type,
            "day": f.occurred_on.isoformat(),
        }
        for f in asked
    ]
    days = sorted(f.occurred_on for f in asked) or [NO_DAY]
    # Two days' margin on either side: the bounds only spare the partitions that can't hold any of them. They are
    # instants: what a date means goes by the session's zone, which the planner does not know.
    first, last = (datetime.combine(day, time.min, UTC) for day in (days[0], days[-1]))
    span = {"since": first - timedelta(days=2), "until": last + timedelta(days=2)}
    rows = connection.execute(query("entities.found_products"), {"found": json.dumps(document), **span})
    return {
        (row.metric_type, row.hotel_id, row.entity_id, row.business_date.isoformat()): FoundProducts(
            {int(product): units for product, units in (row.products or {}).items()},
            {int(product): Charged(*both) for product, both in (row.charged or {}).items()},
            {int(product): units for product, units in (row.holds or {}).items()},
            tuple(OverRoom(*one) for one in row.over_rooms or ()),
        )
        for row in rows
    }
