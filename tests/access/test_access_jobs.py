"""The jobs run as the collector, and a hotel's people read what came of it, each with no more rights than theirs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import AS_OF, command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.alerting.kinds import types_where
from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import Layout


@pytest.fixture(scope="module")
def checked(make_database: Callable[..., str], hotel_sources: dict[Layout, str]) -> Iterator[tuple[str, str]]:
    """A hotel whose collect, train and detect ran as a member of the collector's group; its URL and that role's."""
    url = make_database(hotel_sources["a"])
    done(url, "db", "roles", "--apply", "--quiet")
    jobs = login(url, "jobs")
    sql(url, f"GRANT minibar_ml_collector TO {make_url(jobs).username}")
    done(jobs, "collect", "--as-of", AS_OF, "--quiet")
    done(jobs, "train", "--as-of", AS_OF, "--quiet")
    done(jobs, "detect", "--as-of", AS_OF, "--quiet")
    yield url, jobs
    drop_logins(url)


def test_what_the_collector_found_is_what_the_owner_finds(
    checked: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    url, jobs = checked
    assert sql(url, "SELECT count(*) > 0, bool_and(database_role = :role) FROM minibar_ml.ml_audit_log"
                    " WHERE action LIKE 'models.%'", role=make_url(jobs).username) == [(True, True)]  # fmt: skip
    found = []
    for one in (url, jobs):
        capsys.readouterr()
        done(one, "alerts", "list", "--status", "all", "--json")
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1] != []


@pytest.mark.parametrize(
    "words",
    [
        ["report", "weekly", "--ending", "2025-11-16", "--out", "."],
        ["forecast"],
        ["metrics", "pace", "--as-of", AS_OF],
        ["metrics", "trend", "--as-of", AS_OF],
        ["models", "list"],
        ["models", "rollback", "room_consumption", "--hotel", "1"],
        ["audit", "list"],
        ["audit", "verify"],
        ["alerts", "stats", "--as-of", AS_OF],
    ],
)
def test_an_administrator_works_with_all_of_their_hotel(
    checked: tuple[str, str], words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    url, _ = checked
    role = f"boss{abs(hash(tuple(words))) % 10_000}"
    boss = login(url, role, "--as", "administrator", "--hotel", "1")
    status = command(boss, *words)
    said = capsys.readouterr()
    assert "denied" not in said.err
    assert "Traceback" not in said.err
    nothing_to_do = words[:2] == ["models", "rollback"] and "older version to go back to" in said.err
    assert status == ExitCode.OK or nothing_to_do, said.err


def test_a_storekeeper_reads_stock_and_its_forecast_and_no_names_of_attendants(
    checked: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    url, _ = checked
    keeper = login(url, "keeper", "--as", "storekeeper", "--hotel", "1")
    done(keeper, "alerts", "list", "--status", "all", "--json")
    assert {alert["type"] for alert in json.loads(capsys.readouterr().out)} <= set(
        types_where(lambda kind: kind.is_stock)
    )
    done(keeper, "metrics", "trend", "--as-of", AS_OF)
    capsys.readouterr()
    done(keeper, "forecast", "--json")
    assert json.loads(capsys.readouterr().out)
    assert "permission denied" in psql(keeper, "SELECT name FROM minibar_ml.source_users()")


def test_who_has_access_is_shown_to_the_jobs_too(checked: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    url, jobs = checked
    bound = str(make_url(login(url, "bound", "--as", "storekeeper", "--hotel", "1")).username)
    capsys.readouterr()
    done(jobs, "access", "list")
    shown = capsys.readouterr()
    assert bound in shown.out
    assert "No login has access" not in shown.err
