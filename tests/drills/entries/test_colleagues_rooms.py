"""What somebody enters in a room just after a colleague's check, or just before it, is not counted as theirs."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import ZONE, done, sql

from minibar_ml.simulate import HotelPlan, generate, write

AS_OF = "2026-04-02"
PLAN = HotelPlan(seed=7, ends_on=date(2026, 3, 31), rooms=12, days=40, products=8, untidy=False, fault_kinds=())
ENTERED = """
WITH v AS (
    INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)
    VALUES (:room, :person, :kind, CAST(:at AS timestamptz)) RETURNING id)
INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar, ekstra_miktar)
SELECT id, (SELECT min(id) FROM urunler), :units, :units, 0 FROM v WHERE :units > 0
"""
WHOSE = """
SELECT entity_id AS room, CAST(context ->> 'attendant' AS integer) AS person FROM minibar_ml.ml_metrics
WHERE metric_type = 'room_consumption' AND business_date = '2026-04-01' ORDER BY 1
"""


@pytest.mark.parametrize(
    ("first", "second", "is_firsts"),
    [
        (("setup_kontrol", 0), ("setup_kontrol", 2), False),
        (("sarfiyat_yok", 0), ("doldurma", 2), False),
        (("setup_kontrol", 1), ("setup_kontrol", 2), True),
        (("setup_kontrol", 1), ("setup_kontrol", 0), True),
        (("setup_kontrol", 0), ("setup_kontrol", 0), True),
        (("setup_kontrol", 0), ("ekstra_tuketim", 2), True),
    ],
)
def test_a_visit_is_of_who_entered_something_first(
    make_database: Callable[..., str], first: tuple[str, int], second: tuple[str, int], is_firsts: bool
) -> None:
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(PLAN), "b", ZONE)
    people = [row.id for row in sql(url, "SELECT id FROM kullanicilar WHERE rol = 'kat_sorumlusu' ORDER BY id LIMIT 2")]
    (room,) = sql(url, "SELECT min(id) AS id FROM odalar")
    for person, minutes, (kind, units) in zip(people, ("00", "30"), (first, second), strict=True):
        sql(url, ENTERED, room=room.id, person=person, kind=kind, at=f"2026-04-01 08:{minutes}+00", units=units)
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    assert [(row.room, row.person) for row in sql(url, WHOSE)] == [(room.id, people[0 if is_firsts else 1])]
