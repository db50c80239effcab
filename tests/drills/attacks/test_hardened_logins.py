"""What docs/security.md has a superuser close: people's logins can't take the server down by it, and all else works."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import AS_OF, NOTHING_TO_LEARN, done, sql
from support.hotels.sources import SmallHotel
from support.servers.logins import drop_logins, login
from support.servers.sessions import refused

from minibar_ml import cli

PAGE = Path(cli.__file__).parents[2] / "docs" / "security.md"
CLOSING = re.compile(r"```sql\n(REVOKE TEMPORARY ON DATABASE hotel FROM PUBLIC;.*?)```", re.DOTALL)
CLOSED = (
    "CREATE TEMPORARY TABLE filled (x text)",
    "SELECT pg_advisory_lock(g) FROM generate_series(1, 20000) g",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock_shared(1, 2)",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_logical_emit_message(false, 'x', 'x')",
)
JOBS = (("collect",), ("train",), ("detect",), ("alerts", "notify"), ("report", "weekly", "--out", "."))
PEOPLE = (("alerts", "list"), ("alerts", "stats"), ("forecast",), ("report", "weekly", "--json"))


@pytest.fixture
def hotel(store_url: str) -> Iterator[str]:
    """A hotel with a few visits and the roles, closed as the page says."""
    small = SmallHotel(store_url)
    for day in range(1, 17):
        small.visit(1, f"2025-11-{day:02} 10:00", {1: 1})
    done(store_url, "db", "roles", "--apply", "--quiet")
    found = CLOSING.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    sql(store_url, found[1].replace(" hotel ", f" {make_url(store_url).database} ").replace(":", r"\:"))
    yield store_url
    drop_logins(store_url)


def test_what_is_closed_to_everybody_is_closed_to_people_and_open_to_jobs(
    hotel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keeper = login(hotel, "keeper", "--as", "storekeeper", "--hotel", "1")
    boss = login(hotel, "boss", "--as", "administrator", "--hotel", "1")
    for statement in CLOSED:
        assert "permission denied" in refused(keeper, statement), statement
    jobs = login(hotel, "jobs")
    sql(hotel, f"GRANT minibar_ml_collector TO {make_url(jobs).username}")
    for words in JOBS:
        done(jobs, *words, "--as-of", AS_OF, "--quiet", **NOTHING_TO_LEARN)
    for who in (keeper, boss):
        for words in PEOPLE:
            done(who, *words, "--quiet")
    done(boss, "report", "weekly", "--out", ".", "--quiet")
