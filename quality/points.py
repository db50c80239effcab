"""From a plan to metric points, by the program's own code: a source database, the store, collect, frames."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from minibar_ml.config.settings import Settings
from minibar_ml.jobs import collect
from minibar_ml.jobs.spans import CollectionPlan
from minibar_ml.ml.frames import Frames
from minibar_ml.simulate import Fault, evenings, generate, rewrite, write
from minibar_ml.simulate.writing.stays import STAY_RECORDS
from minibar_ml.store.points import frames
from minibar_ml.store.schema import migrations
from minibar_ml.store.source import contract as source
from quality import database
from quality.cache import cached, source_hash
from quality.hotels import ZONE, Hotel

MADE_BY = (
    "minibar_ml/simulate", "minibar_ml/jobs/collect.py", "minibar_ml/store", "sql", "quality/points.py",
    "quality/database.py",
)  # fmt: skip
VISITS, LINES = "minibar_islemleri", "minibar_islem_detay"
COLLECTED_NIGHTS = 35
LATE_DAYS = 30
"""What is entered later than that, no nightly collect looks for."""


@dataclass(frozen=True, slots=True)
class Points:
    """What is known of a hotel, and the truth."""

    frames: Frames
    faults: tuple[Fault, ...]


def fetch(hotel: Hotel) -> Points:
    """The hotel's points up to the midnight after its last day."""
    return cached("points", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel))


def make(hotel: Hotel) -> Points:
    """Simulate, write, initialise, collect, fetch."""
    data = generate(hotel.plan)
    as_of = datetime.combine(hotel.plan.ends_on + timedelta(days=1), time.min, ZoneInfo(ZONE))
    with database.connected() as connection:
        source.use_own_path(connection)
        write(connection, data, hotel.layout, ZONE)
        without = () if hotel.plan.has_stays else ("stays",)
        if without:
            connection.execute(text(f"DROP TABLE {STAY_RECORDS} CASCADE"))
        connection.commit()
        migrations.upgrade(connection)
        source.install(connection, without)
        connection.commit()
        if hotel.plan.manner and hotel.plan.has_stays:
            _collect_every_night(connection, hotel)
        if hotel.late:
            _collect_without_late_rows(connection, hotel, as_of)
        _collect(connection, as_of)
        connection.commit()
        start = datetime.combine(hotel.plan.starts_on, time.min, ZoneInfo(ZONE))
        return Points(frames.fetch(connection, start, as_of), data.faults)


def _collect(connection: Connection, as_of: datetime) -> None:
    collect.run(connection, CollectionPlan(as_of=as_of, zone=ZoneInfo(ZONE), lookback_days=Settings().lookback_days))


def _collect_every_night(connection: Connection, hotel: Hotel) -> None:
    """Collect as an installation of some weeks does: each night before the next day's lists overwrite it.

    The last evening's tables are left behind; what is older than the first night comes from what that evening knew.
    """
    zone, first = ZoneInfo(ZONE), hotel.plan.days - COLLECTED_NIGHTS
    for number, evening in enumerate(evenings(hotel.plan, first), start=first):
        source.use_own_path(connection)
        rewrite(connection, evening, hotel.layout, ZONE)
        connection.commit()
        midnight = datetime.combine(hotel.plan.date_of(number + 1), time.min, zone)
        _collect(connection, midnight)
        connection.commit()


def _collect_without_late_rows(connection: Connection, hotel: Hotel, as_of: datetime) -> None:
    """Collect while some visits of late are not written down yet; their rows come afterwards, under their low ids."""
    late = f"id % {round(1 / hotel.late)} = 0 AND islem_tarihi >= :since"
    of_late = {VISITS: late, LINES: f"islem_id IN (SELECT id FROM {VISITS} WHERE {late})"}
    since = {"since": as_of - timedelta(days=LATE_DAYS)}
    source.use_own_path(connection)
    for table, which in of_late.items():
        connection.execute(text(f"CREATE TEMP TABLE late_{table} AS SELECT * FROM {table} WHERE {which}"), since)
    for table in reversed(of_late):
        connection.execute(text(f"DELETE FROM {table} WHERE id IN (SELECT id FROM late_{table})"))
    connection.commit()
    # A day earlier, so that the next run is the first of its business day and looks back for what nothing announces.
    _collect(connection, as_of - timedelta(days=1))
    connection.commit()
    source.use_own_path(connection)
    for table in of_late:
        connection.execute(text(f"INSERT INTO {table} SELECT * FROM late_{table}"))
    connection.commit()
