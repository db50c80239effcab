"""Several databases, each with a profile: one command looks at all of them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.hotels.simulated import sql

from minibar_ml.cli.app import main
from minibar_ml.config import location
from minibar_ml.domain.errors import ExitCode


@pytest.fixture
def chain(passing_database: Callable[..., str], template: str) -> Path:
    """Two hotels' databases with a profile each; the folder of profiles."""
    for name in ("bodrum", "izmir"):
        url = passing_database(template)
        sql(url, "UPDATE minibar_ml.ml_schema_migrations SET applied_at = now()")
        add(name, url)
    return location.user_folder()


def add(name: str, url: str) -> None:
    path = location.user_folder() / name / ".env"
    path.parent.mkdir(parents=True)
    path.write_text(f"ML_DATABASE_URL='{url}'\nML_TIMEZONE=Europe/Istanbul\n")
    path.chmod(0o600)


def test_one_command_shows_every_profile_under_its_name(chain: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--all-profiles"]) == ExitCode.OK
    shown = capfd.readouterr().out
    assert shown.index("== bodrum\n") < shown.index("collect") < shown.index("\n== izmir\n") < shown.rindex("collect")


def test_json_of_all_profiles_is_one_document_and_a_hotel_that_is_away_is_null(
    chain: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    add("kas", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["alerts", "list", "--json", "--all-profiles"]) == ExitCode.DATABASE_UNREACHABLE
    shown = capfd.readouterr()
    assert json.loads(shown.out) == {"bodrum": [], "izmir": [], "kas": None}
    assert "127.0.0.1" in shown.err


def test_a_profile_s_folder_is_its_profile_for_the_jobs_that_run_there(chain: Path) -> None:
    os.chdir(chain / "izmir")
    assert location.find().profile == "izmir"


def test_without_profiles_the_error_says_where_they_would_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--all-profiles"]) == ExitCode.CONFIGURATION
    assert f"{location.user_folder()}/NAME/.env" in capsys.readouterr().err
