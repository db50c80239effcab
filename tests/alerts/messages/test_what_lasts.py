"""What lasts is a matter of now: whoever wants to know is sent it however long ago it began, with that day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from support.alerts.outbox import add, change, mails, names
from support.hotels.application import Application
from support.hotels.simulated import alerts, done, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.i18n.formats import day

DAYS = 9


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


def _text(mailbox: Mailbox) -> str:
    return " ".join(str(mailbox.accepted[-1].get_body(("plain",)).get_content()).split())


@pytest.mark.parametrize("digest", [(), ("--digest", "00:01")], ids=["mail", "digest"])
@pytest.mark.parametrize(
    ("type_", "reason", "said"),
    [
        ("stock_depletion", "depletion", "Low since {}."),
        ("stock_anomaly", "stock_negative", "Below zero since {}."),
        ("data_stale", "stale", "no new data from the hotel application for 9 hours"),
        ("unanswered_request", "waiting", "a guest has been waiting 9 minutes"),
        ("job_late", "jobs_late", "Since {}."),
    ],
)
def test_what_began_long_ago_and_is_raised_now_is_sent_and_says_since_when(
    store_url: str, mailbox: Mailbox, type_: str, reason: str, said: str, digest: tuple[str, ...]
) -> None:
    add(store_url, "ayse", *digest)
    raise_alerts(store_url, days=DAYS, type_=type_)
    change(store_url, f"reason = '{reason}'")
    mails(store_url, mailbox)
    sql(store_url, "UPDATE minibar_ml.ml_outbox SET next_at = now() WHERE status = 'waiting'")
    mails(store_url, mailbox)
    assert len(mailbox.accepted) == 1
    began_on = sql(store_url, "SELECT occurred_on FROM minibar_ml.ml_alerts")[0][0]
    assert said.format(day(began_on, "en", near=began_on)) in _text(mailbox)


def test_what_began_today_does_not_say_since_when(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, type_="stock_depletion")
    change(store_url, "reason = 'depletion'")
    assert names(mails(store_url, mailbox)) == ["ayse"]
    assert "since" not in _text(mailbox)


def test_what_no_run_has_seen_for_days_is_no_news(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, days=DAYS, type_="stock_depletion")
    change(store_url, f"last_seen = last_seen - interval '{DAYS} days', raised_at = raised_at - interval '{DAYS} days'")
    assert mails(store_url, mailbox) == []


@pytest.fixture
def asked(installed: Application) -> Application:
    """The guests of room 2 asked for a refill at eight and again at eleven; the first is an alert."""
    sql(installed.url, "UPDATE kullanicilar SET email = NULL")
    installed.recorded(date(2025, 10, 1), date(2025, 11, 30))
    installed.stay(2, "2025-11-08 15:00", "2025-11-13 11:00")
    add(installed.url, "ayse", "--severity", "high")
    for at in ("08:00", "11:00"):
        sql(
            installed.url,
            "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
            " VALUES (2, CAST(:at AS timestamptz), 'beklemede')",
            at=f"2025-11-10 {at}",
        )
    return installed


def _sent(hotel: Application, mailbox: Mailbox, as_of: str) -> list[str]:
    hotel.judged(as_of)
    return [subject for _, subject in mails(hotel.url, mailbox, "--as-of", as_of)]


def _first_is(hotel: Application, changes: str) -> None:
    sql(hotel.url, f"UPDATE minibar_dolum_talepleri SET {changes} WHERE talep_tarihi < '2025-11-10 09:00+02'")


SERVED = "durum = 'iptal'"
NEXT = "[Critical] Another request is open · Room 102: Unanswered request"


@pytest.mark.parametrize("decided", ["", "read", "snooze"])
def test_another_guest_who_waits_after_the_first_was_served_is_new_for_whoever_had_the_first(
    asked: Application, mailbox: Mailbox, decided: str
) -> None:
    first = _sent(asked, mailbox, "2025-11-10T12:00")
    assert first == ["[Critical] Room 102: Unanswered request"]
    if decided:
        until = ("--until", "9d") if decided == "snooze" else ()
        done(asked.url, "alerts", decided, "1", *until, "--quiet")
    _first_is(asked, SERVED)
    assert _sent(asked, mailbox, "2025-11-10T14:00") == [NEXT]
    assert "requested at 11:00" in _text(mailbox).lower()
    assert alerts(asked.url, columns="id, status, read_by, snoozed_by") == [(1, "open", None, None)]
    steps: Any = "SELECT event, by FROM minibar_ml.ml_alert_events ORDER BY id"
    assert ("reopened", "postgres") not in [tuple(row) for row in sql(asked.url, steps)], "nobody reopened it"
    assert _sent(asked, mailbox, "2025-11-10T14:15") == [], "once"


@pytest.mark.parametrize("verdict", ["false-positive", "resolve"])
def test_another_guest_who_waits_after_the_first_was_decided_is_a_new_alert(
    asked: Application, mailbox: Mailbox, verdict: str
) -> None:
    _sent(asked, mailbox, "2025-11-10T12:00")
    done(asked.url, "alerts", verdict, "1", "--quiet")
    assert _sent(asked, mailbox, "2025-11-10T14:00") == ["[Critical] Room 102: Unanswered request"]


def test_whoever_was_sent_nothing_of_the_first_gets_the_second_as_a_new_alert(
    asked: Application, mailbox: Mailbox
) -> None:
    _sent(asked, mailbox, "2025-11-10T12:00")
    add(asked.url, "veli", "--severity", "high")
    _first_is(asked, SERVED)
    assert sorted(_sent(asked, mailbox, "2025-11-10T14:00")) == [NEXT, NEXT.replace("Another request is open · ", "")]


def test_a_message_that_still_waits_is_about_the_request_that_waits_by_then(
    asked: Application, mailbox: Mailbox
) -> None:
    done(asked.url, "people", "set", "ayse", "--digest", "13:30", "--quiet")
    assert _sent(asked, mailbox, "2025-11-10T12:00") == []
    _first_is(asked, SERVED)
    assert _sent(asked, mailbox, "2025-11-10T13:15") == []
    assert sql(asked.url, "SELECT count(*) FROM minibar_ml.ml_outbox WHERE status = 'waiting'")[0][0] == 1
    assert _sent(asked, mailbox, "2025-11-10T14:00") == ["1 alert: Critical 1"]
    assert "requested at 11:00" in _text(mailbox).lower()
