"""The login of the jobs, taken over, writes what jobs write: not what happened, who may what, nor what runs."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.store.engine import make_engine

REFUSED = "permission denied|must be owner|must be superuser|must have admin option|is refused|not granted|row-level"
HISTORY = (
    "UPDATE minibar_ml.ml_audit_log SET action = 'x'", "DELETE FROM minibar_ml.ml_audit_log",
    "TRUNCATE minibar_ml.ml_audit_log", "INSERT INTO minibar_ml.ml_audit_log (action, subject) VALUES ('x', 'y')",
    "DELETE FROM minibar_ml.ml_audit_waiting", "UPDATE minibar_ml.ml_audit_head SET hash = ''",
    "DELETE FROM minibar_ml.ml_alerts", "DELETE FROM minibar_ml.ml_alert_events",
    "INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity) VALUES (1, 'false_positive', 'low')",
    "UPDATE minibar_ml.ml_alert_events SET event = 'opened'", "UPDATE minibar_ml.ml_alert_events SET by = 'ayse'",
    "DELETE FROM minibar_ml.ml_alert_comments", "UPDATE minibar_ml.ml_alert_comments SET body = 'x'",
    "INSERT INTO minibar_ml.ml_alert_comments (alert_id, by, body) VALUES (1, 'ayse', 'x')",
    "UPDATE minibar_ml.ml_nights SET state = 'unknown'", "DELETE FROM minibar_ml.ml_nights",
    "UPDATE minibar_ml.ml_facts SET value = 'x'", "DELETE FROM minibar_ml.ml_facts",
    "DELETE FROM minibar_ml.ml_training_logs",
    # A number that a table counts is of the run to come, and by another number no trigger knows a row again.
    "INSERT INTO minibar_ml.ml_job_runs (id, job, as_of) OVERRIDING SYSTEM VALUE VALUES (5, 'report', now())",
    "INSERT INTO minibar_ml.ml_people (id, name, role) OVERRIDING SYSTEM VALUE VALUES (5, 'x', 'server')",
    "INSERT INTO minibar_ml.ml_nights OVERRIDING SYSTEM VALUE SELECT * FROM minibar_ml.ml_nights",
    "UPDATE minibar_ml.ml_models SET id = DEFAULT, is_active = false", "UPDATE minibar_ml.ml_models SET hotel_id = 7",
    "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data, data_points, trained_at,"
    " is_active) VALUES ('statistics', 'x', 1, 1, '', 1, now(), true)",
    "INSERT INTO minibar_ml.ml_alerts (status, resolved_by) VALUES ('false_positive', 'ayse')",
    "UPDATE minibar_ml.ml_job_runs SET started_at = now()",
)  # fmt: skip
RIGHTS = (
    "INSERT INTO minibar_ml.ml_access (database_role, role) VALUES ('ayse', 'administrator')",
    "UPDATE minibar_ml.ml_access SET role = 'administrator'", "DELETE FROM minibar_ml.ml_access",
    "SET ROLE minibar_ml_owner", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE CURRENT_USER CREATEROLE",
    "CREATE ROLE another", "GRANT minibar_ml_owner TO CURRENT_USER", "GRANT minibar_ml_collector TO minibar_ml_viewer",
    "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
    " VALUES (1, current_date, current_date, 'x', 'ayse')",
    "ALTER TABLE minibar_ml.ml_alerts DISABLE ROW LEVEL SECURITY",
    "CREATE POLICY all_rows ON minibar_ml.ml_alerts USING (true)",
)  # fmt: skip
PROGRAMS = (
    "CREATE FUNCTION minibar_ml.planted() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE minibar_ml.planted (x integer)", "CREATE TABLE public.planted (x integer)", "CREATE SCHEMA planted",
    "UPDATE minibar_ml.ml_source_contract SET checksum = 'x'",
    "DELETE FROM minibar_ml.ml_source_contract", "DELETE FROM minibar_ml.ml_schema_migrations",
    "ALTER FUNCTION minibar_ml.source_rooms() OWNER TO CURRENT_USER", "DROP FUNCTION minibar_ml.source_rooms()",
    "ALTER TABLE minibar_ml.ml_alerts DISABLE TRIGGER ALL", "SET session_replication_role = 'replica'",
    "CREATE RULE gone AS ON INSERT TO minibar_ml.ml_alerts DO INSTEAD NOTHING",
    "COPY (SELECT 1) TO PROGRAM 'id'", "COPY (SELECT 1) TO '/tmp/planted'", "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')", "SELECT pg_reload_conf()", "SELECT count(*) FROM pg_authid",
)  # fmt: skip


@pytest.fixture
def jobs(store_url: str) -> Iterator[str]:
    """The URL of a login of the jobs."""
    done(store_url, "db", "roles", "--apply", "--quiet")
    url = login(store_url, "jobs")
    sql(store_url, f"GRANT minibar_ml_collector TO {make_url(url).username}")
    try:
        yield url
    finally:
        drop_logins(store_url)


@pytest.mark.parametrize("statements", [HISTORY, RIGHTS, PROGRAMS], ids=["history", "rights", "programs"])
def test_the_login_of_the_jobs_rewrites_no_history_takes_no_rights_and_plants_no_program(
    jobs: str, statements: tuple[str, ...]
) -> None:
    for statement in statements:
        assert re.search(REFUSED, said := psql(jobs, statement)), (statement, said)


def test_a_run_that_has_ended_is_neither_changed_nor_removed_by_the_jobs_login(store_url: str, jobs: str) -> None:
    sql(
        store_url,
        "INSERT INTO minibar_ml.ml_job_runs (job, as_of, ended_at, outcome) VALUES ('train', now(), now(), 'failed')",
    )
    for statement in ("UPDATE minibar_ml.ml_job_runs SET outcome = 'done'", "DELETE FROM minibar_ml.ml_job_runs"):
        assert "of a run that has ended is refused" in psql(jobs, statement)


def test_who_gave_a_verdict_does_not_change_under_it(store_url: str, jobs: str) -> None:
    sql(
        store_url,
        """INSERT INTO minibar_ml.ml_alerts (type, severity, hotel_id, entity_type, entity_id, entity_name, metric,
               value, detector, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on,
               raised_at, last_seen, status, resolved_at, resolved_by)
           VALUES ('shrinkage', 'high', 1, 'product', 1, 'Cola', 'stock_outflow', 1, 'd', 'r', 'm', 'a', current_date,
               current_date, current_date, now(), now(), 'false_positive', now(), 'ayse')""",
    )
    said = psql(jobs, "UPDATE minibar_ml.ml_alerts SET resolved_by = 'mehmet'")
    assert "changes only with the verdict" in said


@pytest.mark.parametrize("follows", ["on", "off"])
def test_whoever_sends_mail_elsewhere_by_the_jobs_login_is_on_record(store_url: str, jobs: str, follows: str) -> None:
    before = sql(store_url, "SELECT coalesce(max(id), 0) FROM minibar_ml.ml_audit_log")[0][0]
    psql(
        jobs,
        f"SET minibar_ml.follows = '{follows}';"
        "INSERT INTO minibar_ml.ml_people (name, role, language) VALUES ('spy', 'server', 'en');"
        "INSERT INTO minibar_ml.ml_channels (person_id, kind, shown) SELECT id, 'email', 'a@example.com'"
        " FROM minibar_ml.ml_people WHERE name = 'spy';"
        "UPDATE minibar_ml.ml_channels SET shown = 'spy@example.com' WHERE shown = 'a@example.com';"
        "SELECT minibar_ml.remove_person(id) FROM minibar_ml.ml_people WHERE name = 'spy'",
    )
    found = sql(
        store_url,
        "SELECT subject, concat(before, after) FROM minibar_ml.ml_audit_log"
        " WHERE id > :before AND database_role = :role ORDER BY id",
        before=before,
        role=make_url(jobs).username,
    )
    assert [table for table, _ in found] == ["ml_people", "ml_channels", "ml_channels", "ml_people", "ml_channels"]
    assert "spy@example.com" in found[2][1]


def test_doctor_fails_where_jobs_have_the_wider_rights_of_an_earlier_version(
    store_url: str, jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, "GRANT INSERT ON minibar_ml.ml_job_runs TO minibar_ml_collector")
    command(store_url, "doctor")
    assert "ml_job_runs added or changed since roles.sql was last run" in " ".join(capsys.readouterr().out.split())


def test_months_of_another_era_get_no_partitions(jobs: str) -> None:
    for since, until in (("1500-01-01", "1511-01-01"), ("-infinity", "-infinity"), ("0044-01-01 BC", "0040-01-01 BC")):
        said = psql(jobs, f"SELECT minibar_ml.ensure_partitions('{since}', '{until}')")
        assert "no partitions are made" in said, (since, said)


def test_an_entry_that_is_too_long_for_its_hash_waits_for_no_run(jobs: str) -> None:
    said = psql(jobs, "SELECT minibar_ml.record_action('x', 'note', repeat('z', 20000001), NULL, NULL)")
    assert "20 million bytes at most" in said


def test_what_the_login_sets_of_itself_changes_no_value_that_is_read(jobs: str) -> None:
    for setting in (
        "extra_float_digits = -15",
        "IntervalStyle = sql_standard",
        "array_nulls = off",
        "transform_null_equals = on",
        "standard_conforming_strings = off",
    ):
        assert "ERROR" not in psql(jobs, f"ALTER ROLE CURRENT_USER SET {setting}")
    values = (
        "CAST(1.23456789 AS double precision), interval '1 day -2 hours', CAST('{NULL}' AS text[]), 1 = NULL,"
        " 'a+b' ~ 'a\\+b'"
    )
    with make_engine(jobs, ZONE).connect() as connection:
        figure, span, texts, compared, matches = connection.execute(text(f"SELECT {values}")).one()
    assert (figure, span.total_seconds(), texts, compared) == (1.23456789, 22 * 3600, [None], None)
    assert matches  # where a backslash is an escape, `+` repeats the `a`
