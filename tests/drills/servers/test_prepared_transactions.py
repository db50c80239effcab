"""Transactions that were prepared hold what they hold though no session is behind them: the error names their owner."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from conftest import load_sql, program
from sqlalchemy import make_url
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM
from support.hotels.simulated import ZONE, command, done, sql
from support.servers import postgres
from support.servers.logins import login, psql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store import failures
from minibar_ml.store.engine import make_engine
from minibar_ml.store.sql_files import sql_folder

MUTE = (
    "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
    " VALUES (1, now(), now() + interval '1 day', 'x', 'x')"
)
HELD = {
    "an alert": (("alerts", "read", "1"), "SELECT FROM minibar_ml.ml_alerts WHERE id = 1 FOR UPDATE"),
    "the log and a mute": (
        ("mutes", "end", "1"),
        "SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, NULL);"
        " SELECT FROM minibar_ml.ml_mutes WHERE id = 1 FOR UPDATE",
    ),
}


@pytest.fixture(scope="module")
def hotel(server: str) -> Iterator[str]:
    """A store on a server that lets transactions be prepared, as few do."""
    folder = Path(tempfile.mkdtemp(prefix="mb-"))
    folder.chmod(0o755)
    with postgres.serving(Path(program("psql")).parent, folder, {"max_prepared_transactions": "5"}) as own:
        with closing(psycopg2.connect(own)) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE hotel")
        url = make_url(own).set(database="hotel").render_as_string(hide_password=False)
        load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
        sql(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        sql(url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true)")
        for words in (("db", "init"), ("db", "roles", "--apply")):
            done(url, *words, "--quiet")
        with make_engine(url, ZONE).connect() as store:
            raise_alerts(store, HIGH_ROOM)
            store.commit()
        sql(url, MUTE)
        yield url
    shutil.rmtree(folder)


@pytest.mark.parametrize("what", HELD)
def test_a_prepared_transaction_is_named_by_its_owner_and_what_ends_it(
    hotel: str, what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(failures, "LOCK_TIMEOUT_SECONDS", 1)
    (words, held), name = HELD[what], f"boss{[*HELD].index(what)}"
    boss = login(hotel, name, "--as", "administrator", "--hotel", "1")
    assert psql(boss, f"BEGIN; {held}; PREPARE TRANSACTION '{name}'") == ""
    other = login(hotel, f"other_{name}", "--as", "administrator", "--hotel", "1")
    capsys.readouterr()
    assert command(other, *words) in (ExitCode.DATABASE_UNREACHABLE, ExitCode.LOCKED)
    said = f"role {make_url(boss).username}, prepared transaction '{name}' (`ROLLBACK PREPARED`), since"
    assert said in " ".join(capsys.readouterr().err.split())
    assert psql(boss, f"ROLLBACK PREPARED '{name}'") == ""
    assert command(other, *words) != ExitCode.DATABASE_UNREACHABLE
