"""`make soak`: a hotel under attack for minutes and its undisturbed twin, which must know and send the same.

Twelve hours at a time pass in both. In one, each job of cron runs once. In the other it is killed, its sessions are
terminated, tables are locked, all connections are taken, the mail server drips, the disk is full or the clock jumps
ahead, by a fixed seed, until a run is left in peace, as cron's next one would be. Not a test of pytest: it takes as
long as it is given.
"""

import argparse
import shutil
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
from conftest import load_sql
from support.alerts.outbox import add
from support.hotels.days import LET_ROOMS, STEP, Days
from support.hotels.simulated import ZONE, done, sql
from support.hotels.sources import SmallHotel
from support.program.storm import Hotel, Storm
from support.servers.mail_server import Mailbox, serving
from support.servers.standbys import Server

from minibar_ml.store.sql_files import sql_folder

LOCAL = ZoneInfo(ZONE)
FIRST = datetime(2025, 10, 1, tzinfo=LOCAL)
START = datetime(2025, 11, 10, 12, tzinfo=LOCAL)
JOBS = (("collect",), ("train",), ("detect",), ("alerts", "notify"), ("report", "dashboard"))
LAST_JOBS = (("alerts", "notify"), ("collect",), ("detect",), ("alerts", "notify"))
"""Half an hour later, when messages that a killed run had claimed are free again. By these, what a clock was ahead for
in a later job is taken back; after them no job is late in either hotel."""
POINTS = """
SELECT metric_type, hotel_id, entity_type, entity_id, metric_value, CAST(observed_at AS text), CAST(context AS text)
FROM minibar_ml.ml_metrics WHERE observed_at < :now
"""
ALERTS = """
SELECT type, hotel_id, entity_type, entity_id, CAST(occurred_on AS text), status, value, severity::text, message
FROM minibar_ml.ml_alerts WHERE end_reason IS DISTINCT FROM 'records_changed'
"""
TOUCHED = """
SELECT DISTINCT a.message FROM minibar_ml.ml_alerts a JOIN minibar_ml.ml_alert_events e ON e.alert_id = a.id
WHERE a.end_reason = 'records_changed' OR e.event = 'reopened'
"""
ACTIVE = "SELECT model_type, metric_type, hotel_id FROM minibar_ml.ml_models WHERE is_active"
FORECASTS = "SELECT hotel_id, product_id, days_left, reason FROM minibar_ml.ml_forecasts WHERE made_at >= :now"


def _sql(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _make(server: Server, seed: int) -> None:
    _sql(server.url(), "CREATE DATABASE calm")
    url = server.url("calm")
    load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
    hotel = SmallHotel(url)
    hotel.movement(1, "devir", 100, f"{FIRST:%Y-%m-%d} 07:00")
    sql(url, "INSERT INTO odalar (id, kat_id, oda_no, oda_tipi_id)"
             " SELECT n, 1, CAST(100 + n AS text), 1 FROM generate_series(6, 12) n")  # fmt: skip
    for room in LET_ROOMS:
        hotel.stay(room, f"{FIRST:%Y-%m-%d}", "2026-03-01")
    Days(seed).pass_by(FIRST, START - STEP, (url,))
    done(url, "db", "init", "--quiet")
    for name in ("ayse", "fatma"):
        add(url, name)
    _sql(server.url(), "CREATE DATABASE stormy TEMPLATE calm")


def _differences(calm: Hotel, stormy: Hotel, now: datetime) -> dict[str, int]:
    """How many rows of each kind only one of them has, and of mails how many are lost and how many came twice."""

    def rows(hotel: Hotel, statement: str, **values: object) -> Counter[str]:
        return Counter(map(str, sql(hotel.url, statement, **values)))

    found = {}
    asked = {"points": (POINTS, {"now": now}), "alerts": (ALERTS, {}), "models": (ACTIVE, {}),
             "forecasts": (FORECASTS, {"now": now})}  # fmt: skip
    for name, (statement, values) in asked.items():
        a, b = rows(calm, statement, **values), rows(stormy, statement, **values)
        found[name] = (a - b).total() + (b - a).total()
        for whose, more in (("calm", a - b), ("stormy", b - a)):
            print(*(f"only {whose} has {row}" for row in list(more)[:5]), sep="\n", end="\n" * bool(more))
    # Of what a clock that was ahead raised or ended there is news, by right.
    excepted = [message for hotel in (calm, stormy) for (message,) in sql(hotel.url, TOUCHED)]
    a, b = (_mails(hotel, excepted) for hotel in (calm, stormy))
    print(*(f"lost is {mail}" for mail in a.keys() - b.keys()), sep="\n", end="\n" * (not a.keys() <= b.keys()))
    found["lost"] = len(a.keys() - b.keys())
    found["twice"] = sum(len(ids) > len(a.get(mail, ids)) for mail, ids in b.items())
    return found


def _mails(hotel: Hotel, excepted: list[str]) -> dict[tuple[str, str], set[str]]:
    sent: dict[tuple[str, str], set[str]] = {}
    for mail in hotel.mailbox.accepted:
        body = " ".join(mail.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
        if not any(message in body for message in excepted):
            sent.setdefault((str(mail["To"]), str(mail["Subject"])), set()).add(mail["Message-ID"])
    return sent


def main() -> int:
    """Run for as long as asked and print what was found; 1 where there is a difference or a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=14)
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mb-"))
    folder.chmod(0o755)
    server = Server(folder / "server")
    server.make()
    server.start()
    try:
        _make(server, wanted.seed)
        return _soak(server, folder, wanted.seed, wanted.minutes)
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


def _soak(server: Server, folder: Path, seed: int, minutes: float) -> int:
    with serving(Mailbox()) as quiet, serving(Mailbox()) as loud:
        calm = Hotel(server.url("calm"), quiet, folder)
        stormy = Hotel(server.url("stormy"), loud, folder)
        storm, life = Storm(stormy, server.url(), seed), Days(seed + 1)
        now, ends, differing = START, time.monotonic() + 60 * minutes, Counter[str]()
        while time.monotonic() < ends:
            life.pass_by(now - STEP, now, (calm.url, stormy.url))
            for minute, job in enumerate(JOBS):
                if job == ("train",) and now.hour != 0:
                    continue
                at = now + timedelta(minutes=minute)
                calm.in_peace(job, at)
                storm.strike(job, at)
                stormy.in_peace(job, at)
            for minute, job in enumerate(LAST_JOBS, start=30):
                for hotel in (calm, stormy):
                    hotel.in_peace(job, now + timedelta(minutes=minute))
            differences = _differences(calm, stormy, now)
            differing.update(differences)
            print(f"{now:%Y-%m-%d %H:%M}", *(f"{name} {count}" for name, count in differences.items()), flush=True)
            now += STEP
        faults = calm.faults + stormy.faults
        print(f"attacks: {dict(storm.attacks)}")
        print(f"runs: {sum(calm.ended.values())} calm, {sum(stormy.ended.values())} stormy: {dict(stormy.ended)}")
        print(f"alerts: {sql(calm.url, 'SELECT count(*) FROM minibar_ml.ml_alerts')[0][0]}, "
              f"mails: {len(quiet.accepted)} calm, {len(loud.accepted)} stormy")  # fmt: skip
        print(f"differences: {dict(differing)}; faults: {len(faults)}")
        print(*faults, sep="\n")
    return 1 if differing.total() or faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
