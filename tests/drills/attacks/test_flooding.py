"""A person who writes without end: what cannot be removed again, or is read by everybody's commands, has a limit."""

import re
from collections.abc import Iterator

import pytest
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK
from support.hotels.simulated import ZONE, done, sql
from support.servers.logins import drop_logins, login, psql
from support.servers.sessions import staying

from minibar_ml.store.engine import make_engine

ENTRY = (
    "SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, {after}) FROM generate_series({first}, {last}) g"
)
MAIL = "INSERT INTO minibar_ml.ml_mails (subject, body, html) SELECT 'x', {}, {} FROM generate_series(1, {}) g"
FILE = (
    "INSERT INTO minibar_ml.ml_attachments (mail_id, name, media_type, content) SELECT 1, 'x' || g, 'text/csv',"
    " convert_to(repeat('x', 1000000), 'UTF8') FROM generate_series({}, {}) g"
)
STORED = "may write mails and attachments of 50 million bytes a day"
LONG = "jsonb_build_object('x', repeat('x', 19000))"
LIMIT = "may leave 20,000 entries a day in the audit log, of 20 million bytes"
OF_ROLE = "SELECT count(*) FROM minibar_ml.ml_audit_log WHERE database_role LIKE :name || '%'"
YESTERDAY = "UPDATE minibar_ml.ml_audit_shares SET day = day - 1"
FILLED = (
    "INSERT INTO minibar_ml.ml_audit_shares SELECT rolname, CAST(now() AT TIME ZONE 'UTC' AS date), 19999, 0"
    " FROM pg_roles WHERE rolname LIKE :name || '\\_test%'"
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
        refused = psql(keeper, ENTRY.format(after=LONG, first=first, last=first + 600))
    assert LIMIT in refused
    ((size,),) = sql(hotel, "SELECT sum(length(after::text)) FROM minibar_ml.ml_audit_log")
    assert 10_000_000 < size < 20_000_000, "as it reads: what is stored is compressed to a fiftieth"
    entries = sql(hotel, OF_ROLE, name="keeper")
    psql(keeper, ENTRY.format(after="NULL", first=1, last=3))
    assert psql(other, ENTRY.format(after="NULL", first=1, last=3)).strip() == "", "one's own limit is nobody else's"
    done(hotel, "audit", "verify", "--quiet")
    sql(hotel, YESTERDAY)
    assert psql(keeper, ENTRY.format(after="NULL", first=1, last=1)).strip() == "", "the limit is one of a day"
    assert sql(hotel, OF_ROLE, name="keeper") > entries


@pytest.mark.parametrize("what", WRITES)
def test_whatever_an_administrator_writes_counts(hotel: str, what: str) -> None:
    boss = login(hotel, "boss", "--as", "administrator", "--hotel", "1")
    sql(hotel, FILLED, name="boss")
    assert LIMIT not in psql(boss, WRITES["views"])
    before = sql(hotel, "SELECT count(*) FROM minibar_ml.ml_audit_log")
    assert LIMIT in psql(boss, WRITES[what])
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_audit_log") == before
    done(hotel, "collect", "--quiet", ML_NOTIFY_SECONDS="48")
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_audit_log") > before, "jobs have no limit"


def test_what_waits_while_somebody_holds_the_log_counts_too(hotel: str) -> None:
    keeper = login(hotel, "keeper", "--as", "storekeeper", "--hotel", "1")
    sql(hotel, FILLED, name="keeper")
    with staying(login(hotel, "other", "--as", "viewer", "--hotel", "1"), ENTRY.format(after="NULL", first=1, last=1)):
        assert psql(keeper, WRITES["views"]) == ""
        assert LIMIT in psql(keeper, WRITES["views"])
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_audit_waiting") == [(1,)]


def test_bodies_and_attachments_of_mails_are_of_ones_share_too(hotel: str) -> None:
    boss = login(hotel, "boss", "--as", "administrator", "--all-hotels")
    million = "repeat('x', 1000000)"
    assert psql(boss, MAIL.format(million, "''", 20)) == psql(boss, MAIL.format("''", million, 20)) == ""
    assert psql(boss, FILE.format(1, 9)) == ""
    for refused in (FILE.format(10, 12), MAIL.format(million, million, 1)):
        assert STORED in psql(boss, refused), "counted as it reads, though compressed to a hundredth"
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_mails") == [(40,)]
    assert psql(boss, WRITES["views"]) == "", "what is stored leaves the log its own share"
    sql(hotel, YESTERDAY)
    assert psql(boss, FILE.format(10, 12)) == "", "the limit is one of a day"
    assert sql(hotel, "SELECT stored FROM minibar_ml.ml_audit_shares") == [(3_000_000,)]


def test_whatever_people_write_is_counted_as_an_entry_or_as_stored(hotel: str) -> None:
    """What `record_writes` leaves out of the log is what a trigger of the same table counts."""
    ((body,),) = sql(hotel, "SELECT prosrc FROM pg_proc WHERE proname = 'record_writes'")
    left_out = re.findall(r"'(\w+)'", re.findall(r"dropped text\[\] := ARRAY\[(.*?)\]", body)[0])
    writable = sql(
        hotel,
        """SELECT CAST(CAST(a.attrelid AS regclass) AS text), CAST(a.attname AS text), v.verb FROM pg_attribute a
           CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE']) AS v (verb)
           WHERE a.attrelid IN (SELECT tgrelid FROM pg_trigger
                                WHERE tgfoid = CAST('minibar_ml.record_writes' AS regproc))
             AND a.attname = ANY (:left_out)
             AND has_column_privilege('minibar_ml_operator', a.attrelid, a.attnum, v.verb)""",
        left_out=left_out,
    )
    counted = sql(
        hotel,
        """SELECT CAST(CAST(tgrelid AS regclass) AS text), encode(tgargs, 'escape'),
                  CASE WHEN tgtype & 4 > 0 THEN 'INSERT' ELSE 'UPDATE' END
           FROM pg_trigger WHERE tgfoid = CAST('minibar_ml.count_stored' AS regproc)""",
    )
    columns = {(table, one, verb) for table, names, verb in counted for one in names.split("\\000") if one}
    assert columns == set(writable)
    assert {column for _, column, _ in columns} == {"body", "html", "content", "sealed"}


def test_the_mutes_of_a_hotel_which_every_run_reads_have_an_end(hotel: str) -> None:
    boss = login(hotel, "boss", "--as", "administrator", "--hotel", "1")
    many = (
        "INSERT INTO minibar_ml.ml_mutes (hotel_id, entity_type, entity_ids, since, until, reason, added_by)"
        " VALUES (1, 'room', array_fill(1, ARRAY[100000]), now(), now() + interval '9 days', 'x', session_user)"
    )
    assert psql(boss, many) == psql(boss, many) == ""
    assert "up to 200000 rooms and products" in psql(boss, many)
    ended = "UPDATE minibar_ml.ml_mutes SET ended_at = now(), ended_by = session_user WHERE id = 1"
    assert psql(boss, ended) == psql(boss, many) == "", "a mute that has ended is read by no run"
