"""Who administers one hotel, or keeps its stock, tries to hide what goes on by facts and entries that look rightful."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login, psql
from support.servers.mail_server import Mailbox, serving
from support.servers.sessions import staying

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store import retention
from minibar_ml.store.engine import make_engine

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


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM minibar_ml.ml_outbox FOR UPDATE SKIP LOCKED",
        "SELECT FROM minibar_ml.ml_mails FOR KEY SHARE",
        "UPDATE minibar_ml.ml_outbox SET attempts = 2147483647",
        "INSERT INTO minibar_ml.ml_outbox (kind, channel_id, next_at, attempts)"
        " VALUES ('digest', 1, now(), 2147483647)",
        "INSERT INTO minibar_ml.ml_outbox (kind, channel_id, event_id, alert_id, repetition, next_at)"
        " VALUES ('alert', 1, 1, 1, 2147483647, now())",
        "UPDATE minibar_ml.ml_mails SET body = 'all is well'",
        "UPDATE minibar_ml.ml_attachments SET content = ''",
    ],
)
def test_an_administrator_of_all_hotels_neither_changes_nor_locks_a_message(hotels: str, statement: str) -> None:
    assert "permission denied" in psql(login(hotels, "chief", "--as", "administrator", "--all-hotels"), statement)


@pytest.mark.parametrize(
    ("address", "media_type"),
    [("a@[", "a/b"), ("a@b\x85c", "a/b"), ("a@\u0131", "a/b"), ("a@b.c", "message/delivery-status")],
)
def test_a_mail_that_the_library_trips_over_is_given_up_and_the_next_one_sent(
    hotels: str, address: str, media_type: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chief = login(hotels, "chief", "--as", "administrator", "--all-hotels")
    for statement in (
        "INSERT INTO minibar_ml.ml_people (name, role, language) VALUES ('x', 'administrator', 'en'),"
        " ('y', 'administrator', 'en')",
        f"INSERT INTO minibar_ml.ml_channels (person_id, kind, shown) SELECT id, 'email',"
        f" CASE name WHEN 'x' THEN '{address}' ELSE 'y@hotel.example' END FROM minibar_ml.ml_people",
        "INSERT INTO minibar_ml.ml_mails (subject, body, html) VALUES ('x', 'b', 'h'), ('y', 'b', 'h')",
        "INSERT INTO minibar_ml.ml_attachments"
        f" SELECT id, 'a', '{media_type}', 'abc' FROM minibar_ml.ml_mails WHERE subject = 'x'",
        "INSERT INTO minibar_ml.ml_outbox (kind, channel_id, report, mail_id, next_at)"
        " SELECT 'report', c.id, 'r', m.id, now() - CASE m.subject WHEN 'x' THEN interval '1 hour'"
        " ELSE interval '0' END"
        " FROM minibar_ml.ml_people p"
        " JOIN minibar_ml.ml_channels c ON c.person_id = p.id JOIN minibar_ml.ml_mails m ON m.subject = p.name",
    ):
        assert psql(chief, statement) == ""
    with serving(Mailbox()) as mailbox:
        assert command(hotels, "alerts", "notify", **mailbox.settings()) == ExitCode.PARTLY_DONE
    assert "Traceback" not in capsys.readouterr().err
    assert sql(hotels, "SELECT m.subject, o.status FROM minibar_ml.ml_outbox o"
                       " JOIN minibar_ml.ml_mails m ON m.id = o.mail_id ORDER BY 1") == [
        ("x", "failed"), ("y", "sent")
    ]  # fmt: skip


def test_a_mail_that_an_open_transaction_refers_to_is_forgotten_another_night(hotels: str) -> None:
    chief = login(hotels, "chief", "--as", "administrator", "--all-hotels")
    for statement in (
        "INSERT INTO minibar_ml.ml_people (name, role, language) VALUES ('x', 'administrator', 'en')",
        "INSERT INTO minibar_ml.ml_channels (person_id, kind, shown)"
        " SELECT id, 'email', 'a@b.c' FROM minibar_ml.ml_people",
        "INSERT INTO minibar_ml.ml_mails (subject, body, html) VALUES ('x', 'b', 'h')",
    ):
        assert psql(chief, statement) == ""
    refers = (
        "INSERT INTO minibar_ml.ml_outbox (kind, channel_id, report, mail_id, next_at)"
        " SELECT 'report', c.id, 'r', m.id, now() FROM minibar_ml.ml_channels c CROSS JOIN minibar_ml.ml_mails m"
    )
    for kept in (1, 0):
        with staying(chief, *[refers] * kept), make_engine(hotels, ZONE).connect() as connection:
            connection.exec_driver_sql("SET lock_timeout = '1s'")
            retention.prune(connection, datetime.now(UTC))
            connection.commit()
        assert sql(hotels, "SELECT count(*) FROM minibar_ml.ml_mails") == [(kept,)]
