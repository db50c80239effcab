"""What a digest says of alerts that it does not list: old news is not mailed, and not forgotten either."""

from collections.abc import Iterator

import pytest
from support.alerts.outbox import add, change, mails
from support.hotels.simulated import sql
from support.servers.mail_server import Mailbox, raise_alerts, serving


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


def test_a_digest_says_how_many_more_alerts_wait_and_what_they_may_cost(store_url: str, mailbox: Mailbox) -> None:
    sql(store_url, "INSERT INTO oteller (id, ad) VALUES (1, 'Bir'), (2, 'İki')")
    add(store_url, "ayse", "--hotel", "1")
    raise_alerts(store_url, 3, days=10)
    raise_alerts(store_url, severity="low", days=10, first=4)
    raise_alerts(store_url, hotel=2, days=10, first=5)
    raise_alerts(store_url, 2, first=6)
    change(store_url, "impact = 10.0 * entity_id - 10000.0")
    change(store_url, "status = 'acknowledged' WHERE entity_id = 1002")
    ((_, subject),) = mails(store_url, mailbox, ML_NOTIFY_DIGEST_THRESHOLD="1")
    assert subject == "2 alerts: High 2 · possible loss 130.00 · Bir"
    text = mailbox.accepted[-1].get_body(("plain",)).get_content()
    assert "3 more alerts wait, possible loss 60.00: minibar-ml alerts list" in text.splitlines()


def test_a_digest_of_all_that_waits_mentions_no_others(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, 2)
    assert mails(store_url, mailbox, ML_NOTIFY_DIGEST_THRESHOLD="1") == [("ayse", "2 alerts: High 2")]
    assert "more alert" not in mailbox.accepted[-1].get_body(("plain",)).get_content()
