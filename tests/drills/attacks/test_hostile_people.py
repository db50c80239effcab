"""Each role of people does its worst by psql: what they may write is checked and on record, and no job trusts it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import make_url
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login, psql
from support.servers.mail_server import Mailbox, serving
from support.servers.rights import POLICIES, RIGHTS

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine

LOG = "minibar_ml.ml_audit_log"
PEOPLE = ("minibar_ml_operator", "minibar_ml_viewer")
ALL = "all but identity"
MAY_WRITE = {
    # Verdicts alone, checked (check_verdict) and on record.
    ("ml_alerts", "UPDATE"): "muted_by read_at read_by resolved_at resolved_by snoozed_by snoozed_until status",
    # Said now and in nobody else's name; on record. Jobs read none.
    ("ml_alert_comments", "INSERT"): "alert_id body by",
    # Mutes are said beforehand, in nobody else's name, and only ended (check_mute); on record. What detect makes of one
    # is what its hotel's administrators may do to alerts by verdicts.
    ("ml_mutes", "INSERT"): "added_by alert_types entity_ids entity_type floor hotel_id reason since until",
    ("ml_mutes", "UPDATE"): "ended_at ended_by",
    # Facts of the hotels, by policy those that the role may change; checked again by whoever reads them. On record.
    ("ml_facts", "INSERT"): "fact hotel_id operator product since value",
    # Which of the stored models is in use: on record. Jobs open a model only if its seal is ours.
    ("ml_models", "UPDATE"): "is_active",
    # By policy, administrators of all hotels: they decide who is notified of what. On record. What notify makes of it
    # is tried below.
    **{(table, verb): ALL for table in ("ml_people", "ml_channels") for verb in ("INSERT", "UPDATE")},
    # Reports that they make; neither changed nor locked once they are there, nor counted as tried.
    ("ml_outbox", "INSERT"): "channel_id kind mail_id next_at report",
    ("ml_mails", "INSERT"): ALL,
    ("ml_attachments", "INSERT"): ALL,
}
"""Every table that people's roles may write to, by verb, its columns, and why that is no harm."""
WHOSE_ROWS = {
    "ml_alerts UPDATE": "verdicts, and of those of the common store about what we run on: installation",
    "ml_alert_comments INSERT": "seen",
    "ml_facts INSERT": "stated",
    "ml_models UPDATE": "seen, and of the common store: common",
    "ml_mutes INSERT": "added, and of the common store: common",
    "ml_mutes UPDATE": "ended, and of the common store: common_ended",
    **{f"{table} INSERT": "changed" for table in ("ml_people", "ml_outbox", "ml_mails", "ml_attachments")},
    "ml_people UPDATE": "changed",
    "ml_channels INSERT": "changed, and only_who_keeps_the_server_adds_sms_push_and_chat",
    "ml_channels UPDATE": "changed, and only_who_keeps_the_server_changes_sms_push_and_chat",
}  # fmt: skip
"""Which policies say whose rows of these tables people may write; a restrictive one stands after `and`."""
JOBS_BELIEVE = {
    "ml_alerts": "verdicts: they teach thresholds of the person's own hotels, within limits (feedback.py)",
    "ml_alert_comments": "nothing",
    "ml_mutes": "which of a hotel's findings its administrators want to see; what they hide is kept and counted",
    "ml_facts": "what the hotel is like; each value is checked again by whoever reads it",
    "ml_models": "which of the models that jobs sealed is in use; that none is, is an alert",
    "ml_people": "who wants to know what; addresses and names are checked again before they are used",
    "ml_channels": "addresses of mail; those of services only the key's holder can write",
    "ml_outbox": "what waits for delivery, one by one; what can't be delivered is given up and holds nothing up",
    "ml_mails": "the text of a message, which reaches people as it stands",
    "ml_attachments": "the files of a message, likewise",
}
"""By table, what jobs take from what people may write there."""
IDENTITIES = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
CROSS JOIN unnest(CAST(:roles AS text[])) r (role)
WHERE c.relnamespace = 'minibar_ml'::regnamespace
  AND (has_column_privilege(r.role, c.oid, a.attnum, 'INSERT')
       OR has_column_privilege(r.role, c.oid, a.attnum, 'UPDATE'))
"""
VALUES = """
SELECT DISTINCT c.relname, a.attname, CAST(format_type(a.atttypid, NULL) AS text)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN unnest(CAST(:roles AS text[])) r (role)
WHERE c.relnamespace = 'minibar_ml'::regnamespace AND c.relkind IN ('r', 'p')
  AND (a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype, 'time'::regtype)
       OR a.attndims > 0)
  AND (has_column_privilege(r.role, c.oid, a.attnum, 'INSERT')
       OR has_column_privilege(r.role, c.oid, a.attnum, 'UPDATE'))
