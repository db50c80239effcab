"""`minibar-ml setup`: from a hotel's database to alerts and scheduled jobs, by one command that can be repeated."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.cli import systemd
from minibar_ml.cli.app import main
from minibar_ml.cli.setup import account, answers, commands, schedule
from minibar_ml.domain.errors import ExitCode, PreconditionFailed, UsageError
from minibar_ml.simulate import Layout
from minibar_ml.store.schema import grants
from minibar_ml.store.source.layouts import layouts

AUDITED = "SELECT max(id) FROM minibar_ml.ml_audit_log"

RUNS = "SELECT job, outcome FROM minibar_ml.ml_job_runs ORDER BY id"


@pytest.fixture
def source_url(passing_database: Callable[..., str], hotel_sources: dict[Layout, str]) -> Iterator[str]:
    """A hotel's database that minibar-ml has never seen."""
    url = passing_database(hotel_sources["a"])
    sql(url, "DROP SCHEMA minibar_ml CASCADE")
    yield url
    drop_logins(url)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the settings; the machine's folder of cron files is one of the test's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(schedule, "CRON", tmp_path / "cron.d")
    monkeypatch.setattr(systemd, "FOLDER", tmp_path / "systemd")
    (tmp_path / "cron.d").mkdir()
    return tmp_path / "hotel"


def setup(folder: Path, url: str, *more: str) -> int:
    return main(["setup", "--config", str(folder), "--database-url", url, "--timezone", "Europe/Nicosia", *more])


