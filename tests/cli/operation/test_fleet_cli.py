"""A fleet: one command for several stores, of which each that fails is a line."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import KEY, ZONE, command, done, engine_of, sql
from support.servers.mail_server import raise_alerts

from minibar_ml.config import fleet_file
from minibar_ml.domain.errors import ConfigurationError, ExitCode
from minibar_ml.simulate import HotelPlan, generate, write

Capture = pytest.CaptureFixture[str]
PLAN = HotelPlan(seed=3, ends_on=date(2025, 11, 16), rooms=5, days=20, timezone=ZONE)
LABELS = ("coast", "coast", "town", "town")
NOBODY = "postgresql://postgres@127.0.0.1:1/nobody"


@pytest.fixture(scope="module")
def stores(make_database: Callable[..., str]) -> dict[str, str]:
    """The databases of two hotels, and of one whose store is of an older program."""
    world, urls = generate(PLAN), {}
    for name in ("deniz", "liman", "old"):
        urls[name] = make_database()
        write(engine_of(urls[name]), world, "b", ZONE)
        done(urls[name], "db", "init", "--quiet")
    sql(urls["old"], "DELETE FROM minibar_ml.ml_schema_migrations WHERE version > 20")
    return urls


@pytest.fixture
def inventory(stores: dict[str, str], tmp_path: Path) -> Path:
    """All of them and one that does not answer, in the working directory."""
    all_of_them = {**stores, "gone": NOBODY}
    members = [
        f'[[member]]\nname = "{name}"\nurl = "{url}"\ntimezone = "{ZONE}"\nlabels = ["{label}"]\n'
        for (name, url), label in zip(all_of_them.items(), LABELS, strict=True)
    ]
    path = tmp_path / "fleet.toml"
    path.write_text("\n".join(members), encoding="utf-8")
    path.chmod(0o600)
    return path


def _fleet(inventory: Path, *words: str) -> int:
    first, *rest = words
    return command("", "fleet", first, "--inventory", str(inventory), *rest, ML_ENCRYPTION_KEYS=KEY)


def test_a_member_that_fails_is_a_line_and_the_others_are_done(
    inventory: Path, stores: dict[str, str], capsys: Capture
) -> None:
    words = ["--jobs", "2", "--json", "--", "collect", "--as-of", "2025-11-17"]
    assert _fleet(inventory, "run", *words) == ExitCode.PARTLY_DONE
    answers = {one["member"]: one for one in json.loads(capsys.readouterr().out)}
    assert {name: one["state"] for name, one in answers.items()} == {
        "deniz": "done", "liman": "done", "old": "skipped", "gone": "failed",
    }  # fmt: skip
    assert "db upgrade" in answers["old"]["why"] and "127.0.0.1" in answers["gone"]["why"]
    points = "SELECT * FROM minibar_ml.ml_metrics ORDER BY 1, 2, 3, 4, 5, 6"
    assert sql(stores["deniz"], points) == sql(stores["liman"], points) != []
    assert _fleet(inventory, "run", "--label", "coast", "--", "detect", "--as-of", "2025-11-17") == ExitCode.OK


def test_status_alerts_and_report_show_the_worst_first(
    inventory: Path, stores: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    for name, type_ in (("deniz", "stock_anomaly"), ("liman", "shrinkage")):
        raise_alerts(stores[name], type_=type_)
    assert _fleet(inventory, "status", "--json") == ExitCode.PARTLY_DONE
    rows = json.loads(capsys.readouterr().out)
    assert [one["is_known"] for one in rows] == [False, False, True, True]
    assert _fleet(inventory, "alerts", "--label", "coast", "--json") == ExitCode.OK
    assert {one["member"] for one in json.loads(capsys.readouterr().out)} == {"deniz", "liman"}
    assert _fleet(inventory, "report", "--out", str(tmp_path)) == ExitCode.PARTLY_DONE
    page = (tmp_path / "fleet.html").read_text(encoding="utf-8")
    assert page.index('data-member="gone"') < page.index('data-member="deniz"')
    assert not re.search(r"\d{4}-\d\d-\d\d", page), "days look as in a report"


def test_a_member_that_takes_too_long_is_ended(inventory: Path, stores: dict[str, str], capsys: Capture) -> None:
    words = ["--member", "deniz", "--timeout", "1", "--json", "--", "train", "--as-of", "2025-11-17"]
    with engine_of(stores["deniz"]).begin() as other:
        other.exec_driver_sql("LOCK TABLE minibar_ml.ml_job_runs IN ACCESS EXCLUSIVE MODE")
        assert _fleet(inventory, "run", *words) == ExitCode.PARTLY_DONE
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["state"] == "timeout"


def test_a_job_in_progress_is_no_failure(inventory: Path, stores: dict[str, str], capsys: Capture) -> None:
    with engine_of(stores["deniz"]).begin() as other:
        other.exec_driver_sql("SELECT FROM minibar_ml.ml_job_locks WHERE name = 'collect' FOR UPDATE")
        assert _fleet(inventory, "run", "--member", "deniz", "--json", "collect") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)[0]["state"] == "locked"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('member = 3', "[[member]]"),
        ('[[member]]\nname = "a"', "either url or service"),
        ('[[member]]\nname = "a b"\nservice = "a"', "name must be"),
        ('[[member]]\nname = "a"\nurl = "postgresql://me:secret@db/h"', "password_file"),
        ('[[member]]\nname = "a"\nservice = "a"\nzone = "x"', "unknown zone"),
        ('[[member]]\nname = "a"\nservice = "a"\n[[member]]\nname = "a"\nservice = "b"', "called a"),
        ("[[member", "Can't read"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_inventory_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigurationError) as raised:
        fleet_file.read(path)
    assert said in str(raised.value) and "secret" not in str(raised.value)


def test_an_inventory_that_others_may_write_is_refused(inventory: Path) -> None:
    inventory.chmod(0o666)
    with pytest.raises(ConfigurationError, match="written by others"):
        fleet_file.read(inventory)


def test_a_service_and_a_password_file_are_libpq_s(stores: dict[str, str], tmp_path: Path, monkeypatch: Any) -> None:
    url = make_url(stores["deniz"])
    services, passwords, path = (tmp_path / one for one in ("services", "passwords", "fleet.toml"))
    service = f"[deniz]\nhost={url.query['host']}\ndbname={url.database}\nuser={url.username}\n"
    services.write_text(service, encoding="utf-8")
    passwords.write_text("*:*:*:*:secret\n", encoding="utf-8")
    path.write_text('[[member]]\nname = "deniz"\nservice = "deniz"\npassword_file = "passwords"\n', encoding="utf-8")
    for one in (passwords, path):
        one.chmod(0o600)
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    assert _fleet(path, "run", "--", "collect", "--as-of", "2025-11-17") == ExitCode.OK
    passwords.chmod(0o644)
    assert _fleet(path, "run", "--", "collect", "--as-of", "2025-11-17") == ExitCode.PARTLY_DONE


def test_only_jobs_are_run_for_a_fleet(inventory: Path) -> None:
    assert _fleet(inventory, "run", "--", "keys", "create") == ExitCode.USAGE


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--cluster", "tcp://127.0.0.1:1"), ExitCode.USAGE, "by TLS alone"),
        (("--cluster", "tls://127.0.0.1:1", "--jobs", "2"), ExitCode.USAGE, "cannot be combined"),
        (("--cluster", "tls://127.0.0.1:1"), ExitCode.PRECONDITION, "pip install 'minibar-ml[cluster]'"),
    ],
)
def test_what_a_cluster_needs_is_named(
    inventory: Path, words: tuple[str, ...], status: int, said: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert _fleet(inventory, "run", *words, "collect") == status
    assert said in capsys.readouterr().err


def test_dask_is_imported_only_for_a_cluster() -> None:
    code = "import sys, minibar_ml.cli.fleet.commands; print({'distributed', 'dask'} & sys.modules.keys())"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert printed.stdout == "set()\n"
