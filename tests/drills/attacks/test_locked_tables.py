"""A person who locks what they may lock: others wait for a while, are told who it is, and the rest goes on."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import make_url
from support.alerts.outbox import add
from support.hotels.simulated import AS_OF, ZONE, command, done, sql
from support.hotels.sources import SmallHotel
from support.servers.logins import drop_logins, login
from support.servers.mail_server import Mailbox, serving
from support.servers.sessions import refused, staying

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store import failures

WAIT = 1
"""Seconds that these drills wait for a lock."""
MOST = 60
ENTRY = "SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, NULL)"
MODES = ("ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE", "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE")
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = CAST('minibar_ml' AS regnamespace) AND relkind IN ('r', 'p')"
)
CLOSED = "SELECT status, count(*) FROM minibar_ml.ml_outbox GROUP BY 1 ORDER BY 1"


@pytest.fixture
def hotel(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A hotel with points, an alert to send and two people, whose stock has run below zero."""
    monkeypatch.setattr(failures, "LOCK_TIMEOUT_SECONDS", WAIT)
    small, today = SmallHotel(store_url), datetime.now(ZoneInfo(ZONE)).date()
    small.movement(1, "devir", 5, f"{today - timedelta(days=9)} 08:00")
    small.movement(1, "cikis", 9, f"{today - timedelta(days=1)} 08:00")
    for ago in range(9, 0, -1):
        small.visit(1, f"{today - timedelta(days=ago)} 10:00", {1: 1})
    done(store_url, "db", "roles", "--apply", "--quiet")
    done(store_url, "collect", "--quiet")
    for name in ("ayse", "fatma"):
        add(store_url, name)
    yield store_url
    drop_logins(store_url)


@pytest.fixture
def chief(hotel: str) -> str:
    """The login of an administrator of all hotels, who may do most."""
    return login(hotel, "chief", "--as", "administrator", "--all-hotels")


def test_no_person_locks_a_whole_table(hotel: str, chief: str) -> None:
    for (table,) in sql(hotel, TABLES):
        for mode in MODES:
            # Adding a row takes a weak lock, which is in nobody's way.
            if mode == "ROW EXCLUSIVE":
                continue
            assert "permission denied" in refused(chief, f"LOCK TABLE minibar_ml.{table} IN {mode} MODE"), (table, mode)


def test_people_are_still_removed_by_who_looks_after_them_and_by_nobody_else(hotel: str, chief: str) -> None:
    boss = login(hotel, "boss", "--as", "administrator", "--hotel", "1")
    assert "may not remove people" in refused(boss, "SELECT minibar_ml.remove_person(1)")
    assert "may not remove addresses" in refused(boss, "SELECT minibar_ml.remove_channel(1, 'email')")
    done(chief, "people", "set", "ayse", "--email", "none", "--quiet")
    done(chief, "people", "remove", "fatma", "--quiet")
    assert sql(hotel, "SELECT p.name, c.kind FROM minibar_ml.ml_people p"
                      " LEFT JOIN minibar_ml.ml_channels c ON c.person_id = p.id") == [("ayse", None)]  # fmt: skip


def test_detect_raises_its_alerts_though_somebody_has_locked_people(
    hotel: str, chief: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ("SELECT FROM minibar_ml.ml_people FOR UPDATE", "SELECT FROM minibar_ml.ml_channels FOR UPDATE")
    with staying(chief, "SET idle_in_transaction_session_timeout = 0", *rows) as pid:
        capsys.readouterr()
        began = time.monotonic()
        assert command(hotel, "detect") == ExitCode.PARTLY_DONE
        assert time.monotonic() - began < MOST
        said = capsys.readouterr().err
        assert f"role {make_url(chief).username}, process {pid}" in said
        assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_alerts")[0][0] > 0
        assert sql(hotel, CLOSED) == []
        for words in (("collect",), ("train",), ("alerts", "list"), ("status",)):
            assert command(hotel, *words, "--quiet") in (ExitCode.OK, ExitCode.UNEXPECTED), words
    with serving(Mailbox()) as mailbox:
        done(hotel, "alerts", "notify", "--quiet", **mailbox.settings())
    assert [status for status, _ in sql(hotel, CLOSED)] == ["sent"]


def test_an_open_transaction_after_an_audit_entry_ends_by_itself(hotel: str, chief: str) -> None:
    with staying(chief, ENTRY) as pid:
        sql(hotel, "SELECT pg_sleep(11)")
        assert sql(hotel, "SELECT FROM pg_stat_activity WHERE pid = :pid", pid=pid) == []


def test_who_keeps_it_open_on_purpose_is_named_and_only_entries_wait(
    hotel: str, chief: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = login(hotel, "other", "--as", "viewer", "--all-hotels")
    with staying(chief, "SET application_name = 'psql'", ENTRY, "SET idle_in_transaction_session_timeout = 0") as pid:
        for words in (("collect",), ("detect",), ("status",)):
            assert command(hotel, *words, "--quiet") in (ExitCode.OK, ExitCode.UNEXPECTED), words
        done(other, "alerts", "list", "--quiet")
        capsys.readouterr()
        done(hotel, "alerts", "notify", "--as-of", AS_OF)
        said = capsys.readouterr().err
        assert f"role {make_url(chief).username}, process {pid} (psql)" in said
        assert "ml_audit" in said
    done(hotel, "alerts", "list", "--quiet")


def test_what_status_shows_of_a_lock_names_its_holder_and_no_statement(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with staying(hotel, "LOCK TABLE minibar_ml.ml_models IN ACCESS EXCLUSIVE MODE") as pid:
        assert command(hotel, "train", "--as-of", AS_OF, "--quiet") == ExitCode.DATABASE_UNREACHABLE
        assert f"process {pid}" in capsys.readouterr().err
    ((error,),) = sql(hotel, "SELECT DISTINCT error FROM minibar_ml.ml_job_runs WHERE job = 'train'")
    command(hotel, "status", "--as-of", AS_OF)
    shown = capsys.readouterr().out
    for said in (error, shown):
        assert f"process {pid}" in " ".join(said.split())
        assert not any(word in said for word in ("SELECT", "[SQL", "psycopg2", "sqlalche.me", "parameters"))
