"""collect on a simulated hotel: the same points whatever the layout, the order of runs, or a run's violent end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import AS_OF, ZONE, alerts, changed, checksum, command, done, points, sql, state

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import Layout
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs.locks import exclusive

LAUNCHER = Path(__file__).parents[2] / "cli.py"
LATE_DAY, LONG_AGO = date(2025, 11, 13), date(2025, 10, 27)
"""Three and twenty days before the last."""


def test_both_layouts_of_one_hotel_give_the_same_points(hotel_points: dict[Layout, str]) -> None:
    a, b = (points(hotel_points[layout]) for layout in ("a", "b"))
    assert len(a) > 5000
    assert a.keys() == b.keys()
    # Layout A does not say when a row was written, so its hours of departure are plans: the evidence is weaker.
    differing = {key[0] for key in a if a[key] != b[key]}
    assert differing <= {"vacant_consumption"}
    assert all(a[key][0] == b[key][0] for key in a)


def test_both_layouts_of_one_hotel_give_the_same_alerts(
    make_database: Callable[..., str], hotel_points: dict[Layout, str]
) -> None:
    found = []
    for url in (hotel_points["a"], hotel_points["b"]):
        clone = make_database(url)
        # So generous a budget that a small hotel's four days have many alerts to compare.
        walk = ("detect", "--since", "2025-11-13", "--until", "2025-11-17", "--as-of", AS_OF, "--quiet")
        state(clone, ML_ALERT_BUDGET="50")
        assert command(clone, *walk) == 0
        found.append(alerts(clone))
    assert len(found[0]) > 3
    assert found[0] == found[1]


def test_every_metric_has_points_where_the_hotel_has_rows(hotel_points: dict[Layout, str]) -> None:
    found = {metric for metric, _, _ in points(hotel_points["a"])}
    assert found == {
        "stock_level", "stock_outflow", "product_consumption", "room_consumption", "vacant_consumption",
        "refill_duration", "request_response", "custody_loss", "occupancy",
    }  # fmt: skip


def test_collecting_twice_changes_no_row(collected: str) -> None:
    before = checksum(collected)
    versions = "SELECT CAST(xmin AS text), count(*) FROM minibar_ml.ml_metrics GROUP BY 1"
    written = sql(collected, versions)
    done(collected, "collect", "--as-of", AS_OF, "--quiet")
    done(collected, "collect", "--as-of", AS_OF, "--since", "2025-09-01", "--quiet")
    assert checksum(collected) == before
    assert sql(collected, versions) == written, "equal rows must not even be rewritten"


def _add_visit(url: str, day: date) -> tuple[int, int, int, str | None]:
    """A visit that nobody had written down: room, attendant, product and the day of the room's next check."""
    room, attendant = sql(
        url,
        "SELECT r.id, (SELECT min(personel_id) FROM minibar_islemleri WHERE CAST(islem_tarihi AS date) = :day)"
        " FROM odalar r WHERE NOT EXISTS (SELECT FROM minibar_islemleri m WHERE m.oda_id = r.id"
        " AND CAST(m.islem_tarihi AS date) = :day) ORDER BY r.id LIMIT 1",
        day=day,
    )[0]
    product = sql(url, "SELECT min(id) FROM urunler")[0][0]
    visit = sql(
        url,
        "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
        " VALUES (:room, :attendant, 'kontrol', CAST(:day AS date) + time '11:40') RETURNING id",
        room=room, attendant=attendant, day=day,
    )[0][0]  # fmt: skip
    sql(
        url,
        "INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar) VALUES (:visit, :product, 2, 2)",
        visit=visit, product=product,
    )  # fmt: skip
    following = sql(
        url,
        "SELECT CAST(min(CAST(islem_tarihi AS date)) AS text) FROM minibar_islemleri WHERE oda_id = :room"
        " AND CAST(islem_tarihi AS date) > :day",
        room=room, day=day,
    )[0][0]  # fmt: skip
    return room, attendant, product, following


@pytest.mark.parametrize("day", [LATE_DAY, LONG_AGO])
def test_a_late_visit_changes_only_its_own_day_and_what_the_next_check_was_exposed_to(
    collected: str, day: date
) -> None:
    before = points(collected)
    room, attendant, product, following = _add_visit(collected, day)
    done(collected, "collect", "--as-of", AS_OF, "--quiet")
    after = points(collected)
    moved = changed(before, after)
    own = {("room_consumption", room), ("product_consumption", product), ("refill_duration", attendant)}
    expected = {(metric, entity, day.isoformat()) for metric, entity in own}
    assert expected <= moved
    allowed = expected | {
        ("vacant_consumption", room, day.isoformat()),
        ("room_consumption", room, following),
        ("vacant_consumption", room, following),
    }
    assert moved <= allowed
    midnight = [at for metric, entity, at in after if metric == "room_consumption" and entity == room]
    for at in midnight:
        if at.startswith(str(following)):
            key = ("room_consumption", room, at)
            assert before[key][0] == after[key][0], "the next check found what it found"
            assert after[key][1]["previous_on"] == day.isoformat()


def test_a_late_ledger_row_moves_the_balances_after_it_and_none_before(collected: str) -> None:
    before = points(collected, "stock_level")
    sql(
        collected,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi) VALUES (3, 'giris', 7, :at)",
        at="2025-10-27 03:33:00",
    )
    done(collected, "collect", "--as-of", AS_OF, "--quiet")
    after = points(collected, "stock_level")
    for key, (level, _) in before.items():
        assert after[key][0] - level == (7 if key[1] == 3 and key[2] > "2025-10-27 03:33" else 0), key
    assert len(after) == len(before) + 1


