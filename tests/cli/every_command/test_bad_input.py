"""An error is one line on stderr that names it and what to do, with its exit status; secrets stay secret."""

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import make_url
from support.hotels.simulated import command, done, sql
from support.hotels.sources import SmallHotel

from minibar_ml.cli.app import main

Capture = pytest.CaptureFixture[str]
SECRET = "s3cr3t-Passw0rd"
AS_OF = "2025-11-17"
DOWN = f"postgresql://minibar:{SECRET}@127.0.0.1:1/hotel"


def refused(capsys: Capture, status: int, *named: str) -> str:
    """What was said: one line on stderr with these words in it, nothing on stdout, no traceback and no secret."""
    shown = capsys.readouterr()
    lines = [line for line in shown.err.splitlines() if line.startswith("error:")]
    assert len(lines) == 1, shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert SECRET not in shown.err
    for word in named:
        assert word in lines[0], (word, lines[0])
    assert status
    return lines[0]


@pytest.mark.parametrize(
    ("url", "status", "named"),
    [
        ("", 3, ["ML_DATABASE_URL is not set", "postgresql://user:password@host"]),
        (f"not a url {SECRET}", 3, ["ML_DATABASE_URL is not a database URL", "postgresql://"]),
        (f"postgresql://u:{SECRET}@host:port/x", 3, ["ML_DATABASE_URL is not a database URL"]),
        (f"mysql://u:{SECRET}@host/x", 3, ["mysql", "only PostgreSQL"]),
        (DOWN, 4, ["127.0.0.1", "Check that the server is running"]),
    ],
)
def test_a_database_that_cannot_be_named_or_reached(url: str, status: int, named: list[str], capsys: Capture) -> None:
    assert command(url, "alerts", "list") == status
    refused(capsys, status, *named)


@pytest.mark.parametrize("job", ["collect", "train", "detect"])
def test_a_job_whose_server_is_down_tries_again_and_then_says_so(job: str, capsys: Capture) -> None:
    assert command(DOWN, job) == 4
    shown = capsys.readouterr().err
    assert shown.count("database unavailable, retrying (") == 3
    assert shown.splitlines()[-1].startswith("error: 127.0.0.1, database 'hotel': ")
    assert SECRET not in shown


def test_a_database_that_does_not_exist_is_named(server: str, capsys: Capture) -> None:
    url = make_url(server).set(database="nowhere").render_as_string(hide_password=False)
    assert command(url, "alerts", "list") == 4
    refused(capsys, 4, "nowhere", "database does not exist", "ML_DATABASE_URL")


@pytest.fixture
def locked_role(store_url: str) -> Iterator[str]:
    """A role that needs a password, on a server that asks for it; skipped where we may not change the server."""
    hba = Path(sql(store_url, "SHOW hba_file")[0][0])
    if not os.access(hba, os.W_OK):
        pytest.skip("the server's pg_hba.conf is not ours to write")
    before = hba.read_text()
    sql(store_url, f"CREATE ROLE locked LOGIN PASSWORD '{SECRET}-right'")
    hba.write_text(f"local all locked scram-sha-256\n{before}")
    sql(store_url, "SELECT pg_reload_conf()")
    yield "locked"
    hba.write_text(before)
    sql(store_url, "SELECT pg_reload_conf()")
    sql(store_url, "DROP ROLE locked")


def test_a_wrong_password_is_called_so_and_never_printed(store_url: str, locked_role: str, capsys: Capture) -> None:
    for password in (SECRET, None):
        url = make_url(store_url).set(username=locked_role, password=password).render_as_string(hide_password=False)
        assert command(url, "alerts", "list", "--verbose") == 4
        refused(capsys, 4, "'locked' was refused", "check user and password")


def test_a_database_without_a_store_says_how_to_make_one(database: str, capsys: Capture) -> None:
    for arguments in (["collect"], ["train"], ["detect"], ["alerts", "list"], ["report", "weekly"], ["db", "check"]):
        assert command(database, *arguments) == 5, arguments
        refused(capsys, 5, "0001_store", "minibar-ml db init")
    assert sql(database, "SELECT to_regnamespace('minibar_ml')") == [(None,)], "nothing half-written"


def test_a_database_that_is_no_hotels_says_what_was_looked_for(database: str, capsys: Capture) -> None:
    assert command(database, "db", "init", "--quiet") == 5
    refused(capsys, 5, "not recognised", "minibar_islemleri.islem_tarihi", "search_path")