ORDER BY 1, 2
"""
HOSTILE_JSON = ("'[1]'", "jsonb_build_object('x', CAST('1e5000' AS numeric))",
                "CAST('{\"x\": ' || repeat('[', 3000) || repeat(']', 3000) || '}' AS jsonb)",
                "jsonb_build_object('x', repeat('x', 1000000))")  # fmt: skip
"""What jsonb holds and no reader should have to: lists for objects, endless numbers, depth and length."""
UNREADABLE = {
    "timestamp with time zone": ("4000-01-01 BC", "infinity", "-infinity", "20226-01-01"),
    "time without time zone": ("24:00",),
    "integer[]": ("{NULL}", "{{1,2},{3,4}}"),
    "text[]": ("{NULL}", "{{weekly},{monthly}}"),
}
"""By type, what PostgreSQL holds and no reader should have to. A column of a type that is not here fails the drill."""
FUNCTIONS = """
SELECT DISTINCT CAST(p.proname AS text) FROM pg_proc p CROSS JOIN unnest(CAST(:roles AS text[])) r (role)
WHERE p.pronamespace = 'minibar_ml'::regnamespace AND p.prosecdef AND p.provolatile = 'v'
  AND has_function_privilege(r.role, p.oid, 'EXECUTE')
"""
OPEN_TO_ALL = """
SELECT DISTINCT p.oid::regprocedure::text
FROM pg_proc p CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
WHERE p.pronamespace = 'minibar_ml'::regnamespace AND g.grantee = 0
  AND (p.prosecdef OR p.prorettype = 'trigger'::regtype)
"""
TRIGGERS = """
SELECT p.oid::regproc::text FROM pg_proc p
WHERE p.pronamespace = 'minibar_ml'::regnamespace AND p.prorettype = 'trigger'::regtype ORDER BY 1
"""


@pytest.fixture
def hotels(store_url: str) -> Iterator[str]:
    """Two hotels, the roles, alert 1 (a room's) and 2 (a product's) in hotel 1."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    with make_engine(store_url, ZONE).connect() as connection:
        raise_alerts(connection, HIGH_ROOM, LOW_STOCK)
        connection.commit()
    yield store_url
    drop_logins(store_url)


def _last(url: str) -> tuple[Any, ...]:
    asked = f"SELECT database_role, operator, action, subject FROM {LOG} ORDER BY id DESC LIMIT 1"
    return tuple(sql(url, asked)[0])


def _record(action: str, operator: str = "NULL", after: str = "'{}'") -> str:
    return f"SELECT minibar_ml.record_action({operator}, '{action}', 'x', NULL, {after})"


def test_whatever_people_may_write_is_listed_and_has_a_trigger_that_checks_or_records_it(hotels: str) -> None:
    rights = sql(hotels, RIGHTS, roles=list(PEOPLE))
    found = {(table, verb): " ".join(columns) for table, verb, columns, _, _ in rights}
    whole = {(table, verb) for table, verb, _, is_all, _ in rights if is_all}
    assert found.keys() == MAY_WRITE.keys()
    assert {key: ALL if key in whole and MAY_WRITE[key] == ALL else columns for key, columns in found.items()} == (
        MAY_WRITE
    )
    assert [(table, verb) for table, verb, _, _, is_guarded in rights if not is_guarded] == []
    acting = sorted(name for (name,) in sql(hotels, FUNCTIONS, roles=list(PEOPLE)))
    assert acting == ["record_action", "record_waiting", "remove_channel", "remove_person"]


def test_whose_rows_people_may_write_and_what_jobs_believe_of_them_is_listed(hotels: str) -> None:
    tables = {table for table, _ in MAY_WRITE}
    assert tables == JOBS_BELIEVE.keys()
    assert {f"{table} {verb}" for table, verb in MAY_WRITE} == WHOSE_ROWS.keys()
    policies = {f"{table} {verb}": names.split() for table, verb, names in sql(hotels, POLICIES)}
    for key, said in WHOSE_ROWS.items():
        named = [word for word in re.findall(r"[a-z_]+", said) if word in policies[key]]
        assert sorted(set(named)) == policies[key], key
    roles = list(PEOPLE)
    forced = sql(hotels, "SELECT relname FROM pg_class WHERE relnamespace = 'minibar_ml'::regnamespace"
                         " AND relname = ANY (:tables) AND NOT relrowsecurity", tables=sorted(tables))  # fmt: skip
    assert forced == []
    created = "SELECT r FROM unnest(CAST(:roles AS text[])) r WHERE has_schema_privilege(r, 'minibar_ml', 'CREATE')"
    assert sql(hotels, created, roles=roles) == []


