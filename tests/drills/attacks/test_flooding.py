"""A person who writes without end: what cannot be removed again, or is read by everybody's commands, has a limit."""

from collections.abc import Iterator

import pytest
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK
from support.hotels.simulated import ZONE, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.store.engine import make_engine

ENTRY = (
    "SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, {after}) FROM generate_series({first}, {last}) g"
)
LONG = "jsonb_build_object('x', (SELECT string_agg(md5(g || ' ' || i), '') FROM generate_series(1, 600) i))"
LIMIT = "may leave 20,000 entries a day in the audit log, of 20 million bytes"
OF_ROLE = "SELECT count(*) FROM minibar_ml.ml_audit_log WHERE database_role LIKE :name || '%'"
YESTERDAY = (
    "ALTER TABLE minibar_ml.ml_audit_log DISABLE TRIGGER ml_audit_log_grows",
    "UPDATE minibar_ml.ml_audit_log SET at = at - interval '25 hours'",
    "ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_grows",
)
FILLED = (
    "ALTER TABLE minibar_ml.ml_audit_log DISABLE TRIGGER ml_audit_log_chain",
    "INSERT INTO minibar_ml.ml_audit_log (id, database_role, os_user, action, subject, hash)"
    " SELECT l.id + g, rolname, 'u', 'alert.list', 'x', '' FROM generate_series(1, 19999) g,"
    " (SELECT max(id) AS id FROM minibar_ml.ml_audit_log) l, pg_roles WHERE rolname LIKE :name || '\\_test%'",
    "ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_chain",
)
WRITES = {
    "comments": "INSERT INTO minibar_ml.ml_alert_comments (alert_id, by, body) VALUES (1, session_user, 'x')",
    "mutes": "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
    " VALUES (1, now(), now() + interval '9 days', 'x', session_user)",
    "verdicts": "UPDATE minibar_ml.ml_alerts SET status = 'acknowledged', read_at = now(), read_by = session_user"
    " WHERE id = 1",
    "facts": "INSERT INTO minibar_ml.ml_facts (fact, hotel_id, value, since) VALUES ('lead_time_days', 1, '4', now())",
    "views": ENTRY.format(after="NULL", first=1, last=1),
}


@pytest.fixture
def hotel(store_url: str) -> Iterator[str]:
    """A hotel with the roles and two alerts."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    with make_engine(store_url, ZONE).connect() as connection:
        raise_alerts(connection, HIGH_ROOM, LOW_STOCK)
        connection.commit()
    yield store_url
    drop_logins(store_url)


def test_a_storekeeper_does_not_fill_the_log_that_is_never_pruned(hotel: str) -> None:
    keeper = login(hotel, "keeper", "--as", "storekeeper", "--hotel", "1")
    other = login(hotel, "other", "--as", "viewer", "--hotel", "1")
    for first in (1, 601):
        refused = psql(keeper, ENTRY.format(after=LONG, first=first, last=first + 2000))
    assert LIMIT in refused
    ((size,),) = sql(hotel, "SELECT sum(pg_column_size(after)) FROM minibar_ml.ml_audit_log")
    assert size < 21_000_000
    entries = sql(hotel, OF_ROLE, name="keeper")
    psql(keeper, ENTRY.format(after="NULL", first=1, last=3))
    assert psql(other, ENTRY.format(after="NULL", first=1, last=3)).strip() == "", "one's own limit is nobody else's"
    done(hotel, "audit", "verify", "--quiet")
    for statement in YESTERDAY:
        sql(hotel, statement)
    assert psql(keeper, ENTRY.format(after="NULL", first=1, last=1)).strip() == "", "the limit is one of a day"
    assert sql(hotel, OF_ROLE, name="keeper") > entries


@pytest.mark.parametrize("what", WRITES)
def test_whatever_an_administrator_writes_counts(hotel: str, what: str) -> None:
    boss = login(hotel, "boss", "--as", "administrator", "--hotel", "1")
    sql(hotel, FILLED[0])
    sql(hotel, FILLED[1], name="boss")
    sql(hotel, FILLED[2])
    sql(hotel, "UPDATE minibar_ml.ml_audit_head SET last_id = (SELECT max(id) FROM minibar_ml.ml_audit_log)")
    assert LIMIT not in psql(boss, WRITES["views"])
    before = sql(hotel, "SELECT count(*) FROM minibar_ml.ml_audit_log")
    assert LIMIT in psql(boss, WRITES[what])
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_audit_log") == before
    done(hotel, "collect", "--quiet", ML_NOTIFY_SECONDS="48")
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_audit_log") > before, "jobs have no limit"


def test_runs_of_reports_are_not_recorded_without_end(hotel: str) -> None:
    boss = login(hotel, "boss", "--as", "administrator", "--hotel", "1")
    runs = "INSERT INTO minibar_ml.ml_job_runs (job, as_of) SELECT 'report', now() FROM generate_series(1, {})"
    assert "a thousand times a day at most" in psql(boss, runs.format(1001))
    assert psql(boss, runs.format(1000)) == ""
    assert "a thousand times a day at most" in psql(boss, runs.format(1))
