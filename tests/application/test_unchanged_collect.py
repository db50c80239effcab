"""A run of collect that finds nothing changed ends at once, and leaves the store as a full run would have.

One of the stores that are compared is worked out by each run from the rows alone; the other also keeps what the runs
before found.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.application_hotel import PLAN, PLAN_2025
from support.hotels.simulated import ZONE, done, sql
from support.program.cron_runs import cron, differing

from minibar_ml.simulate import generate, write

MORNING = datetime(2026, 3, 31, 6, tzinfo=UTC)
RUNS = 30
STEPS = [timedelta(minutes=minutes) for minutes in (1, 1, 5, 15, 15, 15, 15, 31, 60, 700)]
STORE = {
    "points": "SELECT metric_type, hotel_id, entity_type, entity_id, observed_at, metric_value, business_date, context"
    " FROM minibar_ml.ml_metrics",
    "nights": "SELECT hotel_id, room_id, night, state, guests, stay_id, arrives_on, arrives_at, departs_on, departs_at,"
    " is_expected, known_at FROM minibar_ml.ml_nights",
    "problems": "SELECT day, source, problem, affected, example_id, is_of_new_rows, first_on, CAST(seen_at AS date)"
    " FROM minibar_ml.ml_source_problems",
    "setups": "SELECT * FROM minibar_ml.ml_setups",
    "rises": "SELECT hotel_id, room_type, product_id, units, since_at, until_at, seen_in, rooms"
    " FROM minibar_ml.ml_setup_rises",
    "watermarks": "SELECT * FROM minibar_ml.ml_watermarks",
    "changes": "SELECT r.as_of, c.business_date, c.hotel_id, c.entity_type, c.entity_id, c.metric_type"
    " FROM minibar_ml.ml_changed_days c JOIN minibar_ml.ml_job_runs r ON r.id = c.run_id",
    "runs": "SELECT as_of, outcome, counts - 'unchanged' FROM minibar_ml.ml_job_runs WHERE job = 'collect'",
}  # fmt: skip
"""All that collect leaves, but for numbers of rows, times of the server, and when in a day a problem was seen last."""


def _one(table: str, where: str = "true") -> str:
    """The id of some row."""
    return f"(SELECT id FROM {table} WHERE {where} ORDER BY id LIMIT 1 OFFSET :other)"


def _of_visits(days: int) -> str:
    return (
        "(SELECT d.id FROM minibar_islem_detay d JOIN minibar_islemleri i ON i.id = d.islem_id"
        f" WHERE i.islem_tarihi < CAST(:at AS timestamptz) - interval '{days} days' ORDER BY i.islem_tarihi DESC, d.id"
        " LIMIT 1 OFFSET :other)"
    )


EDITS = {
    "nothing": "SELECT 1",
    "a visit changed": f"UPDATE minibar_islem_detay SET eklenen_miktar = eklenen_miktar + 7 WHERE id = {_of_visits(0)}",
    "one of a month ago": f"UPDATE minibar_islem_detay SET eklenen_miktar = eklenen_miktar + 7 WHERE id ="
    f" {_of_visits(20)}",
    "one of two months ago": f"UPDATE minibar_islem_detay SET eklenen_miktar = 9 WHERE id = {_of_visits(55)}",
    "a visit": "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi) SELECT oda_id,"
    f" personel_id, 'sarfiyat_yok', CAST(:at AS timestamptz) - interval '3 minutes' FROM minibar_islemleri WHERE id ="
    f" {_one('minibar_islemleri')}",
    "a visit dated ahead": "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
    " SELECT oda_id, personel_id, 'sarfiyat_yok', CAST(:at AS timestamptz) + interval '20 minutes'"
    f" FROM minibar_islemleri WHERE id = {_one('minibar_islemleri')}",
    "a visit gone": "DELETE FROM minibar_islemleri i WHERE NOT EXISTS"
    " (SELECT FROM minibar_islem_detay d WHERE d.islem_id = i.id) AND islem_tarihi > CAST(:at AS timestamptz) - :other"
    " * interval '1 hour'",
    "a list late": "UPDATE yukleme_gorevleri SET durum = 'completed',"
    " yukleme_zamani = CAST(:at AS timestamptz) + interval '10 minutes'"
    " WHERE gorev_tarihi = CAST(CAST(:at AS timestamptz) AS date) - :other % 2",
    "a list not loaded": "UPDATE yukleme_gorevleri SET durum = 'pending' WHERE gorev_tarihi ="
    " CAST(CAST(:at AS timestamptz) AS date) - :other",
    "rows rejected": f"UPDATE dosya_yuklemeleri SET hatali_satir = toplam_satir WHERE id = {_one('dosya_yuklemeleri')}",
    "a file late": "UPDATE dosya_yuklemeleri SET yukleme_tarihi = CAST(:at AS timestamptz) + interval '12 minutes'"
    " WHERE id = (SELECT max(id) FROM dosya_yuklemeleri)",
    "a task": "UPDATE gorev_detaylari SET cikis_saati = '15:30'"
    " WHERE id = (SELECT max(id) - :other FROM gorev_detaylari)",
    "a sign": "UPDATE oda_dnd_kayitlari SET son_dnd_zamani = son_dnd_zamani + interval '1 hour'"
    f" WHERE id = {_one('oda_dnd_kayitlari')}",
    "a control gone": "DELETE FROM oda_kontrol_kayitlari"
    " WHERE id = (SELECT max(id) - :other FROM oda_kontrol_kayitlari)",
    "a draw": "UPDATE personel_zimmet_kullanim SET kullanilan_miktar = kullanilan_miktar + 5"
    " WHERE id = (SELECT max(id) - 10 * :other FROM personel_zimmet_kullanim)",
    "a draw dated ahead": "UPDATE personel_zimmet_kullanim SET islem_tarihi = CAST(:at AS timestamptz)"
    " + interval '7 minutes' WHERE id = (SELECT max(id) - :other FROM personel_zimmet_kullanim)",
    "the floor store": f"UPDATE otel_zimmet_stok SET kalan_miktar = :other WHERE id = {_one('otel_zimmet_stok')}",
    "a transfer dated ahead": "UPDATE stok_fifo_kullanimlari SET islem_tarihi = CAST(:at AS timestamptz)"
    " + interval '9 minutes' WHERE id = (SELECT max(id) FROM stok_fifo_kullanimlari)",
    "a setup raised": f"UPDATE setup_icerik SET adet = adet + 2 WHERE id = {_one('setup_icerik')}",
    "a setup lowered": f"UPDATE setup_icerik SET adet = greatest(adet - 1, 0) WHERE id = {_one('setup_icerik')}",
    "an old movement": f"UPDATE stok_hareketleri SET miktar = miktar + 1 WHERE id = {_one('stok_hareketleri')}",
    "a movement dated ahead": "UPDATE stok_hareketleri SET islem_tarihi = CAST(:at AS timestamptz)"
    " + interval '14 minutes' WHERE id = (SELECT max(id) - :other FROM stok_hareketleri)",
    "what is in stock": "UPDATE urun_stok SET mevcut_stok = mevcut_stok + 3 WHERE urun_id % 3 = :other % 3",
    "old stays gone": f"DELETE FROM misafir_kayitlari WHERE id = {_one('misafir_kayitlari')}",
    "a stay overwritten": "UPDATE misafir_kayitlari SET cikis_tarihi = cikis_tarihi + 2, guncelleme_tarihi = :at"
    " WHERE id = (SELECT max(id) - :other FROM misafir_kayitlari)",
    "a room closed": f"UPDATE odalar SET aktif = NOT aktif WHERE id = {_one('odalar')}",
    "a hotel closed": "UPDATE oteller SET aktif = NOT coalesce(aktif, true) WHERE id = (SELECT max(id) FROM oteller)",
    "a request": "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
    f" VALUES ({_one('odalar')}, CAST(:at AS timestamptz) - interval '5 minutes', 'beklemede')",
    "requests answered": "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi',"
    " tamamlanma_tarihi = CAST(:at AS timestamptz) AT TIME ZONE 'UTC' WHERE durum = 'beklemede'",
    "a request answered ahead": "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi', tamamlanma_tarihi ="
    " (CAST(:at AS timestamptz) + interval '25 minutes') AT TIME ZONE 'UTC' WHERE durum = 'beklemede'",
    "a fact": "INSERT INTO minibar_ml.ml_facts (fact, value, since) VALUES ('lookback_days',"
    " CAST(2 + :other % 3 AS text), CAST(:at AS timestamptz) + :other * interval '3 minutes')",
    "requests gone": "DELETE FROM minibar_dolum_talepleri WHERE durum = 'beklemede'",
}  # fmt: skip
"""What the hotel's application, and a person, change between two runs."""


