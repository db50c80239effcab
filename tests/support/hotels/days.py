"""A small hotel's days, row by row, the same in several databases."""

import random
from datetime import datetime, timedelta

from support.hotels.simulated import sql

STEP = timedelta(hours=12)
DELIVERED = 100
"""Units of product 1 that come in each Monday, about what a week takes; of product 2 nobody enters any."""
LET_ROOMS = range(1, 9)
"""Rooms with guests all the time; from the others something is missing now and then."""


class Days:
    """What happens in the hotel, the same in both databases."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pass_by(self, since: datetime, until: datetime, urls: tuple[str, ...]) -> None:
        """Visits, issues, deliveries and corrections of typing errors between two instants."""
        rows, day = [], since
        while day < until:
            if day.hour == 0:
                rows += [self._visit(room, day + timedelta(hours=9, minutes=5 * room)) for room in range(1, 13)]
                issue = (self._random.randint(1, 2), "cikis", self._random.choice([5, 8, 60]))
                rows += [_movement(*one, day + timedelta(hours=8)) for one in (issue, *_deliveries(day))]
                if self._random.random() < 0.3:
                    rows.append("UPDATE minibar_islem_detay SET tuketim = 1 WHERE tuketim > 8")
            day += STEP
        for url in urls if rows else ():
            sql(url, ";\n".join(rows))

    def _visit(self, room: int, at: datetime) -> str:
        units = self._random.choice([0, 1, 1, 2, 2, 3]) if self._random.random() > 0.03 else self._random.randint(9, 20)
        if room not in LET_ROOMS and self._random.random() < 0.9:
            units = 0
        return (
            "WITH visit AS (INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
            f" VALUES ({room}, 1, 'kontrol', '{at:%Y-%m-%d %H:%M}') RETURNING id)"
            " INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar)"
            f" SELECT id, {self._random.randint(1, 2)}, {units}, 0 FROM visit"
        )


def _deliveries(day: datetime) -> list[tuple[int, str, int]]:
    return [(1, "giris", DELIVERED)] if day.weekday() == 0 else []


def _movement(product: int, kind: str, units: int, at: datetime) -> str:
    return (
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
        f" VALUES ({product}, '{kind}', {units}, '{at:%Y-%m-%d %H:%M}')"
    )
