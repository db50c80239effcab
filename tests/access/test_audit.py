"""The audit log only grows, stands in one line whoever writes to it, and shows what anybody changed in it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError
from support.alerts.findings import HIGH_ROOM, LOW_STOCK, NEGATIVE, detect, evening, rows
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store import audit
from minibar_ml.store.alerting import decisions
from minibar_ml.store.engine import make_engine

LOG = "minibar_ml.ml_audit_log"


def _add(connection: Connection, *subjects: str) -> None:
    for subject in subjects:
        audit.insert(connection, "test.did", subject, after={"ş": 1.50, "b": [None, "x"]})
    connection.commit()


def _tampered(url: str, *statements: str) -> None:
    """Change the log as a superuser can who first switches its triggers off."""
    sql(url, f"ALTER TABLE {LOG} DISABLE TRIGGER ALL")
    for statement in statements:
        sql(url, statement)
    for trigger in ("chain", "counted", "head", "grows"):
        sql(url, f"ALTER TABLE {LOG} ENABLE ALWAYS TRIGGER ml_audit_log_{trigger}")


def _verified(url: str, capsys: pytest.CaptureFixture[str], code: ExitCode, *options: str) -> dict[str, Any]:
    capsys.readouterr()
    assert command(url, "audit", "verify", "--json", *options) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["holds"] == (code == ExitCode.OK)
    return found


@pytest.mark.parametrize("statement", [f"UPDATE {LOG} SET subject = 'x'", f"DELETE FROM {LOG}", f"TRUNCATE {LOG}",
                                       "DELETE FROM minibar_ml.ml_audit_head"])  # fmt: skip
def test_nobody_changes_or_removes_an_entry_not_even_the_owner(connection: Connection, statement: str) -> None:
    _add(connection, "a")
    with pytest.raises(DBAPIError, match="the audit log only grows"):
        connection.execute(text(statement))


def test_a_log_that_nobody_touched_holds_and_its_head_changes_with_every_entry(
    connection: Connection, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _verified(store_url, capsys, ExitCode.OK)["entries"] == 0
    heads = []
    for subject in "abc":
        _add(connection, subject)
        heads.append(_verified(store_url, capsys, ExitCode.OK)["head"])
    assert len(set(heads)) == 3
    for head in heads:
        _verified(store_url, capsys, ExitCode.OK, "--head", head)
    done(store_url, "audit", "verify")
    assert f"3 entries, chain intact; head 3:{heads[-1]}" in capsys.readouterr().out


def test_the_chain_does_not_depend_on_the_time_zone_of_who_checks(connection: Connection, store_url: str) -> None:
    _add(connection, "a", "b")
    for zone in ("UTC", "Asia/Kathmandu", "America/St_Johns"):
        with make_engine(store_url, zone).connect() as other:
            other.exec_driver_sql("SET extra_float_digits = 0; SET DateStyle = 'German'; SET bytea_output = 'escape'")
            assert audit.verify(other).fault is None, zone


@pytest.mark.parametrize(
    ("tampering", "first_broken"),
    [
        ("UPDATE {log} SET subject = 'other' WHERE id = 2", 2),
        ("UPDATE {log} SET at = at + interval '1 microsecond' WHERE id = 2", 2),
        ("UPDATE {log} SET after = after || '{{\"b\": 1}}' WHERE id = 3", 3),
        ("UPDATE {log} SET before = 'null' WHERE id = 3", 3),
        ("UPDATE {log} SET database_role = 'other' WHERE id = 1", 1),
        ("DELETE FROM {log} WHERE id = 1", 2),
        ("DELETE FROM {log} WHERE id = 2", 3),
        ("UPDATE {log} SET id = CASE id WHEN 2 THEN 30 ELSE 2 END WHERE id IN (2, 3)", 2),
        # Whoever knows how to hash the entry that was changed breaks the next one.
        ("UPDATE {log} l SET subject = 'other' WHERE id = 2; UPDATE {log} l SET hash = minibar_ml.audit_hash("
         "(SELECT hash FROM {log} WHERE id = 1), l) WHERE id = 2", 3),
    ],
)  # fmt: skip
def test_what_a_superuser_changes_with_triggers_off_is_named(
    connection: Connection, store_url: str, tampering: str, first_broken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    _add(connection, "a", "b", "c", "d")
    _tampered(store_url, tampering.format(log=LOG))
    assert _verified(store_url, capsys, ExitCode.UNEXPECTED)["first_broken_id"] == first_broken
    assert command(store_url, "audit", "verify") == ExitCode.UNEXPECTED
    assert f"broken: entry {first_broken} (test.did" in capsys.readouterr().out


def _cut_off(url: str) -> str:
    """Remove entry 3 and make the head fit, as a superuser can; what the log said when only the entry was gone."""
    _tampered(url, f"DELETE FROM {LOG} WHERE id = 3")
    with make_engine(url, ZONE).connect() as one:
        said = audit.verify(one).fault
    sql(url, f"UPDATE minibar_ml.ml_audit_head SET last_id = 2, hash = (SELECT hash FROM {LOG} WHERE id = 2)")
    return str(said)


def test_a_log_that_was_cut_off_is_detected_by_its_head_and_by_a_checkpoint_that_was_kept(
    connection: Connection, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = []
    for subject in "abc":
        _add(connection, subject)
        done(store_url, "audit", "head")
        heads.append(capsys.readouterr().out.strip())
    assert [one.partition(":")[0] for one in heads] == ["1", "2", "3"]
    file = tmp_path / "heads"
    file.write_text("\n".join(heads) + "\n")
    for given in (heads[0], heads[2].partition(":")[2], str(file)):
        _verified(store_url, capsys, ExitCode.OK, "--head", given)
    assert _cut_off(store_url) == "the last entry is 2, but 3 were written: those after it are gone"
    # The head was made to fit too: only what was kept elsewhere shows it.
    _verified(store_url, capsys, ExitCode.OK)
    _verified(store_url, capsys, ExitCode.OK, "--head", heads[1])
    for given in (heads[2], str(file)):
        fault = _verified(store_url, capsys, ExitCode.UNEXPECTED, "--head", given)["fault"]
        assert "3 entries were there" in fault
        assert "2 are left" in fault
    by_hash = _verified(store_url, capsys, ExitCode.UNEXPECTED, "--head", heads[2].partition(":")[2])
    assert "cut off or rewritten" in by_hash["fault"]
    _add(connection, "d")
    assert "rewritten" in _verified(store_url, capsys, ExitCode.UNEXPECTED, "--head", heads[2])["fault"]


def test_what_is_no_checkpoint_is_refused_with_what_one_looks_like(
    store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done(store_url, "audit", "head")
    assert capsys.readouterr().out == "", "an empty log has none"
    (tmp_path / "heads").write_text(f"1:{'0' * 64}\nzz\n")
    (tmp_path / "empty").write_text("\n")
    for given in ("zz", f"1:{'0' * 63}", str(tmp_path / "heads"), str(tmp_path / "empty"), str(tmp_path)):
        assert command(store_url, "audit", "verify", "--head", given) == ExitCode.USAGE
        assert "`minibar-ml audit head` prints one" in capsys.readouterr().err
    other = f"2:{'0' * 64}"
    assert "cut off" in _verified(store_url, capsys, ExitCode.UNEXPECTED, "--head", other)["fault"]


def test_an_entry_that_is_added_after_the_log_was_cut_off_does_not_repair_it(
    connection: Connection, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _add(connection, "a", "b", "c")
    _tampered(store_url, f"DELETE FROM {LOG} WHERE id = 3")
    _add(connection, "d")
    assert _verified(store_url, capsys, ExitCode.UNEXPECTED)["first_broken_id"] == 4


def test_entries_of_sessions_that_write_at_once_stand_in_one_line(store_url: str) -> None:
    def work(session: int) -> None:
        with make_engine(store_url, ZONE).connect() as one:
            for number in range(20):
                audit.insert(one, "test.did", f"{session} {number}")
                audit.insert(one, "test.did", f"{session} {number} again")
                one.rollback() if number % 5 == 4 else one.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with make_engine(store_url, ZONE).connect() as one:
        assert audit.verify(one).fault is None
        found = one.execute(text(f"SELECT min(id), max(id), count(*) FROM {LOG}")).one()
    assert tuple(found) == (1, 128, 128), "a transaction that is rolled back leaves no gap"


def test_a_verdict_on_many_alerts_is_one_statement_and_chains_all_its_entries(connection: Connection) -> None:
    detect(connection, HIGH_ROOM, LOW_STOCK, NEGATIVE)
    ids = [alert.id for alert in rows(connection)]
    decisions.set_verdict(connection, ids, "resolved", "ayse", evening(HIGH_ROOM.occurred_on))
    chain = audit.verify(connection)
    assert (chain.entries, chain.fault) == (3, None)


@pytest.fixture
def with_roles(store_url: str) -> Iterator[str]:
    done(store_url, "db", "roles", "--apply", "--quiet")
    yield store_url
    drop_logins(store_url)


def test_who_wrote_an_entry_and_when_is_not_theirs_to_say(with_roles: str) -> None:
    url = login(with_roles, "viewer", "--as", "viewer", "--all-hotels")
    role = make_url(url).username
    assert psql(url, "SELECT minibar_ml.record_action(NULL, 'alert.view', 's', NULL, NULL)") == ""
    moving = "SET minibar_ml.moves = 'on'; SELECT minibar_ml.record_action(NULL, 'alert.view', 's', NULL, NULL)"
    assert "ERROR" not in psql(url, moving)
    forged = f"INSERT INTO {LOG} (os_user, action, subject) VALUES ('u', 'alert.view', 's')"
    assert "permission denied" in psql(url, forged)
    # The owner may name the columns, and it changes nothing.
    sql(with_roles, f"INSERT INTO {LOG} (id, at, database_role, os_user, action, subject, hash)"
                    " VALUES (1, '2000-01-01', 'boss', 'u', 'a', 'owned', '')")  # fmt: skip
    roles = dict(
        sql(
            with_roles,
            f"SELECT subject, database_role FROM {LOG} WHERE subject IN ('s', 'owned') AND at > '2001-01-01'",
        )
    )
    assert roles == {"s": role, "owned": "postgres"}
    head = "minibar_ml.ml_audit_head"
    for statement in (f"UPDATE {LOG} SET subject = 'x'", f"DELETE FROM {LOG}", f"TRUNCATE {LOG}",
                      f"SELECT * FROM {LOG}", f"UPDATE {head} SET last_id = 0", f"SELECT * FROM {head}"):  # fmt: skip
        assert "permission denied" in psql(url, statement)


def test_looking_at_alerts_leaves_one_entry_a_command(
    connection: Connection, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    detect(connection, HIGH_ROOM, LOW_STOCK)
    connection.commit()
    done(store_url, "alerts", "list", "--type", "stock_depletion", "--json")
    done(store_url, "alerts", "show", str(rows(connection)[0].id), "--as-of", "2025-11-20")
    capsys.readouterr()
    done(store_url, "audit", "list", "--action", "alert", "--json")
    shown, listed = json.loads(capsys.readouterr().out)
    assert (shown["action"], shown["subject"]) == ("alert.view", f"alert {rows(connection)[0].id}")
    assert (listed["action"], listed["subject"]) == ("alert.list", "1 alerts")
    assert listed["after"]["types"] == ["stock_depletion"]


def test_entries_are_found_by_time_action_subject_and_who(
    connection: Connection, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.insert(connection, "alert.view", "alert 1", operator="Ayşe")
    audit.insert(connection, "alerts.other", "alert 2")
    connection.commit()
    for options, expected in (
        ([], ["alert 2", "alert 1"]),
        (["--action", "alert"], ["alert 1"]),
        (["--action", "alert.view"], ["alert 1"]),
        (["--subject", "alert 2"], ["alert 2"]),
        (["--by", "Ayşe"], ["alert 1"]),
        (["--by", "postgres"], ["alert 2", "alert 1"]),
        (["--by", "%"], []),
        (["--limit", "1"], ["alert 2"]),
        (["--until", "2020-01-01"], []),
        (["--since", "2020-01-01"], ["alert 2", "alert 1"]),
    ):
        capsys.readouterr()
        done(store_url, "audit", "list", "--json", *options)
        assert [entry["subject"] for entry in json.loads(capsys.readouterr().out)] == expected, options


@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_list_fits_the_terminal_and_no_entry_can_steer_it(
    connection: Connection, store_url: str, columns: str, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.insert(connection, "alert.view", "alert 1 \x1b[31m" + "x" * 60, operator="Ayşe Yılmaz-Karaosmanoğlu")
    connection.commit()
    assert command(store_url, "audit", "list", COLUMNS=columns) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= int(columns)
    assert "Ayşe" in shown


def test_a_job_with_other_settings_than_before_says_which_and_never_a_secret(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def collect(**changed: str) -> None:
        assert command(store_url, "collect", "--as-of", "2025-11-17", "--quiet", **changed) == ExitCode.OK

    collect()
    collect()
    collect(ML_NOTIFY_SECONDS="25")
    entries = sql(store_url, f"SELECT subject, before, after FROM {LOG} WHERE action = 'settings.changed' ORDER BY id")
    assert [entry.subject for entry in entries] == ["ML_DATABASE_URL, ML_ENCRYPTION_KEYS", "ML_NOTIFY_SECONDS"]
    assert entries[1].after == {**entries[1].before, "ML_NOTIFY_SECONDS": "25"}
    assert entries[0].after == {"ML_DATABASE_URL": "set", "ML_ENCRYPTION_KEYS": "set"}


def test_settings_are_compared_with_those_of_the_same_file(store_url: str, tmp_path: Path) -> None:
    for name in ("cron", "ayse"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".env").write_text(f"ML_REPORT_DIR=/srv/{name}\n")
    for name in ("cron", "ayse", "cron", "ayse", "cron"):
        words = ("collect", "--as-of", "2025-11-17", "--quiet", "--config", str(tmp_path / name))
        assert command(store_url, *words) == ExitCode.OK
    entries = sql(store_url, f"SELECT subject, after FROM {LOG} WHERE action = 'settings.changed' ORDER BY id")
    assert [entry.after["file"] for entry in entries] == [str(tmp_path / name / ".env") for name in ("cron", "ayse")]
    assert entries[0].subject.endswith(f"ML_REPORT_DIR in {tmp_path}/cron/.env")
