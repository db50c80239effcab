"""Records are added, corrected, moved and deleted after alerts rest on them: alerts say what today's records say."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels import ZONE, done, sql, state

from minibar_ml.simulate import HotelPlan, generate, write

ROOMS = 200
FIRST = date(2025, 11, 11)
"""The first evening on which cron runs; records of the three days before it may be edited too."""
EVENINGS = 6
PLAN = HotelPlan(seed=23, ends_on=FIRST + timedelta(days=EVENINGS), rooms=ROOMS, days=55, timezone=ZONE, fault_rate=4.0)
OLDEST = FIRST - timedelta(days=3)
TYPES = ("vacant_consumption", "consumption_anomaly")
VISITS = (
    "SELECT i.id FROM minibar_islemleri i WHERE i.oda_id = :room AND i.islem_tarihi >= :since"
    " AND i.islem_tarihi < :until ORDER BY i.id LIMIT 1"
)
EDITS = {
    "mistyped": f"UPDATE minibar_islem_detay SET tuketim = 40, eklenen_miktar = 40 WHERE islem_id = ({VISITS})",
    "corrected": f"UPDATE minibar_islem_detay SET tuketim = 1, eklenen_miktar = 1 WHERE islem_id = ({VISITS})",
    "grown": f"UPDATE minibar_islem_detay SET tuketim = tuketim + 3 WHERE islem_id = ({VISITS})",
    "emptied": f"DELETE FROM minibar_islem_detay WHERE islem_id = ({VISITS})",
    "moved to another room": "UPDATE minibar_islemleri SET oda_id ="
    f" (SELECT id FROM odalar WHERE id <> :room ORDER BY id LIMIT 1 OFFSET :other) WHERE id = ({VISITS})",
    "dated back": f"UPDATE minibar_islemleri SET islem_tarihi = islem_tarihi - interval '1 day' WHERE id = ({VISITS})",
    "entered late": "WITH made AS (INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
    f" SELECT :room, personel_id, islem_tipi, islem_tarihi - interval '100 minutes' FROM minibar_islemleri"
    f" WHERE id = ({VISITS}) RETURNING id) INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar)"
    " SELECT made.id, (SELECT min(id) FROM urunler), :other % 9, :other % 9 FROM made",
    "stay extended": "UPDATE misafir_kayitlari SET cikis_tarihi = cikis_tarihi + 2"
    " WHERE oda_id = :room AND cikis_tarihi >= :since",
    "stay shortened": "UPDATE misafir_kayitlari SET cikis_tarihi = cikis_tarihi - 1"
    " WHERE oda_id = :room AND cikis_tarihi >= :since AND cikis_tarihi > giris_tarihi + 1",
    "stay moved": "UPDATE misafir_kayitlari SET oda_id = (SELECT id FROM odalar WHERE id <> :room ORDER BY id LIMIT 1"
    " OFFSET :other) WHERE oda_id = :room AND cikis_tarihi >= :since",
    "stay deleted": "DELETE FROM misafir_kayitlari WHERE oda_id = :room AND giris_tarihi >= :since",
}  # fmt: skip


@pytest.fixture(scope="module")
def edited(make_database: Callable[..., str]) -> str:
    """A hotel of which every room's records were edited at random between the evenings' runs."""
    url = make_database()
    write(
        create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool),
        generate(PLAN),
        "a",
        ZONE,
    )
    done(url, "db", "init", "--quiet")
    chance = random.Random(1)
    for evening in range(EVENINGS):
        today = FIRST + timedelta(days=evening)
        as_of = f"{today}T23:00"
        if evening:
            _edit(url, chance, today)
        done(url, "collect", "--as-of", as_of, "--quiet")
        if not evening:
            done(url, "train", "--as-of", as_of, "--quiet")
        done(url, "detect", "--as-of", as_of, "--quiet")
    return url


def _edit(url: str, chance: random.Random, today: date) -> None:
    """One edit in nearly every room, of a day since OLDEST."""
    rooms = [row.id for row in sql(url, "SELECT id FROM odalar ORDER BY id")]
    for room in rooms:
        kind = chance.choice([*EDITS, "none"])
        if kind != "none":
            since = OLDEST + timedelta(days=chance.randrange((today - OLDEST).days))
            values = {
                "room": room,
                "since": since,
                "until": today,
                "place": 0,
                "other": chance.randrange(len(rooms) - 1),
            }
            sql(url, EDITS[kind], **{name: value for name, value in values.items() if f":{name}" in EDITS[kind]})


DAYS = (
    "SELECT a.type, a.entity_id, d.occurred_on, d.value, d.severity FROM minibar_ml.ml_alerts a"
    " JOIN minibar_ml.ml_alert_days d ON d.alert_id = a.id WHERE a.entity_type = 'room' AND a.type = ANY(:types)"
    " AND d.occurred_on >= :oldest AND (minibar_ml.is_live(a.status) OR a.end_reason IS NULL) ORDER BY 1, 2, 3"
)
ALERTS = (
    "SELECT type, entity_id, value, reason, occurred_on, severity, last_occurred_on, measured_on, occurrences"
    " FROM minibar_ml.ml_alerts WHERE entity_type = 'room' AND type = ANY(:types) AND minibar_ml.is_live(status)"
    " AND last_occurred_on >= :oldest ORDER BY 1, 2"
)


def _says(url: str, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sql(url, query, types=list(TYPES), oldest=OLDEST)]


def test_after_200_histories_of_edits_alerts_are_those_that_a_walk_over_todays_records_holds(
    edited: str, make_database: Callable[..., str]
) -> None:
    fresh = make_database(edited)
    sql(fresh, "TRUNCATE minibar_ml.ml_alerts CASCADE; DELETE FROM minibar_ml.ml_job_runs WHERE job = 'detect'")
    last = FIRST + timedelta(days=EVENINGS - 1)
    state(fresh, ML_LOOKBACK_DAYS=str((last - OLDEST).days))
    done(fresh, "detect", "--as-of", f"{last}T23:00", "--quiet")
    held, true = _says(edited, DAYS), _says(fresh, DAYS)
    assert set(held) - set(true) == set(), "alerts that today's records contradict"
    assert set(true) - set(held) == set(), "faults that today's records show"
    # A run of another evening may have looked at days before those of the walk.
    older = {row[:2] for row in _says(edited, ALERTS) if row[4] < OLDEST}
    assert len(older) < ROOMS / 20
    assert [row for row in _says(edited, ALERTS) if row[:2] not in older] == [
        row for row in _says(fresh, ALERTS) if row[:2] not in older
    ]
    withdrawn = sql(edited, "SELECT count(*) FROM minibar_ml.ml_alerts WHERE end_reason = 'records_changed'")[0][0]
    corrected = sql(edited, "SELECT count(*) FROM minibar_ml.ml_alert_events WHERE event = 'corrected'")[0][0]
    assert min(withdrawn, corrected, len(true)) > 10, "the edits touched what alerts rest on"
