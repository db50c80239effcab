"""A standby and a failover, with real servers: reading works on a standby, and once it is promoted the jobs go on."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
from conftest import load_sql
from support.alerts.outbox import add
from support.hotels.simulated import KEY, ZONE, alerts, checksum, command, done, sql
from support.hotels.sources import SmallHotel
from support.servers.mail_server import Mailbox, raise_alerts, serving
from support.servers.standbys import Server, caught_up

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.sql_files import sql_folder

TODAY, TOMORROW = "2025-11-17", "2025-11-18"
UNTIL = f"{datetime.now(UTC).date() + timedelta(days=30)}"
RUN = "from minibar_ml.cli.app import run; run()"
WRITING = (
    ("collect",), ("train",), ("detect",), ("backtest",), ("db", "init"), ("keys", "rotate"), ("alerts", "notify"),
    ("alerts", "read", "1"), ("alerts", "comment", "1", "x"), ("report", "weekly", "--email"),
    ("people", "add", "x", "--role", "administrator", "--hotel", "all"), ("config", "set", "alert_budget", "2"),
    ("mutes", "add", "--hotel", "1", "--until", UNTIL, "--reason", "x"),
)  # fmt: skip
READING = (
    ("alerts", "list"), ("alerts", "show", "1"), ("alerts", "stats"), ("forecast",), ("models", "list"),
    ("config", "show"), ("report", "weekly", "--json"), ("report", "weekly"), ("report", "dashboard"),
    ("metrics", "summary"), ("people", "list"), ("mutes", "list"), ("audit", "list"), ("audit", "verify"),
    ("db", "check"),
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A primary with a hotel and a twin of it, and its standby."""

    primary: Server
    standby: Server
    folder: Path


@pytest.fixture(scope="module")
def pair(server: str) -> Iterator[Pair]:
    """Both running, the standby up to date; the hotel's stock has run below zero, and one person is to be notified."""
    folder = Path(tempfile.mkdtemp(prefix="mb-"))
    folder.chmod(0o755)
    primary, standby = Server(folder / "a"), Server(folder / "b")
    try:
        primary.make()
        primary.start()
        _run(primary.url(), "CREATE DATABASE hotel")
        _hotel(primary.url("hotel"))
        _run(primary.url(), "CREATE DATABASE twin TEMPLATE hotel")
        standby.copy(primary)
        standby.start()
        caught_up(primary, standby)
        yield Pair(primary, standby, folder)
    finally:
        for one in (primary, standby):
            if (one.data / "postmaster.pid").exists():
                one.stop("immediate")
        shutil.rmtree(folder)