def test_nobody_chooses_a_number_that_a_table_counts_itself(hotels: str) -> None:
    assert sql(hotels, IDENTITIES, roles=list(PEOPLE)) == []
    boss = login(hotels, "boss", "--as", "administrator", "--all-hotels")
    taken = " OVERRIDING SYSTEM VALUE SELECT g, 'report', now() FROM generate_series(1, 2000) g"
    assert "permission denied" in psql(boss, f"INSERT INTO minibar_ml.ml_job_runs (id, job, as_of){taken}")
    done(hotels, "collect", "--quiet")


def test_no_time_or_list_that_people_write_is_one_that_no_program_can_read(hotels: str) -> None:
    columns = sql(hotels, VALUES, roles=list(PEOPLE))
    assert {kind for _, _, kind in columns} == UNREADABLE.keys()
    for table, column, kind in columns:
        # A copy with the checks alone: what else a row needs is not at issue.
        copy = f"CREATE TEMP TABLE c AS TABLE minibar_ml.{table} WITH NO DATA;"
        checks = sql(hotels, "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                             f" WHERE contype = 'c' AND conrelid = CAST('minibar_ml.{table}' AS regclass)")  # fmt: skip
        copy += "".join(f" ALTER TABLE c ADD {check};" for (check,) in checks)
        for value in UNREADABLE[kind]:
            refused = psql(hotels, f"{copy} INSERT INTO c ({column}) VALUES ('{value}')")
            assert "violates check constraint" in refused, (table, column, value)


def test_nobody_puts_a_trigger_of_ours_on_a_table_of_their_own(hotels: str) -> None:
    assert sql(hotels, OPEN_TO_ALL) == []
    functions = [function for (function,) in sql(hotels, TRIGGERS)]
    assert len(functions) > 10
    for bound in (("storekeeper", "--hotel", "1"), ("administrator", "--all-hotels")):
        url = login(hotels, bound[0], "--as", *bound)
        entries = sql(hotels, f"SELECT count(*) FROM {LOG}")
        for function in functions:
            own = f"CREATE TEMP TABLE c (id int); CREATE TRIGGER t AFTER INSERT ON c EXECUTE FUNCTION {function}()"
            assert "permission denied for function" in psql(url, own), function
        assert sql(hotels, f"SELECT count(*) FROM {LOG}") == entries


@pytest.mark.parametrize("bound", [("viewer", "--all-hotels"), ("storekeeper", "--hotel", "1"),
                                   ("administrator", "--all-hotels")])  # fmt: skip
def test_nobody_but_a_job_says_what_the_settings_are(
    hotels: str, bound: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, "hostile", "--as", *bound)
    done(hotels, "collect", "--quiet")
    noted = sql(hotels, f"SELECT after FROM {LOG} WHERE action = 'settings.changed'")
    for forged in (_record("settings.changed", after="'[1]'"), _record("models.promote"), _record("alert.resolve"),
                   _record("access.add"), "SELECT minibar_ml.record_action(NULL, NULL, 'x', NULL, NULL)"):  # fmt: skip
        assert "may not record" in psql(url, forged)
    entry = f"INSERT INTO {LOG} (os_user, action, subject, after) VALUES ('a', 'settings.changed', 'x', '[1]')"
    assert "permission denied" in psql(url, entry)
    for words in (["collect"], ["detect"], ["alerts", "notify"]):
        done(hotels, *words, "--quiet")
    assert sql(hotels, f"SELECT after FROM {LOG} WHERE action = 'settings.changed'") == noted
    assert command(hotels, "collect", "--quiet", ML_NOTIFY_SECONDS="9") == ExitCode.OK
    assert _last(hotels)[2:] == ("settings.changed", "ML_NOTIFY_SECONDS"), "nothing is hidden"
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("after", ["[1]", '"x"', "7", "null", '{"ML_LANG": {"a": []}}'])
def test_an_entry_of_settings_that_is_malformed_or_a_persons_stops_no_job(hotels: str, after: str) -> None:
    # As a person's login could write it before entries came by a function.
    viewer = str(make_url(login(hotels, "viewer", "--as", "viewer", "--all-hotels")).username)
    for role in (viewer, "postgres", "gone"):
        sql(hotels, f"ALTER TABLE {LOG} DISABLE TRIGGER ml_audit_log_chain")
        sql(hotels, f"INSERT INTO {LOG} (id, database_role, os_user, action, subject, after, hash)"
                    f" SELECT coalesce(max(id), 0) + 1, :role, 'u', 'settings.changed', 'x', CAST(:after AS jsonb), ''"
                    f" FROM {LOG}", role=role, after=after)  # fmt: skip
        sql(hotels, f"ALTER TABLE {LOG} ENABLE ALWAYS TRIGGER ml_audit_log_chain")
        for words in (["collect"], ["detect"], ["alerts", "notify"]):
            done(hotels, *words, "--quiet")


def test_nobody_passes_for_somebody_else(hotels: str) -> None:
    victim = str(make_url(login(hotels, "victim", "--as", "administrator", "--all-hotels")).username)
    keeper = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    role = str(make_url(boss).username)
    assert "may not act as" in psql(keeper, _record("alert.view", f"'{victim}'"))
    comment = "INSERT INTO minibar_ml.ml_alert_comments (alert_id, by, body{}) VALUES (1, '{}', 'b'{})"
    sql(hotels, 'CREATE ROLE "ayşe_ğ"')
    others = ("ayşe_ğ", "AYŞE_Ğ", "ayşe_ğ\u034f", "ａyşe_ğ")
    for by in (victim, "system", "System", victim.upper(), f" {victim}\u200b", "minibar_ml_owner", "postgres", *others):
        assert "may not comment as" in psql(boss, comment.format("", by, "")), by
        assert "may not act as" in psql(keeper, _record("alert.view", f"'{by}'")), by
    sql(hotels, 'DROP ROLE "ayşe_ğ"')
    assert "may not comment as" in psql(boss, comment.format("", " \u3164", ""))
    verdict = f"UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = '{victim}'"
    assert "as another login" in psql(boss, verdict)
    assert "permission denied" in psql(boss, comment.format(", at", role, ", '2001-01-01'"))
    assert psql(boss, comment.format("", role, "")) == ""
    assert _last(hotels) == (role, role, "alert.comment", "alert 1")


def test_no_verdict_goes_by_the_name_that_another_left_there(hotels: str) -> None:
    chief = login(hotels, "chief", "--as", "administrator", "--all-hotels")
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    name = make_url(chief).username
    alert = "UPDATE minibar_ml.ml_alerts SET {} WHERE id = 1"
    snoozed = f"status = 'snoozed', snoozed_until = now() + interval '1 hour', snoozed_by = '{name}'"
    assert psql(chief, alert.format(snoozed)) == ""
    assert "as another login" in psql(boss, alert.format("snoozed_until = now() + interval '2 days'"))
    assert "366 days" in psql(boss, alert.format("snoozed_until = now() + interval '9 years', snoozed_by = NULL"))
    read = f"status = 'acknowledged', read_at = now(), read_by = '{name}', snoozed_until = NULL, snoozed_by = NULL"
    assert psql(chief, alert.format(read)) == ""
    assert "as another login" in psql(boss, f"SET minibar_ml.operator = '{name}'; " + alert.format("status = 'open'"))
    assert psql(boss, alert.format("status = 'open'")) == ""
    assert "as another login" in psql(boss, alert.format("status = 'acknowledged'"))
    entries = sql(hotels, f"SELECT database_role, operator, action FROM {LOG} WHERE action ~ '^alert' ORDER BY id")
    boss_name = make_url(boss).username
    assert [tuple(entry) for entry in entries] == [
        (name, name, "alert.snooze"), (name, name, "alert.read"), (boss_name, boss_name, "alert.reopen")
    ]  # fmt: skip


def test_an_administrator_of_one_hotel_mutes_nothing_of_the_installation(hotels: str) -> None:
    mute = ("INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
            " VALUES ({}, now(), now() + interval '300 days', 'x', session_user)")  # fmt: skip
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    assert "row-level security" in psql(boss, mute.format(0))
    assert psql(boss, mute.format(1)) == ""
    chief = login(hotels, "chief", "--as", "administrator", "--all-hotels")
    assert psql(chief, mute.format(0)) == ""
    ended = "UPDATE minibar_ml.ml_mutes SET ended_at = now(), ended_by = session_user WHERE hotel_id = 0"
    psql(boss, ended)
    assert sql(hotels, "SELECT ended_at FROM minibar_ml.ml_mutes WHERE hotel_id = 0") == [(None,)]


@pytest.mark.parametrize(
    ("column", "value", "refusal"),
    [
        ("alert_types", "'{nonsense}'", "types of alerts that there are"),
        ("alert_types", "ARRAY['consumption_anomaly', E'x\\n']", "types of alerts that there are"),
        ("reason", "E'a\\x1b[2Jb'", "without control characters"),
        ("reason", "E'a\\u202eb'", "without control characters"),
        ("reason", "E'a\\nb'", "without control characters"),
        ("added_by", "E'x\\u200b\\ty'", "without control characters"),
        ("added_by", "repeat('x', 2000)", "in 200 characters"),
        ("floor", "repeat('x', 2000)", "200 characters"),
        ("since", "now() + interval '60 years'", "within five years"),
        ("since", "now() - interval '20 years'", "beforehand"),
        ("until", "now() - interval '1 hour'", "beforehand"),
        ("until", "now() + interval '20 years'", "violates check constraint"),
        ("until", "'infinity'", "violates check constraint"),
        ("until", "'20226-01-01'", "violates check constraint"),
    ],
)
def test_a_mute_is_one_that_everybody_can_read(hotels: str, column: str, value: str, refusal: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    values = {"hotel_id": "1", "since": "now()", "until": "now() + interval '9 days'", "reason": "'x'",
              "added_by": "session_user"}  # fmt: skip
    mute = "INSERT INTO minibar_ml.ml_mutes ({}) VALUES ({})"
    assert psql(boss, mute.format(", ".join(values), ", ".join(values.values()))) == ""
    values[column] = value
    if column == "since":
        values["until"] = f"{value} + interval '9 days'"
    if column == "floor":
        values |= {"entity_type": "'room'", "entity_ids": "'{1}'"}
    assert refusal in psql(boss, mute.format(", ".join(values), ", ".join(values.values())))
    ending = "UPDATE minibar_ml.ml_mutes SET ended_at = now(), ended_by = E'x\\x1b'"
    assert "without control characters" in psql(boss, ending)
    done(hotels, "mutes", "list", "--quiet")
    done(hotels, "detect", "--quiet")


def test_no_entry_of_the_log_is_one_that_nobody_can_read(hotels: str) -> None:
    keeper = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    for after in HOSTILE_JSON[1:]:
        assert "long or deep" in psql(keeper, _record("alert.list", after=after)), after
    assert "long or deep" in psql(keeper, _record("alert.list", operator="repeat('x', 2000)"))
    assert psql(keeper, f"SET minibar_ml.os_user = '{'x' * 2000}'; {_record('alert.list')}") == ""
    assert sql(hotels, "SELECT max(length(os_user)) FROM minibar_ml.ml_audit_log") == [(200,)]
    done(hotels, "audit", "list", "--quiet")


def test_what_an_administrator_plants_among_people_and_messages_is_on_record_and_given_up_one_by_one(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--all-hotels")
    role = make_url(boss).username
    person = "INSERT INTO minibar_ml.ml_people (name, role, language) VALUES"
    assert psql(boss, f"{person} (E'x\\ny', 'administrator', 'tr'), ('sms', 'administrator', 'en')") == ""
    assert _last(hotels) == (role, None, "table.insert", "ml_people")
    channel = "INSERT INTO minibar_ml.ml_channels (person_id, kind, shown, sealed) SELECT id,"
    assert psql(boss, f"{channel} 'email', E'no address\\n', NULL FROM minibar_ml.ml_people WHERE name <> 'sms'") == ""
    sms = f"{channel} 'sms', 'x', '\\x00ff' FROM minibar_ml.ml_people WHERE name = 'sms'"
    assert "only_who_keeps_the_server_adds_sms_push_and_chat" in psql(boss, sms)
    sql(hotels, sms)
    mail = "INSERT INTO minibar_ml.ml_mails (subject, body, html) VALUES"
    assert psql(boss, f"{mail} (E'a\\nBcc: b@c.d', 'b', '<')") == ""
    file = "INSERT INTO minibar_ml.ml_attachments SELECT id, E'../x\\n', E'a\\n/b\\n', '' FROM minibar_ml.ml_mails"
    assert psql(boss, file) == ""
    waiting = "INSERT INTO minibar_ml.ml_outbox (kind, channel_id, report, mail_id, next_at)"
    assert psql(boss, f"{waiting} SELECT 'report', c.id, c.kind, m.id, now()"
                      " FROM minibar_ml.ml_channels c CROSS JOIN minibar_ml.ml_mails m") == ""  # fmt: skip
    with serving(Mailbox()) as mailbox:
        status = command(hotels, "alerts", "notify", **mailbox.settings())
    said = capsys.readouterr().err
    assert status == ExitCode.PARTLY_DONE, said
    assert "Traceback" not in said
    assert mailbox.accepted == []
    assert sql(hotels, f"SELECT count(*) FROM {LOG} WHERE action LIKE 'table.%'") == [(5,)]
