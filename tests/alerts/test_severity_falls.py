"""What lasts is as severe as it is now: more at once, less as of a later day, or at once where it is by two steps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from support.alerts.findings import HIGH_ROOM, LOW_STOCK, NEGATIVE, D, detect, evening, on, plain_texts, rows
from support.alerts.outbox import add, change, mails
from support.hotels.simulated import sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.alerting.alerts import Finding, Severity
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.store.alerting import alerts, decisions, histories

OUT = replace(LOW_STOCK, severity="critical", value=1.5)
SHORT = replace(LOW_STOCK, severity="high", value=3.5)
SOME = replace(LOW_STOCK, severity="medium", value=6.0)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


def _run(connection: Connection, found: Finding, hours: float) -> Any:
    """A run so many hours after the first evening; the alert as it is then."""
    at = evening(D) + timedelta(hours=hours)
    alerts.upsert(connection, [found], {}, at, plain_texts, ALERT_TYPES, at.date())
    return rows(connection)[-1]


def _steps(connection: Connection) -> list[tuple[str, str | None]]:
    return [(one.event, one.severity) for one in histories.fetch_history(connection, rows(connection)[-1].id)]


def test_stock_of_which_some_was_delivered_is_as_severe_as_what_is_left(connection: Connection) -> None:
    detect(connection, OUT)
    alert = _run(connection, SOME, 1)
    assert (alert.severity, alert.value) == ("medium", 6.0)
    assert _steps(connection) == [("opened", "critical"), ("eased", "medium")]


def test_one_step_less_holds_from_the_next_day_on(connection: Connection) -> None:
    detect(connection, OUT)
    assert [_run(connection, SHORT, hours).severity for hours in (0.5, 1, 2)] == ["critical"] * 3
    assert _run(connection, SHORT, 3).severity == "high", "past midnight"
    assert _steps(connection) == [("opened", "critical"), ("eased", "high")]


def test_what_is_near_a_limit_does_not_rise_and_fall_by_the_hour(connection: Connection) -> None:
    detect(connection, OUT)
    found = [_run(connection, OUT if hours % 2 else SHORT, hours).severity for hours in range(1, 49)]
    assert set(found) == {"critical"}
    assert _steps(connection) == [("opened", "critical")], "nobody is sent anything"


@pytest.mark.parametrize("found", [OUT, replace(NEGATIVE, value=-40.0)], ids=["low", "below zero"])
def test_a_rise_counts_at_once_and_after_a_fall_again(connection: Connection, found: Finding) -> None:
    detect(connection, found)
    less = replace(found, severity="medium", value=found.value + 5)
    severities = [_run(connection, one, hours).severity for hours, one in enumerate((less, found, less, found), 1)]
    assert severities == ["medium", "critical", "medium", "critical"]
    assert [event for event, _ in _steps(connection)] == ["opened", "eased", "escalated", "eased", "escalated"]


def test_a_run_as_of_before_lowers_nothing(connection: Connection) -> None:
    detect(connection, OUT)
    assert _run(connection, SOME, -24).severity == "critical"
    assert _run(connection, SHORT, 1).lower_since == D
    assert _run(connection, SOME, -24).lower_since == D


def test_an_event_is_as_severe_as_its_most_severe_day(connection: Connection) -> None:
    detect(connection, replace(HIGH_ROOM, severity="critical"))
    detect(connection, on(HIGH_ROOM, 1, severity="low"))
    assert rows(connection)[0].severity == "critical"


@pytest.mark.parametrize(("decided", "status"), [("acknowledged", "acknowledged"), ("snoozed", "snoozed")])
def test_a_fall_leaves_what_people_decided(connection: Connection, decided: str, status: str) -> None:
    detect(connection, OUT)
    number = rows(connection)[0].id
    if decided == "snoozed":
        decisions.snooze(connection, [number], evening(D) + timedelta(days=9), "ayse", None)
    else:
        decisions.set_verdict(connection, [number], "acknowledged", "ayse", evening(D))
    alert = _run(connection, SOME, 1)
    assert (alert.severity, alert.status) == ("medium", status)


def test_what_is_critical_again_after_a_fall_ends_a_snooze(connection: Connection) -> None:
    detect(connection, OUT)
    decisions.snooze(connection, [rows(connection)[0].id], evening(D) + timedelta(days=9), "ayse", None)
    assert _run(connection, SOME, 1).status == "snoozed"
    assert _run(connection, SHORT, 2).status == "snoozed"
    assert _run(connection, OUT, 3).status == "open"


@pytest.mark.parametrize("days", [0, 9])
@pytest.mark.parametrize("status", ["open", "acknowledged"])
def test_nobody_is_notified_of_a_fall_and_everybody_of_a_rise_after_it(
    store_url: str, mailbox: Mailbox, status: str, days: int
) -> None:
    add(store_url, "ayse", "--severity", "high")
    raise_alerts(store_url, severity="critical", type_="stock_depletion")
    assert len(mails(store_url, mailbox)) == 1
    change(store_url, f"occurred_on = occurred_on - {days}, last_occurred_on = last_occurred_on - {days}")
    change(store_url, f"status = '{status}'")
    for severity in ("medium", "high", "medium"):
        change(store_url, f"severity = '{severity}'")
        found = [subject for _, subject in mails(store_url, mailbox)]
        assert len(found) == (severity == "high")
        assert all(subject.startswith("[High] Severity raised to high") for subject in found)


def test_nobody_is_reminded_of_what_is_less_severe_than_they_want(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--severity", "high", "--repeat", "30")
    raise_alerts(store_url, severity="critical", type_="stock_depletion")
    assert len(mails(store_url, mailbox)) == 1
    again = "UPDATE minibar_ml.ml_outbox SET ended_at = ended_at - interval '1 hour'"
    reminded: list[tuple[Severity, int]] = []
    for severity in ("critical", "medium"):
        change(store_url, f"severity = '{severity}'")
        sql(store_url, again)
        reminded.append((severity, len(mails(store_url, mailbox))))
    assert reminded == [("critical", 1), ("medium", 0)]
