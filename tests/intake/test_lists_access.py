"""Who may write lists and who sees which of them: jobs and importers write, people see their hotels."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from support.hotels.simulated import command, done, sql
from support.servers.logins import drop_logins, login, psql

LISTS = (
    "hotel",
    "room",
    "product",
    "person",
    "night",
    "stay_hint",
    "check",
    "check_line",
    "movement",
    "order",
    "batch",
)


@pytest.fixture
def house(lists_url: str, tmp_path: Path) -> Iterator[str]:
    """Two hotels with a room each and a night in both, with the group roles."""
    for number, hotel in enumerate(("Pier", "Harbour")):
        (tmp_path / "rooms.csv").write_text(f"Room No\n{number}01\n", encoding="utf-8")
        done(lists_url, "import", "rooms", "rooms.csv", "--hotel", hotel, "--add-missing")
        (tmp_path / "list.csv").write_text(
            f"Room,Arrival,Departure\n{number}01,2026-11-18,2026-11-22\n", encoding="utf-8"
        )
        done(lists_url, "import", "in_house", "list.csv", "--hotel", hotel, "--day", "2026-11-20")
    done(lists_url, "db", "roles", "--apply")
    yield lists_url
    drop_logins(lists_url)


def test_every_table_has_policies_and_belongs_to_the_owner(house: str) -> None:
    rows = sql(
        house,
        "SELECT relname, relrowsecurity, relowner::regrole::text FROM pg_class"
        " WHERE relnamespace = 'minibar_in'::regnamespace AND relkind = 'r' AND relname <> 'schema_migration'",
    )
    assert {name for name, _, _ in rows} == set(LISTS)
    assert {(secured, owner) for _, secured, owner in rows} == {(True, "minibar_ml_owner")}


def test_a_login_of_jobs_imports_and_collects(house: str, tmp_path: Path) -> None:
    url = login(house, "cron")
    sql(house, f"GRANT minibar_ml_collector TO cron_{house.split('/')[-1].split('?')[0]}")
    (tmp_path / "list.csv").write_text("Room,Arrival,Departure\n001,2026-11-18,2026-11-22\n", encoding="utf-8")
    assert command(url, "import", "in_house", "list.csv", "--hotel", "Pier", "--day", "2026-11-21") == 0
    assert command(url, "collect", "--as-of", "2026-11-22") == 0
    assert sql(house, "SELECT count(*) FROM minibar_in.night") == [(3,)]


def test_another_program_may_write_lists_and_nothing_else(house: str) -> None:
    url = login(house, "opera")
    sql(house, f"GRANT minibar_ml_importer TO opera_{house.split('/')[-1].split('?')[0]}")
    night = "INSERT INTO minibar_in.night (hotel, room, night) VALUES ('Pier', '001', '2026-11-22')"
    assert psql(url, night) == ""
    assert psql(url, "SELECT count(*) FROM minibar_in.night") == "3"
    assert "permission denied" in psql(url, "SELECT count(*) FROM minibar_ml.ml_alerts")
    assert "violates foreign key" in psql(url, night.replace("001", "999"))


def test_people_see_the_rooms_and_nights_of_their_hotel_and_write_none(house: str) -> None:
    administrator = login(house, "ada", "--as", "administrator", "--hotel", "1")
    storekeeper = login(house, "sam", "--as", "storekeeper", "--hotel", "2")
    assert psql(administrator, "SELECT hotel, number FROM minibar_in.room") == "Pier|001"
    assert psql(administrator, "SELECT hotel FROM minibar_in.night") == "Pier"
    assert psql(storekeeper, "SELECT hotel, number FROM minibar_in.room") == "Harbour|101"
    assert "permission denied" in psql(storekeeper, "SELECT hotel FROM minibar_in.night")
    for url in (administrator, storekeeper):
        for table in LISTS:
            assert "permission denied" in psql(url, f"DELETE FROM minibar_in.{table}")
    assert command(administrator, "import", "in_house", "list.csv", "--hotel", "Pier", "--day", "2026-11-20") != 0


@pytest.mark.parametrize(
    "values", ["day = 'infinity'", "day = '290000-01-01'", "at = 'infinity'", "accepted = 2147483647, rejected = 1"]
)
def test_no_batch_that_another_program_writes_is_one_that_no_job_can_read(house: str, values: str) -> None:
    with pytest.raises(IntegrityError, match="violates check constraint"):
        sql(house, f"UPDATE minibar_in.batch SET {values}")


@pytest.mark.parametrize("at", ["infinity", "9999-01-01", "-infinity"])
def test_what_another_program_writes_is_written_now_at_the_latest(house: str, at: str) -> None:
    sql(house, f"UPDATE minibar_in.night SET written_at = '{at}'")
    assert sql(house, "SELECT bool_and(written_at BETWEEN '2000-01-01' AND now()) FROM minibar_in.night") == [(True,)]
    done(house, "collect", "--quiet")
