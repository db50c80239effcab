"""Who hears of an alert that somebody opens again."""

from collections.abc import Iterator

import pytest
from support.alerts.outbox import add, change, mails
from support.hotels.simulated import command
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.errors import ExitCode

TITLE = "Room Oda 1: Unusual consumption"
REOPENED = f"[High] Alert reopened · {TITLE}"
CLOSED = "status = 'resolved', resolved_at = now(), resolved_by = 'ayse'"
OPENED_AGAIN = "status = 'open', resolved_at = NULL, resolved_by = NULL"
LONG_AGO = "occurred_on = occurred_on - 30, last_occurred_on = last_occurred_on - 30"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


def test_whoever_had_the_alert_learns_that_it_is_open_again(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    add(store_url, "veli", "--resolved")
    raise_alerts(store_url)
    assert len(mails(store_url, mailbox)) == 2
    change(store_url, CLOSED)
    assert mails(store_url, mailbox) == [("veli", f"[High] Alert ended · {TITLE}")]
    change(store_url, f"{OPENED_AGAIN}, {LONG_AGO}")
    assert mails(store_url, mailbox) == [("ayse", REOPENED), ("veli", REOPENED)]


def test_to_whoever_never_had_it_it_is_a_new_alert(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url)
    assert len(mails(store_url, mailbox)) == 1
    change(store_url, CLOSED)
    add(store_url, "veli")
    assert mails(store_url, mailbox) == []
    change(store_url, OPENED_AGAIN)
    assert mails(store_url, mailbox) == [("ayse", REOPENED), ("veli", f"[High] {TITLE}")]


def test_an_old_alert_is_no_news_for_whoever_never_had_it(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url)
    change(store_url, LONG_AGO)
    assert mails(store_url, mailbox) == [], "found long ago"
    change(store_url, CLOSED)
    assert mails(store_url, mailbox) == []
    change(store_url, OPENED_AGAIN)
    assert mails(store_url, mailbox) == []


def test_what_was_closed_before_its_mail_left_is_a_new_alert_when_it_is_opened_again(
    store_url: str, mailbox: Mailbox
) -> None:
    add(store_url, "ayse", "--quiet-hours", "00:00-23:59")
    raise_alerts(store_url)
    assert mails(store_url, mailbox) == []
    change(store_url, CLOSED)
    assert mails(store_url, mailbox) == []
    assert command(store_url, "people", "set", "ayse", "--quiet-hours", "none", "--quiet") == ExitCode.OK
    change(store_url, f"{OPENED_AGAIN}, {LONG_AGO}")
    assert mails(store_url, mailbox) == [("ayse", f"[High] {TITLE}")]