@pytest.fixture(scope="module")
def evening(make_database: Callable[..., str]) -> str:
    """Two hotels as today's application writes them, collected on the evening before; cloned, never used itself."""
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(replace(PLAN, rooms=15)), "b", ZONE)
    _begin(url)
    return url


@pytest.fixture(scope="module")
def evening_of_2025(make_database: Callable[..., str]) -> str:
    """One hotel as the application of 2025 wrote it."""
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(replace(PLAN_2025, rooms=15, ends_on=PLAN.ends_on)), "a", ZONE)
    _begin(url)
    return url


def _begin(url: str) -> None:
    # While a guest waits, each run has news.
    sql(url, "DELETE FROM minibar_dolum_talepleri WHERE durum = 'beklemede'")
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", "2026-03-30T23:00", "--quiet")


def _walk(stores: dict[str, bool], seed: int) -> int:
    """Random edits and steps of the clock; how many runs ended at once. Raises where the stores differ."""
    chance, instant, ended, steps = random.Random(seed), MORNING, 0, []
    for _ in range(RUNS):
        instant += chance.choice(STEPS)
        name = chance.choice([*EDITS, *["nothing"] * len(EDITS)])
        values: dict[str, Any] = {"other": chance.randrange(10), "at": instant}
        values = {one: value for one, value in values.items() if f":{one}" in EDITS[name]}
        steps.append(f"{instant:%d %H:%M} {name} {values}")
        found = []
        for url, short in stores.items():
            if _applies(url, name):
                sql(url, EDITS[name], **values)
            if not short:
                sql(url, "DELETE FROM minibar_ml.ml_kept")
            ended += cron(url, instant, "collect", short=short)
            found.append(
                {subject: sorted(str(tuple(row)) for row in sql(url, asked)) for subject, asked in STORE.items()}
            )
        assert not (lines := differing(*found)), "\n".join([*steps, *lines])
    return ended


def _applies(url: str, name: str) -> bool:
    """Whether this version of the application has the edit's table, and knows when a row was changed."""
    words = EDITS[name].replace("DELETE FROM", "UPDATE").replace("INSERT INTO", "UPDATE").split()
    if name == "nothing":
        return True
    known = "SELECT array_agg(attname) FROM pg_attribute WHERE attrelid = to_regclass(:name)"
    columns = sql(url, known, name=words[1])[0][0]
    return columns is not None and ("guncelleme_tarihi" not in words or "guncelleme_tarihi" in columns)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_runs_of_collect_that_end_at_once_leave_the_store_as_full_runs_do(
    passing_database: Callable[..., str], evening: str, seed: int
) -> None:
    assert _walk({passing_database(evening): True, passing_database(evening): False}, seed) > RUNS / 6


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5])
def test_so_they_do_on_the_tables_of_2025(
    passing_database: Callable[..., str], evening_of_2025: str, seed: int
) -> None:
    assert _walk({passing_database(evening_of_2025): True, passing_database(evening_of_2025): False}, seed) > RUNS / 6
