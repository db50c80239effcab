"""`doctor` reports everything that is wrong at once, each with what to do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, make_url
from support.hotels.simulated import KEY, done, sql
from support.servers.logins import drop_logins, login

from minibar_ml.artifacts.envelope import seal
from minibar_ml.artifacts.keys import parse_keys
from minibar_ml.cli.app import main
from minibar_ml.cli.doctor import host, server, store
from minibar_ml.cli.doctor.commands import guarded
from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.health import Check
from minibar_ml.domain.models import ModelHeader, NewModel
from minibar_ml.store import models
from minibar_ml.store.engine import make_engine

PASSWORD = "c0rrect-h0rse"
HEADER = ModelHeader("statistics", "room_consumption", 1, 1)


def found(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, list[dict[str, str]]]:
    """What doctor --json found, by check."""
    assert main(["doctor", "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] == (code == ExitCode.OK)
    checks: dict[str, list[dict[str, str]]] = {}
    for check in document["checks"]:
        checks.setdefault(check["name"], []).append(check)
    return checks


def words_of(checks: dict[str, list[dict[str, str]]], name: str) -> str:
    """State, finding and hint of a check as one text."""
    return " | ".join(f"{one['state']}: {one['found']} {one['hint']}".strip() for one in checks[name])


def failed(checks: dict[str, list[dict[str, str]]]) -> set[str]:
    """The checks that something is wrong with."""
    return {name for name, ones in checks.items() if any(one["state"] == "failed" for one in ones)}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_ENCRYPTION_KEYS", KEY)


@pytest.fixture
def role(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A role that may read the source, and connects; dropped at the end."""
    name = make_url(store_url).database or ""
    sql(store_url, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    sql(store_url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    url = make_url(store_url).set(username=name, password=PASSWORD)
    monkeypatch.setenv("ML_DATABASE_URL", url.render_as_string(hide_password=False))
    yield name
    sql(store_url, f"DROP OWNED BY {name}")
    sql(store_url, f"DROP ROLE {name}")


@pytest.mark.usefixtures("store_url", "key")
def test_of_a_new_installation_only_the_superuser_is_wrong_and_warnings_say_what_comes_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert words_of(checks, "source").startswith("ok: minibar")
    assert failed(checks) == {"rights"}
    assert words_of(checks, "rights").startswith("failed: role postgres is a superuser")
    assert "`minibar-ml train`" in words_of(checks, "models")
    assert "`minibar-ml collect` creates them" in words_of(checks, "partitions")
    assert "warning: collect: never" in words_of(checks, "jobs")
    for name in ("settings", "files", "key", "server", "clock", "time_zone", "schema", "store"):
        assert words_of(checks, name).startswith("ok: "), name


@pytest.mark.usefixtures("store_url", "key")
@pytest.mark.parametrize("columns", [80, 120])
def test_lines_fit_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["doctor"]) == ExitCode.UNEXPECTED
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= columns
    assert "ok        schema      current" in shown


def test_without_a_database_all_else_is_still_checked_and_no_password_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_DATABASE_URL", f"postgresql://minibar:{PASSWORD}@127.0.0.1:1/hotel")
    assert main(["doctor", "--verbose"]) == ExitCode.UNEXPECTED
    shown = capsys.readouterr()
    assert PASSWORD not in shown.out + shown.err
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert "failed: 127.0.0.1" in words_of(checks, "database")
    assert "keys new" in words_of(checks, "key")
    assert words_of(checks, "schema") == "skipped: database unreachable"
    assert words_of(checks, "report_dir").startswith("ok")


@pytest.mark.usefixtures("store_url", "key")
def test_every_wrong_setting_is_reported_and_misspelt_ones_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("ML_LANG", "fr")
    monkeypatch.setenv("ML_LOOKBACK_DAYS", "many")
    monkeypatch.setenv("ML_DATA_COLLECTION_INTERVAL", "90")
    (tmp_path / ".env").write_text(f"ML_TIME_ZONE=Asia/Tokyo\nML_QUUX={PASSWORD}\n")
    checks = found(capsys, ExitCode.UNEXPECTED)
    words = words_of(checks, "settings")
    for expected in ("failed: ML_LANG='fr'", "failed: ML_LOOKBACK_DAYS='many'", "failed: ML_DATA_COLLECTION_INTERVAL"):
        assert expected in words
    assert "warning: Unknown setting ML_TIME_ZONE ignored; did you mean ML_TIMEZONE?" in words
    assert "warning: Unknown setting ML_QUUX" in words
    assert PASSWORD not in words
    assert words_of(checks, "schema").startswith("ok")


@pytest.mark.usefixtures("database", "key")
def test_an_empty_database_is_reported_once_and_what_needs_a_store_is_skipped(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_DATABASE_URL", database)
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert "failed: there is no store yet" in words_of(checks, "schema")
    assert "minibar-ml setup" in words_of(checks, "schema")
    assert "tables are not recognised" in words_of(checks, "source")
    assert {words_of(checks, name) for name in store.NEED_STORE - {"source"}} == {"skipped: no store yet"}


@pytest.mark.usefixtures("key")
def test_before_there_is_a_store_the_application_is_recognised(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, "DROP SCHEMA minibar_ml CASCADE")
    assert words_of(found(capsys, ExitCode.UNEXPECTED), "source") == "ok: minibar: recognised"


@pytest.mark.usefixtures("key")
def test_a_schema_behind_or_ahead_is_reported_and_the_rest_is_checked(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, "INSERT INTO minibar_ml.ml_schema_migrations (version, name, checksum) VALUES (9999, 'x', 'x')")
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert "version 9999" in words_of(checks, "schema")
    assert words_of(checks, "source").startswith("ok")
    last = "(SELECT max(version) FROM minibar_ml.ml_schema_migrations)"
    for _ in range(2):
        sql(store_url, f"DELETE FROM minibar_ml.ml_schema_migrations WHERE version = {last}")
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert "failed: The store lacks migration 00" in words_of(checks, "schema")
    assert words_of(checks, "store").startswith("ok")


@pytest.mark.usefixtures("key")
def test_a_source_table_that_is_gone_is_named(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql(store_url, "DROP TABLE misafir_kayitlari CASCADE")
    assert "there is no table misafir_kayitlari" in words_of(found(capsys, ExitCode.UNEXPECTED), "source")


@pytest.mark.usefixtures("key")
def test_a_table_that_is_there_and_may_not_be_read_is_no_missing_table(
    store_url: str, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, f"GRANT USAGE ON SCHEMA minibar_ml TO {role}")
    sql(store_url, f"GRANT ALL ON ALL TABLES IN SCHEMA minibar_ml TO {role}")
    sql(store_url, f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA minibar_ml TO {role}")
    sql(
        store_url,
        "CREATE TABLE dosya_yuklemeleri (id integer, otel_id integer, dosya_tipi text, yukleme_tarihi timestamptz,"
        " hatali_satir integer, toplam_satir integer)",
    )
    words = words_of(found(capsys, ExitCode.OK), "source")
    assert "| warning: not used, for this role may not SELECT from them: dosya_yuklemeleri" in words
    sql(store_url, f"GRANT SELECT ON dosya_yuklemeleri TO {role}")
    assert "warning" not in words_of(found(capsys, ExitCode.OK), "source")


@pytest.mark.usefixtures("key")
def test_a_role_that_may_write_to_the_source_fails(
    store_url: str, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, f"GRANT USAGE ON SCHEMA minibar_ml TO {role}")
    sql(store_url, f"GRANT ALL ON ALL TABLES IN SCHEMA minibar_ml TO {role}")
    assert words_of(found(capsys, ExitCode.UNEXPECTED), "store").startswith(
        f"failed: role {role} may not write ml_audit_log"
    )
    sql(store_url, f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA minibar_ml TO {role}")
    sql(store_url, f"REVOKE EXECUTE ON FUNCTION minibar_ml.ensure_partitions FROM {role}")
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert words_of(checks, "rights") == f"ok: role {role} can't change the source"
    assert words_of(checks, "store") == "ok: writable"
    assert "failed: none for" in words_of(checks, "partitions")
    sql(store_url, f"GRANT DELETE ON odalar TO {role}")
    sql(store_url, f"GRANT UPDATE (ad) ON oteller TO {role}")
    words = words_of(found(capsys, ExitCode.UNEXPECTED), "rights")
    assert words.startswith(f"failed: role {role} can change odalar, oteller of the source REVOKE")
    sql(store_url, f"REVOKE ALL ON odalar, oteller FROM {role}")
    sql(store_url, f"GRANT SELECT ON odalar, oteller TO {role}")
    sql(store_url, f"ALTER TABLE katlar OWNER TO {role}")
    words = words_of(found(capsys, ExitCode.UNEXPECTED), "rights")
    assert words.startswith(f"failed: role {role} can change katlar of the source")
    sql(store_url, "ALTER TABLE katlar OWNER TO postgres")


@pytest.mark.usefixtures("key")
def test_the_role_for_jobs_passes(
    store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done(store_url, "db", "roles", "--apply", "--quiet")
    url = login(store_url, "jobs")
    sql(store_url, f"GRANT minibar_ml_collector TO {make_url(url).username}")
    monkeypatch.setenv("ML_DATABASE_URL", url)
    try:
        checks = found(capsys, ExitCode.OK)
    finally:
        drop_logins(store_url)
    assert words_of(checks, "rights").startswith("ok")
    assert words_of(checks, "store") == "ok: writable"


@pytest.mark.usefixtures("key")
def test_a_store_that_this_role_may_not_write_or_even_see_is_reported(
    store_url: str, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert "ml_alert_events, ml_alerts, ml_attachments, ml_audit_log, ml_changed_days" in words_of(checks, "store")
    assert "has no access to the store" in words_of(checks, "schema")
    assert "not visible to this role" in words_of(checks, "jobs")
    sql(store_url, f"ALTER ROLE {role} SET default_transaction_read_only = on")
    assert "accepts no writes" in words_of(found(capsys, ExitCode.UNEXPECTED), "store")


@pytest.mark.usefixtures("key")
def test_roles_that_are_missing_outdated_or_gone_are_reported(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, "CREATE TABLE minibar_ml.ml_later ()")
    sql(store_url, "INSERT INTO minibar_ml.ml_access (database_role, role) VALUES ('gone_for_good', 'viewer')")
    done(store_url, "db", "roles", "--apply", "--quiet")
    sql(store_url, "ALTER TABLE minibar_ml.ml_later OWNER TO postgres")
    words = words_of(found(capsys, ExitCode.UNEXPECTED), "roles")
    assert "failed: ml_later added or changed since roles.sql was last run" in words
    assert "failed: role gone_for_good has access to hotels but does not exist" in words
    done(store_url, "access", "remove", "gone_for_good", "--quiet")
    done(store_url, "db", "roles", "--apply", "--quiet")
    assert words_of(found(capsys, ExitCode.UNEXPECTED), "roles").startswith("ok")


@pytest.fixture
def sealed(connection: Connection) -> bytes:
    """The bytes of an active model."""
    blob = seal({"format": 1}, HEADER, parse_keys(KEY, "test"))
    new = NewModel(header=HEADER, model_data=blob, data_points=1, trained_at=datetime.now(UTC))
    models.promote(connection, [one.id for one in models.insert(connection, [new])])
    connection.commit()
    return blob


def test_models_are_opened_with_the_key_and_a_changed_one_is_named(
    sealed: bytes, store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no key to open them with" in words_of(found(capsys, ExitCode.UNEXPECTED), "models")
    monkeypatch.setenv("ML_ENCRYPTION_KEYS", KEY)
    assert words_of(found(capsys, ExitCode.UNEXPECTED), "models") == "ok: all 1 active models can be opened"
    changed = sealed[:-20] + bytes([sealed[-20] ^ 1]) + sealed[-19:]
    sql(store_url, "UPDATE minibar_ml.ml_models SET model_data = :blob", blob=changed)
    words = words_of(found(capsys, ExitCode.UNEXPECTED), "models")
    assert f"failed: The {HEADER} was refused: its bytes were changed" in words


@pytest.mark.usefixtures("store_url")
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "minibar-ml.key"
    path.write_text(KEY)
    path.chmod(0o644)
    assert "chmod 600" in words_of(found(capsys, ExitCode.UNEXPECTED), "key")


@pytest.mark.parametrize(("mode", "state"), [(0o644, "failed"), (0o640, "failed"), (0o600, "ok")])
@pytest.mark.usefixtures("store_url", "key")
def test_a_settings_file_that_holds_a_secret_is_its_owners_alone(
    tmp_path: Path, mode: int, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ".env"
    path.write_text("ML_SMTP_PASSWORD=t0psecret\n")
    path.chmod(mode)
    words = words_of(found(capsys, ExitCode.UNEXPECTED), "settings")
    assert words.startswith(f"{state}: ")
    assert (f"{path} holds a secret and is readable by others (mode {mode:04o})" in words) == (state == "failed")
    assert "t0psecret" not in words


@pytest.mark.usefixtures("key")
def test_a_late_job_fails(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql(store_url, "UPDATE minibar_ml.ml_schema_migrations SET applied_at = now() - interval '90 days'")
    sql(
        store_url,
        "INSERT INTO minibar_ml.ml_job_runs (job, as_of, outcome, ended_at)"
        " VALUES ('collect', now() - interval '3 hours', 'done', now())",
    )
    assert "failed: collect is late: last success 3 h ago" in words_of(found(capsys, ExitCode.UNEXPECTED), "jobs")


@pytest.mark.usefixtures("store_url", "key")
def test_bad_schedules_files_and_folders_are_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_ANOMALY_CHECK_INTERVAL", str(7 * 60))
    monkeypatch.setenv("ML_EVENTS_FILE", str(tmp_path / "none.csv"))
    monkeypatch.setenv("ML_REPORT_DIR", "/proc/reports")
    checks = found(capsys, ExitCode.UNEXPECTED)
    assert "cron can't keep" in words_of(checks, "settings")
    assert "none.csv" in words_of(checks, "files")
    assert "/proc is not writable" in words_of(checks, "report_dir")


def test_a_zone_that_the_server_does_not_know_is_reported(connection: Connection) -> None:
    class Renamed(ZoneInfo):
        """A zone whose name the server does not know."""

        key = "Europe/Atlantis"  # type: ignore[assignment]

    zone = Renamed.no_cache("Europe/Nicosia")
    (check,) = server.time_zone(connection, zone, datetime.now(UTC))
    assert (check.state, check.found) == ("failed", "the server does not know Europe/Atlantis")


@pytest.mark.parametrize(("seconds", "state"), [(-6, "failed"), (-4, "ok"), (0, "ok"), (4, "ok"), (6, "failed")])
def test_clocks_may_differ_by_five_seconds(seconds: int, state: str) -> None:
    now = datetime.now(UTC)
    check = server.compare_clocks(now, now + timedelta(seconds=seconds), now)
    assert check.state == state
    # The time that asking took is not a difference.
    assert server.compare_clocks(now, now + timedelta(seconds=20), now + timedelta(seconds=30)).state == "ok"


@pytest.mark.parametrize(("free", "state"), [(5e9, "ok"), (5e8, "warning"), (5e7, "failed")])
def test_little_space_is_reported_before_there_is_none(free: float, state: str) -> None:
    assert host.space(Path("/reports"), int(free)).state == state


def test_an_unexpected_error_is_reported_and_hides_nothing(database: str) -> None:
    def look() -> Iterator[Check]:
        yield Check("one", "ok", "seen")
        raise RuntimeError("out of ink\nand more")

    assert list(guarded("one", look)) == [
        Check("one", "ok", "seen"),
        Check("one", "failed", "RuntimeError: out of ink"),
    ]
    with make_engine(database, "UTC").connect() as connection:
        (check,) = guarded("jobs", lambda: store.models(connection, parse_keys(KEY, "test")))
    assert "Something is missing in the database" in check.found