def test_a_source_column_that_is_missing_is_named_and_the_rest_still_works(store_url: str, capsys: Capture) -> None:
    hotel = SmallHotel(store_url)
    hotel.movement(1, "devir", 5, "2025-11-01 08:00")
    hotel.visit(1, "2025-11-10 10:00", {1: 1})
    sql(store_url, "ALTER TABLE minibar_islem_detay DROP COLUMN tuketim")
    assert command(store_url, "collect", "--as-of", AS_OF, "--quiet") == 5
    refused(capsys, 5, "lacks minibar_islem_detay (tuketim)", "Correct the names", "What does not need it still works")
    found = sql(store_url, "SELECT DISTINCT metric_type FROM minibar_ml.ml_metrics")
    assert [row[0] for row in found] == ["stock_level"]


def test_a_source_table_that_is_missing_is_named(store_url: str, capsys: Capture) -> None:
    SmallHotel(store_url)
    sql(store_url, "DROP TABLE minibar_dolum_talepleri")
    assert command(store_url, "collect", "--as-of", AS_OF, "--quiet") == 5
    refused(capsys, 5, "there is no table minibar_dolum_talepleri", "--without")
    done(store_url, "db", "init", "--without", "requests", "--quiet")
    done(store_url, "collect", "--as-of", AS_OF, "--quiet")


def test_a_later_init_keeps_what_the_hotel_does_without_until_it_has_it(store_url: str, capsys: Capture) -> None:
    SmallHotel(store_url)
    done(store_url, "db", "init", "--without", "requests", "--quiet")
    sql(store_url, "DROP TABLE minibar_dolum_talepleri")
    capsys.readouterr()
    done(store_url, "db", "init", "--without", "custody")
    assert "Still without requests" in capsys.readouterr().err
    done(store_url, "collect", "--as-of", AS_OF, "--quiet")
    assert sql(store_url, "SELECT absent FROM minibar_ml.ml_source_contract") == [(["custody", "requests"],)]
    assert command(store_url, "db", "init", "--with", "requests", "--quiet") == 5
    assert sql(store_url, "SELECT absent FROM minibar_ml.ml_source_contract") == [(["custody"],)]


