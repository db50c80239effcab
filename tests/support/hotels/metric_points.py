"""Metric points written by hand, one by one, as `collect` would write them."""

import json
from typing import Any

from support.hotels.simulated import sql

ENTITY_OF = {"product_consumption": "product", "refill_duration": "attendant", "occupancy": "hotel",
             "stock_outflow": "product", "stock_level": "product"}  # fmt: skip


class Points:
    """Writes points of hotel 1 (or another) with the hotel's midnights."""

    def __init__(self, url: str) -> None:
        self.url = url
        sql(url, "SELECT minibar_ml.ensure_partitions('2025-04-01', '2025-11-30')")

    def add(self, metric: str, entity: int, day: str, value: float, hotel: int = 1, **context: Any) -> None:
        """A day's point; metrics not named above are rooms'."""
        sql(
            self.url,
            "INSERT INTO minibar_ml.ml_metrics VALUES (:metric, :hotel, :kind, :entity, :value,"
            " CAST(CAST(:day AS date) AS timestamptz), CAST(:day AS date), CAST(:context AS jsonb))",
            metric=metric, hotel=hotel, kind=ENTITY_OF.get(metric, "room"), entity=entity, value=value, day=day,
            context=json.dumps(context),
        )  # fmt: skip

    def room(self, room: int, hotel: int = 1, **days: float) -> None:
        """Units of a room by day of November: `_10=3` is three on the tenth."""
        for day, units in days.items():
            self.add("room_consumption", room, f"2025-11-{day[1:]}", units, hotel)

    def product(self, product: int, hotel: int = 1, **days: float) -> None:
        """Units of a product by day of November."""
        for day, units in days.items():
            self.add("product_consumption", product, f"2025-11-{day[1:]}", units, hotel)

    def shift(self, attendant: int, day: str, minutes: float, visits: int, items: int = 0, hotel: int = 1) -> None:
        """A shift: its median minutes a room, its visits and items."""
        self.add("refill_duration", attendant, day, minutes, hotel, visits=visits, items=items)

    def collected(self, until: str) -> None:
        """A run of collect that did its work up to this wall clock."""
        sql(
            self.url,
            "INSERT INTO minibar_ml.ml_job_runs (job, as_of, ended_at, outcome)"
            " VALUES ('collect', CAST(:until AS timestamptz), now(), 'done')",
            until=until,
        )
