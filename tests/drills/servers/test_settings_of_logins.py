"""What a login sets of itself, or takes back, is noticed: whoever has it may change that for sessions to come."""

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import command, done, sql
from support.servers.logins import drop_logins, login, psql

RESET = "SET TRANSACTION READ WRITE; ALTER ROLE CURRENT_USER RESET ALL"
SETTINGS = (
    "statement_timeout = '7s'", "idle_in_transaction_session_timeout = '7s'", "enable_hashjoin = off",
    "default_transaction_read_only = on", "default_transaction_isolation = 'serializable'", "row_security = off",
    "DateStyle = 'ISO, DMY'", "random_page_cost = 900", "join_collapse_limit = 1",
)  # fmt: skip


def _said(url: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    command(url, "doctor")
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture
def jobs(store_url: str) -> Iterator[str]:
    """The URL of a login of the jobs."""
    done(store_url, "db", "roles", "--apply", "--quiet")
    url = login(store_url, "jobs")
    sql(store_url, f"GRANT minibar_ml_collector TO {make_url(url).username}")
    try:
        yield url
    finally:
        drop_logins(store_url)


def test_doctor_names_what_the_login_has_set_of_itself(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "sets nothing that changes how jobs run" in _said(jobs, capsys)
    for setting in SETTINGS:
        assert psql(jobs, f"ALTER ROLE CURRENT_USER SET {setting}") == ""
        assert f"settings of this login: {setting.split()[0].lower()} = " in _said(jobs, capsys).lower(), setting
        assert psql(jobs, RESET) == ""
    assert "sets nothing that changes how jobs run" in _said(jobs, capsys)


def test_a_search_path_that_was_taken_back_is_named_and_blinds_no_other_check(
    store_url: str, jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = make_url(jobs).username
    sql(store_url, "CREATE SCHEMA pms")
    for (table,) in sql(store_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        sql(store_url, f'ALTER TABLE public."{table}" SET SCHEMA pms')
    database = make_url(store_url).database
    sql(store_url, f"ALTER DATABASE {database} SET search_path = pms")
    done(store_url, "db", "init", "--quiet")
    done(store_url, "db", "roles", "--apply", "--quiet")
    sql(store_url, f"ALTER DATABASE {database} RESET search_path")
    sql(store_url, f"ALTER ROLE {name} SET search_path = pms")
    assert "its search_path does not have pms" not in _said(jobs, capsys)
    psql(jobs, RESET)
    done(jobs, "collect", "--quiet")
    sql(store_url, f"GRANT INSERT ON pms.odalar TO {name}")
    said = _said(jobs, capsys)
    assert "its search_path does not have pms, where the source's tables are" in said
    assert f"role {name} can change odalar of the source" in said
