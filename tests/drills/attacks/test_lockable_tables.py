"""Rows of every table that people may change, held by an administrator of one hotel: no job stops for the others."""

from collections.abc import Callable

import pytest
from sqlalchemy import make_url
from support.alerts.outbox import add
from support.hotels.simulated import command, done, sql
from support.hotels.three_hotels import EARLIER, FOR_EVER, LATER, NEXT, three_hotels
from support.servers.logins import login
from support.servers.mail_server import Mailbox, serving
from support.servers.sessions import staying

from minibar_ml.domain.errors import ExitCode

LOCKABLE = """
SELECT DISTINCT CAST(c.relname AS text) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = CAST('minibar_ml' AS regnamespace) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND (has_column_privilege('minibar_ml_operator', c.oid, a.attnum, 'UPDATE')
       OR has_table_privilege('minibar_ml_operator', c.oid, 'DELETE'))
ORDER BY 1
"""
TABLES = (
    "ml_alerts",
    "ml_channels",
    "ml_models",
    "ml_mutes",
    "ml_people",
)
LONG_AGO = (
    "INSERT INTO minibar_ml.ml_mutes (hotel_id, alert_types, since, until, reason, added_by)"
    " VALUES (1, '{vacant_consumption}', '2025-11-14 13:00+03', '2026-11-14 13:00+03', 'x', 'x')",
    "INSERT INTO minibar_ml.ml_job_runs (job, as_of, started_at, ended_at, outcome)"
    " SELECT job, as_of - interval '1000 days', started_at - interval '1000 days',"
    " ended_at - interval '1000 days', outcome FROM minibar_ml.ml_job_runs",
    "UPDATE minibar_ml.ml_outbox SET ended_at = ended_at - interval '1000 days'",
)
"""A mute, and what the nightly training forgets."""
ACTIVE = (
    "SELECT hotel_id, max(version) FROM minibar_ml.ml_models WHERE is_active AND hotel_id <> 0 GROUP BY 1 ORDER BY 1"
)
ERROR = "SELECT error FROM minibar_ml.ml_job_runs WHERE job = 'train' ORDER BY id DESC LIMIT 1"
JOBS = {
    ("collect", "--as-of", LATER): ExitCode.OK,
    ("train", "--as-of", LATER): ExitCode.PARTLY_DONE,
    ("detect", "--as-of", LATER): None,
    ("alerts", "notify", "--as-of", NEXT): ExitCode.OK,
}
"""How each ends; where it is None, the rows that it changes happen to be held or not."""


@pytest.fixture(scope="module")
def prepared(make_database: Callable[..., str]) -> str:
    """Three hotels with models, alerts, messages sent and a mute, some of them of long ago."""
    url = three_hotels(make_database, days=45, collected=EARLIER)
    done(url, "train", "--as-of", EARLIER, "--quiet")
    add(url, "ayse", "--hotel", "1", "--severity", "low")
    add(url, "fatma", "--hotel", "2", "--severity", "low")
    done(url, "detect", "--as-of", EARLIER, "--quiet")
    with serving(Mailbox()) as mailbox:
        done(url, "alerts", "notify", "--as-of", EARLIER, "--quiet", **mailbox.settings())
    for statement in LONG_AGO:
        sql(url, statement)
    return url


def test_these_are_the_tables_of_which_people_may_lock_rows(prepared: str) -> None:
    assert [name for (name,) in sql(prepared, LOCKABLE)] == [*TABLES]


def test_all_that_an_administrator_may_lock_stops_no_job_of_other_hotels(chain: str) -> None:
    boss = login(chain, "boss", "--as", "administrator", "--hotel", "1")
    holds = [f"SELECT FROM minibar_ml.{table} FOR UPDATE" for table in TABLES]
    assert {name for name in TABLES if sql(boss, f"SELECT FROM minibar_ml.{name}")} == {*TABLES}
    with serving(Mailbox()) as mailbox:
        with staying(boss, FOR_EVER, *holds) as pid:
            for words, ends in JOBS.items():
                ended = command(chain, *words, "--quiet", **mailbox.settings())
                assert ended == ends or (ends is None and ended in (ExitCode.OK, ExitCode.PARTLY_DONE)), words
            ((error,),) = sql(chain, ERROR)
            assert "another session holds models" in error and f"{make_url(boss).username}, process {pid}" in error
        assert sql(chain, ACTIVE) == [(1, 1), (2, 2), (3, 2)]
        for words in JOBS:
            assert command(chain, *words, "--quiet", **mailbox.settings()) == ExitCode.OK, words
    assert sql(chain, ACTIVE) == [(1, 2), (2, 3), (3, 3)]
