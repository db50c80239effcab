"""A room's alert below the least value that a hotel states waits for a digest; nothing else changes about it."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.alerts.outbox import add, change, mails
from support.hotels.simulated import ZONE, command, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.errors import ExitCode

DUE = "UPDATE minibar_ml.ml_outbox SET next_at = now() WHERE status = 'waiting'"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


def state(url: str, value: str, *options: str) -> None:
    assert command(url, "config", "set", "least_value", value, *options, "--quiet") == ExitCode.OK


def raised(url: str, impact: float | None, **more: object) -> int:
    (one,) = raise_alerts(url, **more)  # type: ignore[arg-type]
    sql(url, "UPDATE minibar_ml.ml_alerts SET impact = :impact WHERE id = :id", impact=impact, id=one)
    return one


def test_a_small_alert_is_in_the_digest_of_the_next_morning(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    state(store_url, "50")
    raised(store_url, 49.99)
    raised(store_url, 50.0, first=2)
    assert mails(store_url, mailbox) == [("ayse", "[High] Room Oda 2: Unusual consumption · possible loss 50.00")]
    (row,) = sql(store_url, "SELECT next_at FROM minibar_ml.ml_outbox WHERE status = 'waiting'")
    at = row.next_at.astimezone(ZoneInfo(ZONE))
    assert (at.hour, at.minute) == (8, 0)
    assert timedelta(0) < at - datetime.now(ZoneInfo(ZONE)) <= timedelta(days=1)
    sql(store_url, DUE)
    assert mails(store_url, mailbox) == [("ayse", "1 alert: High 1 · possible loss 49.99")]


def test_nothing_waits_unless_a_value_is_stated(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raised(store_url, 0.01)
    assert len(mails(store_url, mailbox)) == 1


def test_what_is_critical_of_unknown_value_or_of_no_room_does_not_wait(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    state(store_url, "50")
    raised(store_url, 10.0, severity="critical")
    raised(store_url, None, first=2)
    stock = raised(store_url, 10.0, first=3)
    sql(store_url, "UPDATE minibar_ml.ml_alerts SET entity_type = 'product' WHERE id = :id", id=stock)
    assert len(mails(store_url, mailbox)) == 3


def test_a_hotels_own_value_counts_before_that_of_all(store_url: str, mailbox: Mailbox) -> None:
    sql(store_url, "INSERT INTO oteller (id, ad) VALUES (1, 'Bir'), (2, 'İki')")
    add(store_url, "ayse")
    state(store_url, "50")
    state(store_url, "5", "--hotel", "2")
    raised(store_url, 10.0, hotel=1)
    raised(store_url, 10.0, hotel=2, first=2)
    subjects = [subject for _, subject in mails(store_url, mailbox)]
    assert subjects == ["[High] İki, Room Oda 2: Unusual consumption · possible loss 10.00"]


def test_a_small_alert_that_becomes_critical_is_announced_at_once(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    state(store_url, "50")
    raised(store_url, 10.0)
    assert mails(store_url, mailbox) == []
    change(store_url, "severity = 'critical'")
    assert mails(store_url, mailbox) == [("ayse", "[Critical] Room Oda 1: Unusual consumption · possible loss 10.00")]


def test_a_small_alert_is_listed_and_shown_like_any_other(
    store_url: str, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    add(store_url, "ayse")
    state(store_url, "50")
    one = raised(store_url, 10.0)
    assert mails(store_url, mailbox) == []
    capsys.readouterr()
    command(store_url, "alerts", "list", "--json")
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == [one]


def test_an_alert_says_how_often_others_like_it_were_right(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    ids = raise_alerts(store_url, 4)
    elsewhere = raise_alerts(store_url, hotel=2, first=5)
    for one, status in zip(ids[1:] + elsewhere, ("resolved", "resolved", "false_positive", "resolved"), strict=True):
        change(store_url, f"status = '{status}', resolved_at = now(), resolved_by = 'ayse' WHERE id = {one}")
    capsys.readouterr()
    command(store_url, "alerts", "show", str(ids[0]), "--json")
    assert json.loads(capsys.readouterr().out)["verdicts_on_others"] == {"decided": 3, "confirmed": 2}
    command(store_url, "alerts", "show", str(ids[0]))
    said = " ".join(capsys.readouterr().out.split())
    assert "Of 3 others of this type decided in this hotel, 2 were confirmed." in said
