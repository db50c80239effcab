"""The machine was off for days: what the next run raises, says and sends."""

from datetime import date

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, command, done
from support.hotels.sources import SmallHotel
from support.servers.mail_server import Mailbox, serving

from minibar_ml.domain.errors import ExitCode

BACK = "2025-11-15T09:00"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """Guests of rooms 1 to 3 left on the ninth; each room loses something later, and nobody looks till the 15th."""
    installed.recorded(date(2025, 10, 1), date(2025, 11, 30))
    for room in (1, 2, 3):
        installed.stay(room, "2025-11-07 15:00", "2025-11-09 08:00")
        for at in ("2025-11-09 14:00", "2025-11-09 19:00", "2025-11-10 11:30"):
            installed.empty(room, at)
    words = ["people", "add", "ayse", "--role", "administrator", "--email", "a@otel.example", "--severity", "low"]
    done(installed.url, *words, "--quiet")
    _run(installed, "2025-11-10T20:00")
    installed.setup(1, "2025-11-11 12:30", 1, 6)
    installed.setup(2, "2025-11-13 12:30", 1, 6)
    installed.setup(3, "2025-11-15 08:30", 1, 6)
    _run(installed, BACK)
    return installed


def _run(hotel: Application | SmallHotel, as_of: str) -> None:
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    done(hotel.url, "detect", "--as-of", as_of, "--quiet")


def test_after_a_pause_every_day_is_checked_and_old_ones_say_when_they_were(hotel: Application) -> None:
    found = alerts(hotel.url, columns="entity_id, occurred_on, severity, facts ->> 'found_after_pause_on'")
    assert found == [
        (1, date(2025, 11, 11), "high", "2025-11-15"),
        (2, date(2025, 11, 13), "critical", "2025-11-15"),
        (3, date(2025, 11, 15), "critical", None),
    ]


def test_after_a_pause_the_last_three_days_are_sent_and_older_ones_only_listed(hotel: Application) -> None:
    with serving(Mailbox()) as mailbox:
        words = ["alerts", "notify", "--as-of", BACK, "--quiet"]
        assert command(hotel.url, *words, **mailbox.settings()) == ExitCode.OK
    texts = {str(mail["Subject"]): mail.get_body(("plain",)).get_content().split() for mail in mailbox.accepted}
    late, new = (f"[Critical] Room {room}: Consumption in a vacant room · possible loss 60.00" for room in (102, 103))
    assert sorted(texts) == [late, new]
    assert "Found on 15 Nov: this day was not checked before." in " ".join(texts[late])
    assert "not checked before" not in " ".join(texts[new])


def test_what_has_lasted_since_before_the_last_run_is_not_found_after_a_pause(store_url: str) -> None:
    hotel = SmallHotel(store_url)
    hotel.movement(1, "devir", 5, "2025-11-01 08:00")
    hotel.movement(1, "cikis", 9, "2025-11-05 08:00")
    _run(hotel, "2025-11-10T23:50")
    before = alerts(store_url, columns="type, occurred_on, message")
    assert [row[:2] for row in before] == [("stock_anomaly", date(2025, 11, 5))]
    _run(hotel, "2025-11-11T00:05")
    assert alerts(store_url, columns="type, occurred_on, message") == before


def test_the_run_after_adds_nothing_and_changes_no_text(hotel: Application) -> None:
    before = alerts(hotel.url, columns="entity_id, message")
    _run(hotel, "2025-11-15T09:15")
    _run(hotel, "2025-11-16T09:15")
    assert alerts(hotel.url, columns="entity_id, message") == before
