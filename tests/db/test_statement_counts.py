"""How many statements a run sends: a fixed number, however many rooms there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from psycopg2.extensions import cursor
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import ZONE, command, done, sql

from minibar_ml.simulate import HotelPlan, generate, write

AS_OF = "2025-11-17"
LIMITS = {"collect": 42, "train": 43, "detect": 44}
ROOMS = (15, 90)
HANDSHAKE = ("select pg_catalog.version", "select current_schema", "show ")
"""What SQLAlchemy asks on every first connection, before any statement of ours."""
OF_FINDINGS = "WITH found AS (\n    SELECT f.*"
"""What detect writes of a day on which it found something."""


@contextmanager
def _statements() -> Iterator[list[str]]:
    """Every statement that any new connection of this process sends, COPY included."""
    seen: list[str] = []

    class Counting(cursor):
        def execute(self, query: Any, variables: Any = None) -> None:
            seen.append(str(query))
            super().execute(query, variables)

        def copy_expert(self, *arguments: Any) -> None:
            seen.append(str(arguments[0]))
            super().copy_expert(*arguments)

    def count(connection: Any, _record: Any) -> None:
        connection.cursor_factory = Counting

    event.listen(Engine, "connect", count, insert=True)
    try:
        yield seen
    finally:
        event.remove(Engine, "connect", count)


@pytest.fixture(scope="module")
def sent(make_database: Callable[..., str]) -> dict[tuple[str, int], list[str]]:
    """Job and rooms -> the statements of its run on a hotel of so many rooms."""
    found: dict[tuple[str, int], list[str]] = {}
    for rooms in ROOMS:
        url = make_database()
        plan = HotelPlan(seed=5, ends_on=date(2025, 11, 16), rooms=rooms, days=45, timezone=ZONE)
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
        write(engine, generate(plan), "b", ZONE)
        done(url, "db", "init", "--quiet")
        for job in ("collect", "collect again", "train", "detect"):
            with _statements() as seen:
                assert command(url, job.split()[0], "--as-of", AS_OF, "--quiet") == 0
            found[job, rooms] = [statement for statement in seen if not statement.startswith(HANDSHAKE)]
    return found


@pytest.mark.parametrize("job", ["collect", "collect again", "train", "detect"])
def test_a_job_sends_few_statements_and_no_more_for_more_rooms(
    sent: dict[tuple[str, int], list[str]], job: str
) -> None:
    few, many = (sent[job, rooms] for rooms in ROOMS)
    assert 5 < len(few) < LIMITS[job.split()[0]]
    assert 5 < len(many) < LIMITS[job.split()[0]]
    assert [s for s in few if not s.startswith(OF_FINDINGS)] == [s for s in many if not s.startswith(OF_FINDINGS)]
    assert sum(s.startswith(OF_FINDINGS) for s in many) <= 5


def test_looking_at_live_alerts_again_sends_five_statements_more_at_most(make_database: Callable[..., str]) -> None:
    url = make_database()
    plan = HotelPlan(seed=5, ends_on=date(2025, 11, 17), rooms=90, days=45, timezone=ZONE, fault_rate=6.0)
    write(
        create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool),
        generate(plan),
        "b",
        ZONE,
    )
    for job in ("db init", "collect --as-of 2025-11-16T23:00", "train --as-of 2025-11-16T23:00"):
        done(url, *job.split(), "--quiet")
    done(url, "detect", "--since", "2025-11-10", "--as-of", "2025-11-16T23:00", "--quiet")
    sql(url, "UPDATE minibar_islem_detay SET tuketim = tuketim + 1")
    done(url, "collect", "--as-of", "2025-11-17T12:00", "--quiet")
    bare, counts = make_database(url), []
    sql(bare, "TRUNCATE minibar_ml.ml_alerts CASCADE")
    for store in (url, bare):
        with _statements() as seen:
            done(store, "detect", "--as-of", "2025-11-17T12:00", "--quiet")
        counts.append(len([one for one in seen if not one.startswith(HANDSHAKE)]))
    (changed,) = sql(url, "SELECT count(*) FROM minibar_ml.ml_alert_events WHERE event = 'corrected'")
    assert changed[0] > 3, "alerts were looked at again"
    assert counts[0] <= counts[1] + 5