@pytest.fixture
def limited(make_database: Callable[..., str]) -> Iterator[tuple[str, str]]:
    """URLs of a hotel's database for its owner, and for a role that may read all of the source but the stays."""
    from conftest import load_sql

    from minibar_ml.store.sql_files import sql_folder

    url = make_database()
    load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
    SmallHotel(url)
    name = make_url(url).database
    sql(url, f"CREATE ROLE limited LOGIN; GRANT CREATE ON DATABASE {name} TO limited")
    sql(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO limited; REVOKE SELECT ON misafir_kayitlari FROM limited")
    yield url, make_url(url).set(username="limited").render_as_string(hide_password=False)
    sql(url, "DROP OWNED BY limited; DROP ROLE limited")


def test_a_source_table_that_is_not_granted_is_named_and_granting_it_is_enough(
    limited: tuple[str, str], capsys: Capture
) -> None:
    owner, role = limited
    assert command(role, "db", "init", "--quiet") == 5
    refused(capsys, 5, "may not SELECT from misafir_kayitlari", "Grant it SELECT")
    assert command(role, "collect", "--as-of", AS_OF, "--quiet") == 5
    refused(capsys, 5, "may not SELECT from misafir_kayitlari")
    sql(owner, "GRANT SELECT ON misafir_kayitlari TO limited")
    done(role, "collect", "--as-of", AS_OF, "--quiet")


def test_the_store_needs_no_more_of_the_source_than_to_read_it(limited: tuple[str, str]) -> None:
    owner, role = limited
    sql(owner, "GRANT SELECT ON misafir_kayitlari TO limited")
    for arguments in (["db", "init"], ["collect"], ["train"], ["detect"]):
        done(role, *arguments, "--quiet")


def test_a_role_that_may_not_write_the_store_gets_an_error(store_url: str, capsys: Capture) -> None:
    sql(store_url, "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA minibar_ml TO reader")
    sql(store_url, "GRANT SELECT ON ALL TABLES IN SCHEMA minibar_ml TO reader")
    url = make_url(store_url).set(username="reader").render_as_string(hide_password=False)
    try:
        assert command(url, "collect", "--quiet") == 5
        refused(capsys, 5, "reader has no rights in the store", "access add", "minibar_ml_collector")
        sql(store_url, "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA minibar_ml TO reader")
        assert command(url, "collect", "--quiet") == 5
        refused(capsys, 5, "reader sees nothing", "access add", "minibar_ml_collector")
        sql(store_url, "INSERT INTO minibar_ml.ml_access (database_role, role) VALUES ('reader', 'viewer')")
        assert command(url, "collect", "--quiet") == 5
        refused(capsys, 5, "login may not run jobs", "no right on table")
    finally:
        sql(store_url, "DROP OWNED BY reader; DROP ROLE reader")


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("ML_TIMEZONE", "Europe/Atlantis", ["ML_TIMEZONE='Europe/Atlantis'", "Europe/Nicosia"]),
        ("ML_TIMEZONE", "", ["ML_TIMEZONE"]),
        ("ML_LANG", "xx", ["ML_LANG", "tr, en"]),
        ("ML_ENABLED", "perhaps", ["ML_ENABLED", "true or false"]),
        ("ML_TRAINING_DAYS", "many", ["ML_TRAINING_DAYS='many'", "a whole number"]),
        ("ML_TRAINING_DAYS", "1", ["ML_TRAINING_DAYS=1", "between 7 and 366"]),
        ("ML_ALERT_BUDGET", "nan", ["ML_ALERT_BUDGET", "between 0.01 and 1000.0"]),
        ("ML_CONFIG_FILE", "/nowhere/settings.toml", ["/nowhere/settings.toml", "ML_CONFIG_FILE"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(
    variable: str, value: str, named: list[str], capsys: Capture
) -> None:
    assert command(DOWN, "alerts", "list", **{variable: value}) == 3
    refused(capsys, 3, *named)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("lang = ", ["not valid TOML"]),
        ("langs = 'tr'", ["Unknown setting 'langs'", "minibar-ml docs settings"]),
        ("training_days = 'x'", ["ML_TRAINING_DAYS='x'"]),
        (b"\xff\xfe", ["not valid TOML"]),
    ],
)
def test_a_wrong_settings_file_is_named(
    content: str | bytes, named: list[str], tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert command(DOWN, "alerts", "list", ML_CONFIG_FILE=str(path)) == 3
    line = refused(capsys, 3, *named)
    assert str(path) in line or "ML_" in line


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (["alerts", "list", "--type", "ghosts"], 2, ["--type 'ghosts'", "vacant_consumption"]),
        (["alerts", "list", "--severity", "awful"], 2, ["--severity 'awful'", "critical"]),
        (["alerts", "list", "--status", "gone"], 2, ["--status 'gone'", "acknowledged"]),
        (["alerts", "list", "--sort", "luck"], 2, ["--sort 'luck'", "impact"]),
        (["alerts", "list", "--hotel", "99"], 5, ["99"]),
        (["alerts", "show", "4711"], 5, ["no alert 4711", "alerts list"]),
        (["alerts", "false-positive", "4711", "4712"], 5, ["4711, 4712"]),
        (["alerts", "stats", "--window", "1y"], 2, ["--window '1y'", "30d"]),
        (["alerts", "list", "--since", "2025-11-10", "--until", "2025-11-09"], 2, ["must be before"]),
        (["alerts", "list", "--since", "someday"], 2, ["--since 'someday'", "2026-03-01"]),
        (
            ["detect", "--since", "2025-11-10", "--until", "2025-11-09"],
            2,
            ["--since 2025-11-10 must be before --until"],
        ),
        (["detect", "--until", "2025-11-09"], 2, ["--until needs --since"]),
        (
            ["detect", "--since", "2025-11-10", "--as-of", "2025-11-09"],
            2,
            ["--since 2025-11-10 must not be after"],
        ),
        (
            ["collect", "--since", "2025-11-10", "--as-of", "2025-11-09"],
            2,
            ["--since 2025-11-10 must not be after"],
        ),
        (["collect", "--as-of", "when I say"], 2, ["--as-of 'when I say'", "2026-03-01T18:00"]),
        (["models", "rollback", "luck", "--hotel", "1"], 2, ["'luck' is not one of stock_level", "room_consumption"]),
        (["models", "rollback", "room_consumption", "--hotel", "1"], 5, ["no active model", "models list"]),
        (["models", "list", "--hotel", "99"], 5, ["hotel 99"]),
        (["report", "weekly", "--hotel", "99"], 5, ["99"]),
        (["report", "weekly", "--ending", "soon"], 2, ["--ending 'soon'", "2026-03-01"]),
        (["alerts", "comment", "1", "y" * 4001], 2, ["at most 4000 characters"]),
        (["report", "weekly", "--format", "png"], 2, ["--format 'png'", "html"]),
        (["db", "init", "--without", "luck"], 2, ["--without luck", "stays"]),
        (["db", "init", "--with", "luck"], 2, ["--with luck", "stays"]),
        (["db", "init", "--with", "stays", "--without", "stays"], 2, ["--with stays", "cannot be combined"]),
    ],
)
def test_unknown_words_and_impossible_spans_are_named_with_what_there_is(
    store_url: str, arguments: list[str], status: int, named: list[str], capsys: Capture
) -> None:
    SmallHotel(store_url)
    assert command(store_url, *arguments) == status
    refused(capsys, status, *named)
    assert sql(store_url, "SELECT count(*) FROM minibar_ml.ml_metrics") == [(0,)]


