"""The login of the jobs, taken over, writes what jobs write: not what happened, who may what, nor what runs."""

import re

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import done, sql
from support.servers.logins import drop_logins, login, psql

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


@pytest.mark.parametrize("statements", [HISTORY, RIGHTS, PROGRAMS], ids=["history", "rights", "programs"])
def test_the_login_of_the_jobs_rewrites_no_history_takes_no_rights_and_plants_no_program(
    store_url: str, statements: tuple[str, ...]
) -> None:
    done(store_url, "db", "roles", "--apply", "--quiet")
    jobs = login(store_url, "jobs")
    sql(store_url, f"GRANT minibar_ml_collector TO {make_url(jobs).username}")
    try:
        for statement in statements:
            assert re.search(REFUSED, said := psql(jobs, statement)), (statement, said)
    finally:
        drop_logins(store_url)