def test_deleted_and_corrected_source_rows_vanish_from_the_window(collected: str) -> None:
    visit, room, day = sql(
        collected,
        "SELECT m.id, m.oda_id, CAST(CAST(islem_tarihi AS date) AS text) FROM minibar_islemleri m"
        " WHERE islem_tarihi >= '2025-11-15' AND (SELECT sum(tuketim) FROM minibar_islem_detay WHERE islem_id = m.id)"
        " > 1 AND NOT EXISTS (SELECT FROM minibar_islemleri o WHERE o.oda_id = m.oda_id AND o.id <> m.id"
        " AND CAST(o.islem_tarihi AS date) = CAST(m.islem_tarihi AS date)) ORDER BY 1 LIMIT 1",
    )[0]
    mine = ("room_consumption", room, day)

    def value() -> float | None:
        found = [one for key, one in points(collected, mine[0]).items() if (key[1], key[2][:10]) == (room, day)]
        return found[0][0] if found else None

    assert (value() or 0) > 1
    sql(collected, "UPDATE minibar_islem_detay SET tuketim = 0 WHERE islem_id = :visit", visit=visit)
    done(collected, "collect", "--as-of", AS_OF, "--quiet")
    assert value() == 0
    sql(collected, "DELETE FROM minibar_islemleri WHERE id = :visit", visit=visit)
    done(collected, "collect", "--as-of", AS_OF, "--quiet")
    assert value() is None


def _rows_come_in(url: str, since: str, until: str) -> None:
    """Put into the source tables what was written down in a span of time."""
    for table, at in (("minibar_islemleri", "islem_tarihi"), ("stok_hareketleri", "islem_tarihi")):
        span = f"{at} >= '{since}' AND {at} < '{until}'"
        sql(url, f"INSERT INTO {table} SELECT * FROM later_{table} WHERE {span}")
    sql(
        url,
        "INSERT INTO minibar_islem_detay SELECT d.* FROM later_minibar_islem_detay d"
        " JOIN minibar_islemleri m ON m.id = d.islem_id"
        " WHERE NOT EXISTS (SELECT FROM minibar_islem_detay k WHERE k.id = d.id)",
    )


def test_missed_repeated_and_overlapping_runs_end_where_one_run_does(
    make_database: Callable[..., str], hotel_sources: dict[Layout, str], hotel_points: dict[Layout, str]
) -> None:
    url = make_database(hotel_sources["a"])
    for table in ("minibar_islem_detay", "minibar_islemleri", "stok_hareketleri"):
        sql(url, f"CREATE TABLE later_{table} AS SELECT * FROM {table}; TRUNCATE {table} CASCADE")
    last, twice = "2025-08-01", "2025-10-26T03:30"
    for as_of in ("2025-09-20T10:00", "2025-09-20T10:15", "2025-10-12", twice, twice, "2025-11-16T17:05", AS_OF):
        _rows_come_in(url, last, as_of)
        done(url, "collect", "--as-of", as_of, "--quiet")
        last = as_of
    done(url, "collect", "--as-of", "2025-10-30T12:00", "--quiet")
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    assert changed(points(hotel_points["a"]), points(url)) == set()


def test_partitions_are_made_two_months_ahead_and_hold_their_months(hotel_points: dict[Layout, str]) -> None:
    found = sql(
        hotel_points["a"],
        "SELECT CAST(inhrelid::regclass AS text) FROM pg_inherits WHERE inhparent = 'minibar_ml.ml_metrics'::regclass",
    )
    names = {name.rpartition(".")[2] for (name,) in found}
    assert {f"ml_metrics_{month}" for month in ("2025_09", "2025_10", "2025_11", "2025_12", "2026_01")} <= names
    assert not any("default" in name for name in names)


def _waiting(url: str, job: str) -> list[Any]:
    name = f"minibar-ml {job}"
    return sql(url, "SELECT wait_event_type, pid FROM pg_stat_activity WHERE application_name = :name", name=name)


def _until(met: Callable[[], object]) -> None:
    while not met():
        time.sleep(0.05)


def test_a_killed_run_leaves_nothing_half_written_and_the_next_one_does_it_all(
    make_database: Callable[..., str], hotel_sources: dict[Layout, str], hotel_points: dict[Layout, str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    url = make_database(hotel_sources["a"])
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    environment = {"ML_DATABASE_URL": url, "ML_TIMEZONE": ZONE, "PATH": os.environ["PATH"]}
    with engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE minibar_ml.ml_metrics IN SHARE MODE")
        arguments = [sys.executable, str(LAUNCHER), "collect", "--as-of", AS_OF]
        run = subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE)
        _until(lambda: run.poll() is not None or any(row[0] == "Lock" for row in _waiting(url, "collect")))
        assert command(url, "collect", "--as-of", AS_OF) == ExitCode.LOCKED
        assert "Another collect run is in progress." in capsys.readouterr().err
        assert command(url, "collect", "--as-of", AS_OF, "--quiet") == ExitCode.LOCKED
        assert capsys.readouterr().err == "", "overlap is nothing to mail"
        run.send_signal(signal.SIGKILL)
        run.communicate()
        other.rollback()
    _until(lambda: not _waiting(url, "collect"))
    assert points(url) == {}
    assert sql(url, "SELECT * FROM minibar_ml.ml_watermarks") == []
    assert sql(url, "SELECT outcome, ended_at FROM minibar_ml.ml_job_runs") == [("running", None)]
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    assert checksum(url) == checksum(hotel_points["a"])


def test_a_run_ends_75_only_while_another_of_the_same_job_is_at_work(collected: str) -> None:
    with make_engine(collected, ZONE).connect() as other, exclusive(other, "train"):
        assert command(collected, "train", "--as-of", AS_OF, "--quiet") == ExitCode.LOCKED
        assert command(collected, "collect", "--as-of", AS_OF, "--quiet") == 0