@pytest.mark.parametrize("job", ["collect", "train", "detect"])
def test_an_as_of_in_the_future_is_refused(store_url: str, job: str, capsys: Capture) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    assert command(store_url, job, "--as-of", tomorrow) == 2
    refused(capsys, 2, f"--as-of {tomorrow}", "in the future")
    assert sql(store_url, "SELECT count(*) FROM minibar_ml.ml_job_runs") == [(0,)]


def test_training_without_a_key_says_how_to_make_one_and_trains_nothing(store_url: str, capsys: Capture) -> None:
    assert command(store_url, "train", ML_ENCRYPTION_KEYS="") == 3
    refused(capsys, 3, "No key", "minibar-ml keys new")
    assert command(store_url, "train", ML_ENCRYPTION_KEYS=SECRET) == 3
    refused(capsys, 3, "is not a Fernet key")
    assert sql(store_url, "SELECT count(*) FROM minibar_ml.ml_job_runs") == [(0,)]


def test_a_key_file_that_others_can_read_is_refused_with_what_to_do(
    store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "open.key"
    key = Fernet.generate_key().decode()
    path.write_text(key)
    path.chmod(0o644)
    assert command(store_url, "train", ML_ENCRYPTION_KEYS="", ML_KEY_FILE=str(path)) == 3
    assert key not in refused(capsys, 3, str(path), "0644", f"chmod 600 {path}")
    path.chmod(0o600)
    assert command(store_url, "train", "--quiet", ML_ENCRYPTION_KEYS="", ML_KEY_FILE=str(path)) == 0


@pytest.mark.parametrize("job", [["collect"], ["train"], ["detect"], ["report", "weekly"]])
def test_a_switched_off_system_does_nothing_and_says_so(job: list[str], capsys: Capture) -> None:
    assert command(DOWN, *job, ML_ENABLED="false") == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "Nothing done: ML_ENABLED is false.\n")
    assert command(DOWN, *job, "--quiet", ML_ENABLED="false") == 0
    assert capsys.readouterr().err == ""


def test_quiet_jobs_that_do_well_say_nothing_at_all(store_url: str, tmp_path: Path, capsys: Capture) -> None:
    SmallHotel(store_url).visit(1, "2025-11-10 10:00", {1: 1})
    at = ["--as-of", AS_OF, "--quiet"]
    jobs = (["db", "init", "--quiet"], ["db", "upgrade", "--quiet"], ["collect", *at], ["train", *at], ["detect", *at])
    for arguments in (*jobs, ["report", "weekly", "--out", str(tmp_path), *at], ["alerts", "list", "--quiet"]):
        done(store_url, *arguments)
        shown = capsys.readouterr()
        assert (shown.out, shown.err) == ("", ""), arguments


JSON_KEYS: dict[str, set[str] | None] = {
    "collect": {"since", "until", "points", "metrics", "refused", "warnings", "missing"},
    "train": {"trained", "detectors", "verdicts", "false_shares", "pruned", "forecasts", "phases"},
    "detect": {"since", "until", "hotels", "findings", "transitions", "phases", "refused"},
    "alerts list": None,
    "alerts stats": {"window", "since", "until", "rooms", "alerts", "by_type", "by_day", "budget_alerts", "precision"},
    "models list": None,
    "report weekly": {"kind", "period", "generated_at", "total", "live", "actions", "trend", "money", "models"},
    "db status": None,
    "db check": {"server", "layout", "usable", "missing", "without", "parts", "idle", "numbered"},
    "keys status": {"source", "keys", "models", "addresses", "removable"},
}
"""By command, keys of the object that it prints; None: a list."""
DATED = {"collect", "train", "detect", "alerts stats", "report weekly"}


def test_json_is_one_document_with_its_keys_and_nothing_else(store_url: str, capsys: Capture) -> None:
    SmallHotel(store_url).visit(1, "2025-11-10 10:00", {1: 1})
    for name, keys in JSON_KEYS.items():
        done(store_url, *name.split(), *(["--as-of", AS_OF] if name in DATED else []), "--json")
        document = json.loads(capsys.readouterr().out)
        assert type(document) is (list if keys is None else dict), name
        assert (keys or set()) <= set(document if keys else ()), name


def test_a_pipe_gets_no_colours_and_no_progress(store_url: str, capsys: Capture) -> None:
    SmallHotel(store_url).visit(1, "2025-11-10 10:00", {1: 1})
    for arguments in (
        ["collect", "--as-of", AS_OF], ["train", "--as-of", AS_OF],
        ["detect", "--since", "2025-11-10", "--as-of", AS_OF], ["alerts", "list"], ["models", "list"],
    ):  # fmt: skip
        done(store_url, *arguments)
        shown = capsys.readouterr()
        assert not re.search("\x1b|\r", shown.out + shown.err), arguments


def test_a_mistyped_command_is_a_usage_error(capsys: Capture) -> None:
    assert main(["alert", "list"]) == 2
    assert "No such command 'alert'" in capsys.readouterr().err
