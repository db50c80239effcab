"""Who administers one hotel, or keeps its stock, tries to hide what goes on by facts and entries that look rightful."""

from collections.abc import Iterator

import pytest
from support.hotels.simulated import command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.errors import ExitCode

RECORD = "SELECT minibar_ml.record_action(NULL, '{}', 'x', NULL, NULL)"


@pytest.fixture
def hotels(store_url: str) -> Iterator[str]:
    """Two hotels with facts of their own, and the roles."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    done(store_url, "config", "import", "--quiet")
    yield store_url
    drop_logins(store_url)


def test_an_administrator_of_one_hotel_does_not_widen_thresholds_until_nothing_is_found(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    state = (
        "INSERT INTO minibar_ml.ml_facts (fact, hotel_id, value, since) VALUES ('{}', 1, '{}', '1999-12-31 12:00+00')"
    )
    for fact, value in (("consumption_floor", "10000"), ("product_floor", "15.01"), ("stock_deviation", "1e9"),
                        ("consumption_deviation", "Infinity"), ("refill_deviation", "9999999")):  # fmt: skip
        assert f"administrators of all hotels state a {fact} above" in psql(boss, state.format(fact, value))
    assert psql(boss, state.format("consumption_floor", "9")) == ""
    assert command(boss, "config", "set", "product_floor", "16", "--hotel", "1") == ExitCode.PRECONDITION
    done(login(hotels, "chief", "--as", "administrator", "--all-hotels"), "config", "set", "product_floor", "16")
    assert sql(hotels, "SELECT fact, value FROM minibar_ml.ml_facts WHERE stated_by <> current_user ORDER BY id") == [
        ("consumption_floor", "9"), ("product_floor", "16.0")
    ]  # fmt: skip


def test_facts_that_nobody_can_read_are_warned_of_in_a_few_lines(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    psql(boss, "INSERT INTO minibar_ml.ml_facts (fact, hotel_id, product, value, since)"
               " SELECT 'evil', 1, CAST(n AS text), 'x', now() FROM generate_series(1, 900) n")  # fmt: skip
    done(hotels, "collect")
    said = [line for line in capsys.readouterr().err.splitlines() if "ignored in the store" in line]
    assert len(said) == 6
    assert "895 more; `minibar-ml config history` lists all" in said[-1]


@pytest.mark.parametrize(
    ("fact", "facts", "length", "refusal"),
    [
        ("evil", 1001, 1, "may state a thousand facts a day"),
        ("events", 3, 900_000, "may state a thousand facts a day"),
        ("evil", 1, 1001, "a fact is said in a thousand characters"),
        ("e" * 1001, 1, 1, "a fact is said in a thousand characters"),
    ],
)
def test_an_administrator_does_not_fill_what_every_command_reads(
    hotels: str, fact: str, facts: int, length: int, refusal: str
) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    refused = psql(boss, "INSERT INTO minibar_ml.ml_facts (fact, hotel_id, product, value, since)"
                         f" SELECT '{fact}', 1, CAST(n AS text), repeat('9', {length}), now()"
                         f" FROM generate_series(1, {facts}) n")  # fmt: skip
    assert refusal in refused
    assert sql(hotels, "SELECT count(*) FROM minibar_ml.ml_facts WHERE fact = :fact", fact=fact) == [(0,)]


def test_nobody_records_what_is_not_theirs_to_do(hotels: str) -> None:
    keeper = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    chief = login(hotels, "chief", "--as", "administrator", "--all-hotels")
    theirs = {
        "alert.view": {keeper, boss, chief}, "report.view": {keeper, boss, chief}, "report.written": {boss, chief},
        "message.sent": {boss, chief}, "people.remove": {chief}, "people.channel": {chief},
        "models.promote": set[str](),
    }  # fmt: skip
    for action, by in theirs.items():
        assert {who for who in (keeper, boss, chief) if psql(who, RECORD.format(action)) == ""} == by, action
