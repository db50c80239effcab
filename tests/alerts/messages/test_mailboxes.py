"""One mailbox gets each mail once, whoever it belongs to; mails about the installation go to who keeps the server."""

from collections.abc import Iterator

import pytest
from support.alerts.outbox import add, change, mails, names
from support.hotels.simulated import sql
from support.servers.mail_server import Mailbox, raise_alerts, serving


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


def test_two_accounts_with_one_mailbox_get_each_mail_once(store_url: str, mailbox: Mailbox) -> None:
    for name, options in (("first", ["--digest", "08:00"]), ("second", ["--resolved"]), ("third", ["--lang", "tr"])):
        add(store_url, name, *options)
    sql(store_url, "UPDATE minibar_ml.ml_channels SET shown = 'Shared@otel.example' WHERE id < 3")
    sql(store_url, "UPDATE minibar_ml.ml_channels SET shown = 'shared@otel.example' WHERE id = 3")
    raise_alerts(store_url, 2)
    assert len(mails(store_url, mailbox)) == 2, "at once, as the sooner of them asks"
    change(store_url, "status = 'resolved', resolved_at = now(), resolved_by = 'a'")
    assert len(mails(store_url, mailbox)) == 2
    assert mails(store_url, mailbox) == []


def test_accounts_of_one_mailbox_that_want_different_hotels_get_each_alert_once(
    store_url: str, mailbox: Mailbox
) -> None:
    sql(store_url, "INSERT INTO oteller (id, ad) VALUES (1, 'Bir'), (2, 'İki')")
    add(store_url, "first", "--hotel", "1")
    add(store_url, "second", "--hotel", "1", "--hotel", "2")
    sql(store_url, "UPDATE minibar_ml.ml_channels SET shown = 'shared@otel.example'")
    raise_alerts(store_url, hotel=1)
    raise_alerts(store_url, hotel=2, first=2)
    assert len(mails(store_url, mailbox)) == 2


def test_alerts_about_the_installation_go_to_who_keeps_the_server(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "boss")
    raise_alerts(store_url, type_="job_late", hotel=0)
    assert names(mails(store_url, mailbox)) == ["boss"], "nobody is named for it"
    add(store_url, "keeper", "--role", "server")
    raise_alerts(store_url, type_="rows_refused", hotel=0, first=2)
    raise_alerts(store_url, type_="custody_loss", hotel=1, first=3)
    assert names(mails(store_url, mailbox)) == ["boss", "keeper"]