def _run(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _hotel(url: str) -> None:
    load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
    small = SmallHotel(url)
    small.movement(1, "devir", 5, "2025-11-01 08:00")
    small.movement(1, "cikis", 9, "2025-11-16 08:00")
    for day in range(1, 17):
        small.visit(1, f"2025-11-{day:02} 10:00", {1: 1})
    done(url, "db", "init", "--quiet")
    add(url, "ayse", "--report", "weekly")
    for job in ("collect", "train", "detect"):
        done(url, job, "--as-of", TODAY, "--quiet")


@pytest.mark.parametrize("words", WRITING, ids=lambda words: "-".join(words[:2]))
def test_what_writes_ends_with_a_sentence_on_a_standby(
    pair: Pair, words: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    key = tmp_path / "keys"
    key.write_text(KEY)
    key.chmod(0o600)
    environment = {"ML_ENCRYPTION_KEYS": "", "ML_KEY_FILE": str(key)} if words[0] == "keys" else {}
    options = () if words[0] in ("db", "config", "keys", "mutes", "people", "alerts") else ("--as-of", TOMORROW)
    assert command(pair.standby.url("hotel"), *words, *options, **environment) == ExitCode.PRECONDITION
    said = capsys.readouterr().err
    assert "it is a standby, or set to read-only" in said
    assert "Traceback" not in said
    assert key.read_text() == KEY


@pytest.mark.parametrize("words", READING, ids=lambda words: "-".join(words[:2]))
def test_what_reads_works_on_a_standby_as_on_the_primary(
    pair: Pair, words: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = []
    for server in (pair.primary, pair.standby):
        folder = tmp_path / server.folder.name
        options = ("--as-of", TODAY) if words[0] in ("report", "forecast") else ()
        if words[0] in ("alerts", "report") and pair.primary is server:
            caught_up(pair.primary, pair.standby)
        out = ("--out", str(folder)) if words[0] == "report" and "--json" not in words else ()
        capsys.readouterr()
        assert command(server.url("hotel"), *words, *options, *out) == ExitCode.OK
        shown = capsys.readouterr()
        found.append(shown.out.replace(str(folder), "FOLDER"))
        if server is pair.standby and words[:2] in (("alerts", "list"), ("alerts", "show")):
            assert "this server is a standby" in shown.err
    caught_up(pair.primary, pair.standby)
    if words[0] != "audit":
        assert found[0] == found[1]


def test_status_and_doctor_say_how_it_is_on_a_standby(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(pair.standby.url("hotel"), "status", "--as-of", TODAY, "--json") in (0, 1)
    assert json.loads(capsys.readouterr().out)["open_alerts"]["critical"] >= 1
    assert command(pair.standby.url("hotel"), "doctor") == ExitCode.UNEXPECTED
    assert "it is a standby" in " ".join(capsys.readouterr().out.split())


def test_a_replica_is_read_and_the_primary_keeps_the_record(
    pair: Pair, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _run(pair.primary.url(), "CREATE DATABASE apart TEMPLATE twin")
    primary, replica = pair.primary.url("apart"), {"ML_READ_URL": pair.standby.url("apart")}
    caught_up(pair.primary, pair.standby)
    sql(pair.standby.url("apart"), "SELECT pg_wal_replay_pause()")
    try:
        raise_alerts(primary, type_="shrinkage")
        for words in (("report", "weekly"), ("alerts", "stats"), ("report", "dashboard")):
            shown = []
            for environment in ({}, replica):
                done(primary, *words, "--json", **environment)
                shown.append(capsys.readouterr().out)
            assert shown[0] != shown[1], words
        done(primary, "report", "weekly", "--email", "--out", str(tmp_path), **replica)
        done(primary, "alerts", "comment", "1", "seen", **replica)
    finally:
        sql(pair.standby.url("apart"), "SELECT pg_wal_replay_resume()")
    runs = "SELECT outcome FROM minibar_ml.ml_job_runs WHERE job = 'report'"
    written = "SELECT count(*) FROM minibar_ml.ml_audit_log WHERE action = 'report.written'"
    assert (sql(primary, runs), sql(primary, written)) == ([("done",)], [(1,)])
    assert sql(primary, "SELECT count(*) FROM minibar_ml.ml_outbox WHERE kind = 'report'") == [(1,)]


@pytest.mark.parametrize(
    "words",
    [
        ("metrics", "summary"),
        ("metrics", "trend", "--as-of", TODAY),
        ("metrics", "pace", "--as-of", TODAY),
        ("forecast", "--as-of", TODAY),
        ("models", "list"),
        ("alerts", "stats"),
    ],
)
def test_what_a_replica_is_asked_it_answers_as_the_primary(
    pair: Pair, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    caught_up(pair.primary, pair.standby)
    shown = []
    for environment in ({}, {"ML_READ_URL": pair.standby.url("hotel")}):
        done(pair.primary.url("hotel"), *words, **environment)
        shown.append(capsys.readouterr())
    assert shown[0] == shown[1] != ("", "")


def test_a_replica_that_is_no_url_or_does_not_answer_is_named(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    for url, status, said in (
        ("mysql://replica/hotel", ExitCode.CONFIGURATION, "ML_READ_URL names 'mysql'"),
        ("postgresql://postgres@127.0.0.1:1/hotel", ExitCode.DATABASE_UNREACHABLE, "127.0.0.1"),
    ):
        assert command(pair.primary.url("hotel"), "alerts", "stats", ML_READ_URL=url) == status
        assert said in capsys.readouterr().err


def test_after_a_failover_the_jobs_go_on_with_nothing_lost_and_nothing_twice(pair: Pair) -> None:
    """The last test of this module: afterwards the standby is the primary."""
    hotel, twin = "hotel", "twin"
    with serving(Mailbox()) as mailbox:
        done(pair.primary.url(hotel), "alerts", "notify", "--as-of", TODAY, "--quiet", **mailbox.settings())
        for name in (hotel, twin):
            sql(pair.primary.url(name), "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
                                        " VALUES (2, 'cikis', 7, '2025-11-17 11:00')")  # fmt: skip
        caught_up(pair.primary, pair.standby)
        # It dies while a run waits for a lock in the middle of its work.
        environment = {**os.environ, "ML_DATABASE_URL": pair.primary.url(hotel), "ML_TIMEZONE": ZONE}
        run = subprocess.Popen(
            [sys.executable, "-c", RUN, "collect", "--as-of", TOMORROW], env=environment, stderr=subprocess.PIPE
        )
        pair.primary.stop("immediate")
        said = run.communicate(timeout=120)[1].decode()
        assert run.returncode in (0, ExitCode.DATABASE_UNREACHABLE), said
        assert "Traceback" not in said
        pair.standby.promote()
        for job in (("collect",), ("train",), ("detect",)):
            for name in (hotel, twin):
                done(pair.standby.url(name), *job, "--as-of", TOMORROW, "--quiet")
        both = f"{pair.primary.url(hotel)}&host={pair.standby.folder}&target_session_attrs=read-write"
        for _ in range(2):
            done(both, "alerts", "notify", "--as-of", TOMORROW, "--quiet", **mailbox.settings())
        assert checksum(pair.standby.url(hotel)) == checksum(pair.standby.url(twin))
        assert alerts(pair.standby.url(hotel)) == alerts(pair.standby.url(twin)) != []
        ids = [mail["Message-ID"] for mail in mailbox.accepted]
        assert len(ids) == len(set(ids))
    assert command(pair.standby.url(hotel), "audit", "verify") == ExitCode.OK
