"""Attendants under initials or codes: in alerts of before and of now, in lists, trends and reports."""

import json
from collections.abc import Iterator

import pytest
from support.alerts.outbox import add, mails
from support.hotels.simulated import command, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.queries import query

NAME = "Ayşe Nur Kaya"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


@pytest.fixture
def attendant(store_url: str) -> str:
    """A store with an alert about an attendant of that name."""
    (one,) = raise_alerts(store_url, type_="refill_delay")
    sql(
        store_url,
        "UPDATE minibar_ml.ml_alerts SET entity_type = 'attendant', entity_id = 7, entity_name = :name,"
        " reason = 'slow', metric = 'refill_duration', detector = 'refill_pace', message = :name || ': slow'"
        " WHERE id = :id",
        name=NAME,
        id=one,
    )
    return store_url


def called(url: str, how: str) -> None:
    assert command(url, "config", "set", "staff_names", how, "--quiet") == ExitCode.OK


@pytest.mark.parametrize(("how", "name"), [("full", NAME), ("initials", "A. N. K."), ("codes", "#7")])
def test_alerts_of_before_name_nobody_in_full(
    attendant: str, how: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    called(attendant, how)
    capsys.readouterr()
    command(attendant, "alerts", "list", "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert row["entity_name"] == name
    assert row["message"].startswith(f"{name}:") or name in row["message"]
    (kept,) = sql(attendant, "SELECT message FROM minibar_ml.ml_alerts")
    assert kept.message == f"{name}: slow"


def test_mails_name_nobody_in_full(attendant: str, mailbox: Mailbox) -> None:
    called(attendant, "initials")
    add(attendant, "mudur")
    ((_, subject),) = mails(attendant, mailbox)
    assert "A. N. K." in subject
    assert NAME not in mailbox.accepted[-1].as_string()


def test_one_who_was_a_code_has_no_initials(attendant: str) -> None:
    called(attendant, "codes")
    called(attendant, "initials")
    (kept,) = sql(attendant, "SELECT entity_name FROM minibar_ml.ml_alerts")
    assert kept.entity_name == "#7"


def test_wherever_names_are_read_from_the_source_they_are_pseudonyms() -> None:
    readers = ("entities.attendants", "entities.names", "alerts.rename", "trends.attendant_names", "report.names")
    assert all("FROM staff()" in str(query(name)) for name in readers)
    assert not any("source_users()" in str(query(name)) for name in readers)


def test_rooms_keep_their_names(store_url: str) -> None:
    raise_alerts(store_url)
    called(store_url, "codes")
    (kept,) = sql(store_url, "SELECT entity_name FROM minibar_ml.ml_alerts")
    assert kept.entity_name == "Oda 1"
