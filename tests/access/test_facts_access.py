"""Who may change and see which fact of the hotels: policies, compared with the registry, by psql and by the command."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.hotels.simulated import command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.config.facts import FACTS, THRESHOLDS
from minibar_ml.domain.errors import ExitCode

STATE = "INSERT INTO minibar_ml.ml_facts (fact, hotel_id, value, since) VALUES ('{}', {}, '{}', now())"


@pytest.fixture
def hotels(store_url: str) -> Iterator[str]:
    """Two hotels, the roles, and facts of the store and of each hotel."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    done(store_url, "config", "import", "--quiet")
    for hotel in ("1", "2"):
        done(store_url, "config", "set", "lead_time_days", hotel, "--hotel", hotel, "--quiet")
        done(store_url, "config", "set", "stock_deviation", hotel, "--hotel", hotel, "--quiet")
    yield store_url
    drop_logins(store_url)


def _refused(url: str, fact: str, hotel: str, value: str = "2") -> bool:
    said = psql(url, STATE.format(fact, hotel, value))
    assert said == "" or "row-level security" in said or "permission denied" in said, said
    return bool(said)


def test_policies_list_the_facts_that_the_registry_sets_apart(hotels: str) -> None:
    rows = sql(hotels, "SELECT policyname, coalesce(qual, with_check) FROM pg_policies WHERE tablename = 'ml_facts'")
    policies = {row[0]: row[1] for row in rows}
    for policy, apart in (("seen", THRESHOLDS), ("stated", {name for name, one in FACTS.items() if one.about.by_jobs})):
        assert {name for name in FACTS if f"'{name}'::text" in policies[policy]} == apart, policy


def test_the_widest_thresholds_of_one_hotels_administrators_are_three_times_the_defaults(hotels: str) -> None:
    rows = sql(hotels, "SELECT f, minibar_ml.widest_threshold(f) FROM unnest(CAST(:facts AS text[])) f", facts=[*FACTS])
    own = {name for name in THRESHOLDS if FACTS[name].about.scope == "hotel"}
    assert {fact: float(widest) for fact, widest in rows if widest is not None} == {
        name: pytest.approx(3 * FACTS[name].spec.default) for name in own
    }


def test_an_administrator_of_a_hotel_changes_its_facts_and_no_others(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    refused = {hotel: _refused(boss, "lead_time_days", hotel) for hotel in ("1", "2", "0", "NULL")}
    assert refused == {"1": False, "2": True, "0": True, "NULL": True}
    assert "row-level security" in psql(boss, STATE.format("timezone", "1", "Asia/Tokyo"))


def test_an_administrator_of_all_hotels_changes_every_fact_but_the_time_zone(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--all-hotels")
    refused = {fact for fact in FACTS if _refused(boss, fact, "NULL")}
    assert refused == {"timezone"}
    done(boss, "config", "set", "order_cover_days", "20", "--by", "ayse")
    last = sql(hotels, "SELECT database_role, operator, subject, after ->> 'value' FROM minibar_ml.ml_audit_log"
                       " ORDER BY id DESC LIMIT 1")[0]  # fmt: skip
    assert last.database_role.startswith("boss")
    assert tuple(last)[1:] == ("ayse", "order_cover_days", "20")


@pytest.mark.parametrize("role", ["viewer", "storekeeper"])
def test_who_may_only_look_changes_nothing(hotels: str, role: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = login(hotels, role, "--as", role, "--hotel", "1")
    assert all(_refused(url, fact, hotel) for fact in FACTS for hotel in ("1", "NULL"))
    assert command(url, "config", "set", "lead_time_days", "4", "--hotel", "1") == ExitCode.PRECONDITION
    said = capsys.readouterr().err
    assert "may not change what holds in hotel 1: administrators of the hotel do" in said
    assert "ml_facts" not in said


def test_an_administrator_of_one_hotel_who_names_none_is_given_the_cure(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    said = {}
    for fact in ("alert_budget", "lead_time_days"):
        capsys.readouterr()
        assert command(boss, "config", "set", fact, "3") == ExitCode.PRECONDITION
        said[fact] = capsys.readouterr().err
        assert "administrators of all hotels do" in said[fact]
        assert "row-level security" not in said[fact] and "Grant it" not in said[fact]
    assert "With --hotel" in said["lead_time_days"]
    assert "With --hotel" not in said["alert_budget"], "it is one figure of the store"
    done(boss, "config", "set", "lead_time_days", "3", "--hotel", "1", "--quiet")


def test_nobody_states_a_fact_as_somebody_else(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--all-hotels")
    victim = login(hotels, "victim", "--as", "viewer", "--hotel", "1").split("//")[1].split(":")[0]
    forged = f"INSERT INTO minibar_ml.ml_facts (fact, value, since, operator) VALUES ('lang', 'tr', now(), '{victim}')"
    assert "may not state facts as" in psql(boss, forged)
    as_another = "INSERT INTO minibar_ml.ml_facts (fact, value, since, stated_by) VALUES ('lang', 'tr', now(), 'x')"
    for change in (as_another, "UPDATE minibar_ml.ml_facts SET value = '1'", "DELETE FROM minibar_ml.ml_facts"):
        assert "permission denied" in psql(boss, change)


def _shown(url: str, capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, int | None], Any]:
    capsys.readouterr()
    done(url, "config", "show", "--json", "--quiet")
    return {(row["fact"], row["hotel_id"]): row["value"] for row in json.loads(capsys.readouterr().out)}


def test_thresholds_are_seen_by_administrators_and_other_facts_by_whoever_is_in_the_hotel(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boss = _shown(login(hotels, "boss", "--as", "administrator", "--hotel", "1"), capsys)
    keeper = _shown(login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1"), capsys)
    assert (boss["stock_deviation", 1], boss["lead_time_days", 1]) == (1.0, 1)
    assert (keeper["lead_time_days", 1], ("lead_time_days", 2) in keeper) == (1, False)
    assert {value for (fact, _), value in keeper.items() if fact in THRESHOLDS} == {None}, "not the default either"
    assert ("stock_deviation", 1) not in keeper