def test_a_hotel_s_database_becomes_alerts_and_jobs_that_run_and_a_second_run_changes_nothing(
    source_url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup(folder, source_url, "--currency", "TRY", "--schedule", "cron") == ExitCode.OK
    assert "$ minibar-ml alerts list" in capsys.readouterr().err
    assert sql(source_url, RUNS) == [("collect", "done"), ("train", "done"), ("detect", "done")]
    files = {path: path.stat() for path in (folder / ".env", folder / "minibar-ml.key", schedule.CRON / "minibar-ml")}
    assert [oct(stat.S_IMODE(found.st_mode)) for found in files.values()] == ["0o600", "0o600", "0o644"]
    assert f"ML_DATABASE_URL='{source_url}'\nML_TIMEZONE='Europe/Nicosia'" in (folder / ".env").read_text()
    (collect,) = [line for line in (schedule.CRON / "minibar-ml").read_text().splitlines() if " collect " in line]
    assert f" root cd {folder} && " in collect or os.geteuid() != 0
    before = sql(source_url, AUDITED)

    assert main(["setup", "--config", str(folder), "--schedule", "cron"]) == ExitCode.OK
    assert "Nothing to do" in capsys.readouterr().err
    assert sql(source_url, AUDITED) == before
    assert {path: path.stat() for path in files} == files

    assert main(["setup", "--config", str(folder), "--timezone", "Europe/Istanbul"]) == ExitCode.PRECONDITION
    assert f"{folder}/.env says something else than --timezone" in capsys.readouterr().err


def test_a_login_without_rights_gets_the_sql_that_gives_them_and_goes_on_afterwards(
    source_url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(source_url, "minibar")
    assert setup(folder, url, "--schedule", "none") == ExitCode.PRECONDITION
    said = capsys.readouterr().err
    assert f"`minibar-ml setup --sql | psql -1 -v ON_ERROR_STOP=1 {make_url(url).database}`" in said
    assert f"`\\password {make_url(url).username}`" in said
    assert main(["setup", "--sql", "--config", str(folder)]) == ExitCode.OK
    script = capsys.readouterr().out
    assert psql(source_url, script) == ""
    assert "permission denied" in psql(url, "UPDATE odalar SET oda_no = '1'")
    assert main(["setup", "--config", str(folder), "--schedule", "none"]) == ExitCode.OK
    assert "Check rights" not in capsys.readouterr().err
    assert psql(source_url, script) == ""  # it can be run again


def test_a_login_that_is_not_there_gets_the_same_words(
    source_url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = make_url(source_url).set(username="nobody_of_that_name").render_as_string(hide_password=False)
    assert setup(folder, unknown, "--schedule", "none") == ExitCode.DATABASE_UNREACHABLE
    assert "`minibar-ml setup --sql | psql" in capsys.readouterr().err


def test_the_sql_makes_a_login_that_is_not_there_and_quotes_its_name(source_url: str) -> None:
    name = f"o'neil_{make_url(source_url).database}"
    assert psql(source_url, grants.login_script(layouts(), name)) == ""
    assert sql(source_url, "SELECT rolcanlogin FROM pg_roles WHERE rolname = :name", name=name) == [(True,)]
    psql(source_url, f'DROP OWNED BY "{name}"; DROP ROLE "{name}"')


def test_without_a_terminal_what_has_no_default_is_asked_for_by_option(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup", "--config", str(folder)]) == ExitCode.USAGE
    assert "--database-url is needed" in capsys.readouterr().err
    assert main(["setup", "--config", str(folder), "--database-url", "postgresql://h/d"]) == ExitCode.USAGE
    assert "--timezone is needed" in capsys.readouterr().err
    assert setup(folder, "postgresql://u:it's@h/d") == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "%27" in said and "it's" not in said
    assert not (folder / ".env").exists()


def test_a_password_that_is_asked_for_is_written_as_a_url_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_words, **_options: "p@ss/word")
    assert answers._with_password("postgresql://minibar@h/d") == "postgresql://minibar:p%40ss%2Fword@h/d"
    assert answers._with_password("postgresql://minibar:x@h/d") == "postgresql://minibar:x@h/d"


def test_a_wrong_answer_is_asked_for_again_and_no_other_is_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["hotel", "postgresql://h/d", "Europe/Istnbul", "Europe/Istanbul", "fr", "tr", "türkçe", "TRY"])
    monkeypatch.setattr("typer.prompt", lambda *_words, **_options: next(typed))
    monkeypatch.setattr(answers, "can_ask", lambda: True)
    for name in answers.OPTIONS:
        monkeypatch.delenv(f"ML_{name.upper()}", raising=False)
    assert answers.complete(dict.fromkeys(answers.OPTIONS)) == {
        "ML_DATABASE_URL": "postgresql://h/d",
        "ML_TIMEZONE": "Europe/Istanbul",
        "ML_LANG": "tr",
        "ML_CURRENCY": "TRY",
    }
    said = capsys.readouterr().err.splitlines()
    named = [line.split()[0].split("=")[0] for line in said]
    assert named == ["ML_DATABASE_URL", "ML_TIMEZONE", "ML_LANG", "ML_CURRENCY"]


def test_only_root_sets_up_another_user_s_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(UsageError, match="only root"):
        account.chosen("minibar", Path("/srv/x"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_root_writes_as_the_user_and_is_root_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/root")
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # one of pytest's is closed to the user
        folder = Path(made) / "of" / "nobody"
        account.make_folder(folder, "nobody")
        with account.acting_as("nobody"):
            (folder / "file").touch()
            assert os.geteuid() == (folder / "file").stat().st_uid != 0
        assert os.geteuid() == 0
        assert account.chosen(None, folder) == "root"


def test_a_second_schedule_beside_the_first_is_refused_before_anything_is_done(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (schedule.CRON / "minibar-ml").write_text("# mine\n")
    assert setup(folder, "postgresql://h/d", "--schedule", "systemd") == ExitCode.PRECONDITION
    assert f"{schedule.CRON}/minibar-ml, and a second one would run each job twice" in capsys.readouterr().err
    assert not folder.exists()
    (schedule.CRON / "minibar-ml").unlink()
    systemd.FOLDER.mkdir()
    (systemd.FOLDER / "minibar-ml-collect.timer").touch()
    assert [schedule.chosen(None, ""), schedule.chosen(None, "north")] == ["systemd", "cron"]
    assert setup(folder, "postgresql://h/d", "--schedule", "cron") == ExitCode.PRECONDITION


def test_without_systemctl_timers_are_refused_before_anything_is_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert setup(folder, "postgresql://h/d", "--schedule", "systemd") == ExitCode.PRECONDITION
    assert "no systemctl: use --schedule cron" in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_an_environment_of_a_python_that_the_jobs_user_cannot_run_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, environment = tmp_path / "closed", Path(tempfile.mkdtemp(prefix="minibar-ml-test-"))
    closed.mkdir(mode=0o700)
    shutil.copy("/bin/true", closed / "python3.11")
    environment.chmod(0o755)
    (environment / "python").symlink_to(closed / "python3.11")
    monkeypatch.setattr(sys, "executable", str(environment / "python"))
    try:
        with account.acting_as("nobody"), pytest.raises(PreconditionFailed, match=f"cannot run {closed}/python3.11, "):
            commands.require_program("nobody")
    finally:
        shutil.rmtree(environment)


def test_a_schedule_that_somebody_changed_stays_as_it_is(
    source_url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (schedule.CRON / "minibar-ml").write_text("# mine\n")
    assert setup(folder, source_url, "--schedule", "cron", "--without", "custody") == ExitCode.OK
    assert "stays as it is" in capsys.readouterr().err
    assert (schedule.CRON / "minibar-ml").read_text() == "# mine\n"
    assert sql(source_url, "SELECT absent FROM minibar_ml.ml_source_contract") == [(["custody"],)]
