"""Servers that accept and then take their time: every wait of ours has an end, and the lock is free after it."""

import socket
import ssl
import time

import pytest
from support.alerts.outbox import add
from support.hotels.simulated import command, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving
from support.servers.rude import Talk, listening
from support.servers.sessions import LOCK_SESSIONS

from minibar_ml.deadline import within
from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.messages import Mail
from minibar_ml.notify.channels import apprise
from minibar_ml.notify.channels.apprise import AppriseChannel
from minibar_ml.notify.contract import NotDelivered

LIMIT = 2
"""ML_SMTP_TIMEOUT of these drills, in seconds."""
MOST = 4 * LIMIT + 6
"""A run may need the limit for connecting, for the mail and for the farewell, and the rest of its work."""


def _reads(line: socket.socket, word: bytes) -> None:
    """Answer commands with 250 until one starts with this word."""
    received = b""
    while chunk := line.recv(4096):
        received += chunk
        while b"\r\n" in received:
            command_, _, received = received.partition(b"\r\n")
            if command_.upper().startswith(word):
                return
            line.sendall(b"250 OK\r\n")


def _silent(line: socket.socket) -> None:
    while line.recv(4096):
        continue


def _drip(line: socket.socket) -> None:
    """One byte of a reply now and then, which never ends."""
    line.sendall(b"250-")
    while True:
        line.sendall(b"x")
        time.sleep(LIMIT / 10)


def _drip_greeting(line: socket.socket) -> None:
    line.sendall(b"220-")
    while True:
        line.sendall(b"x")
        time.sleep(LIMIT / 10)


def _drip_after(word: bytes) -> Talk:
    def talk(line: socket.socket) -> None:
        line.sendall(b"220 here\r\n")
        _reads(line, word)
        _drip(line)

    return talk


def _data_then(end: Talk) -> Talk:
    """Take a whole mail, and answer it as `end` does."""

    def talk(line: socket.socket) -> None:
        line.sendall(b"220 here\r\n")
        _reads(line, b"DATA")
        line.sendall(b"354 go on\r\n")
        received = b""
        while not received.endswith(b"\r\n.\r\n"):
            received += line.recv(65536)
        end(line)

    return talk


def _broken_tls(line: socket.socket) -> None:
    line.sendall(b"220 here\r\n")
    _reads(line, b"EHLO")
    line.sendall(b"250-here\r\n250 STARTTLS\r\n")
    _reads(line, b"STARTTLS")
    line.sendall(b"220 go on\r\n")
    line.recv(4096)
    line.sendall(b"this is not TLS at all\r\n")
    _silent(line)


def _silent_tls(line: socket.socket) -> None:
    line.sendall(b"220 here\r\n")
    _reads(line, b"EHLO")
    line.sendall(b"250-here\r\n250 STARTTLS\r\n")
    _reads(line, b"STARTTLS")
    line.sendall(b"220 go on\r\n")
    _silent(line)


@pytest.fixture
def hotel(store_url: str) -> str:
    """A store with one person and one alert that waits to be sent."""
    add(store_url, "ayse")
    raise_alerts(store_url)
    return store_url


CASES: dict[str, tuple[Talk, dict[str, str], str]] = {
    "is silent": (_silent, {}, "timed out"),
    "drips its greeting": (_drip_greeting, {}, "timed out"),
    "drips after EHLO": (_drip_after(b"EHLO"), {}, "timed out"),
    "drips after MAIL": (_drip_after(b"MAIL"), {}, "timed out"),
    "drips after DATA": (_drip_after(b"DATA"), {}, "timed out"),
    "drips after the mail": (_data_then(_drip), {}, "timed out"),
    "is silent after the mail": (_data_then(_silent), {}, "timed out"),
    "closes after the mail": (_data_then(lambda line: None), {}, "closed the connection"),
    "breaks TLS": (_broken_tls, {"ML_SMTP_TLS": "starttls"}, "SSL"),
    "is silent in TLS": (_silent_tls, {"ML_SMTP_TLS": "starttls"}, "timed out"),
    "is silent from the first byte of TLS": (_silent, {"ML_SMTP_TLS": "tls"}, "timed out"),
    "drips in place of TLS": (_drip_greeting, {"ML_SMTP_TLS": "tls"}, ""),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mail_server_holds_a_run_no_longer_than_the_limit_and_the_mail_waits(hotel: str, name: str) -> None:
    talk, more, reason = CASES[name]
    with listening(talk) as port:
        mailbox = Mailbox()
        mailbox.port = port
        began = time.monotonic()
        status = command(hotel, "alerts", "notify", "--quiet", **mailbox.settings(ML_SMTP_TIMEOUT=str(LIMIT), **more))
        assert time.monotonic() - began < MOST
    assert status in (ExitCode.OK, ExitCode.PARTLY_DONE)
    ((waits, attempts, said),) = sql(hotel, "SELECT status, attempts, reason FROM minibar_ml.ml_outbox")
    assert (waits, attempts) == ("waiting", 1)
    assert reason in said
    assert not sql(hotel, LOCK_SESSIONS)


def test_doctor_ends_though_the_mail_server_drips(hotel: str, capsys: pytest.CaptureFixture[str]) -> None:
    with listening(_drip_after(b"NOOP")) as port:
        mailbox = Mailbox()
        mailbox.port = port
        began = time.monotonic()
        command(hotel, "doctor", **mailbox.settings(ML_SMTP_TIMEOUT=str(LIMIT)))
        assert time.monotonic() - began < MOST
    assert "timed out" in " ".join(capsys.readouterr().out.split())


def test_of_many_recipients_the_one_that_is_greylisted_waits_and_the_others_have_theirs(hotel: str) -> None:
    for n in range(1, 9):
        add(hotel, f"p{n}")

    def greylist(_mailbox: Mailbox, address: str) -> str | None:
        return "450 greylisted, come back" if address.startswith("p3") else None

    (alert,) = raise_alerts(hotel, first=2)
    with serving(Mailbox(at_rcpt=greylist)) as mailbox:
        assert command(hotel, "alerts", "notify", "--quiet", **mailbox.settings()) == ExitCode.OK
    asked = (
        "SELECT p.name, o.status FROM minibar_ml.ml_outbox o JOIN minibar_ml.ml_channels c ON c.id = o.channel_id"
        " JOIN minibar_ml.ml_people p ON p.id = c.person_id WHERE o.alert_id = :alert"
    )
    rows = sql(hotel, asked, alert=alert)
    assert {row[0] for row in rows if row[1] == "waiting"} == {"p3"}
    assert {row[0] for row in rows if row[1] == "sent"} == {"ayse", *(f"p{n}" for n in range(1, 9) if n != 3)}


def test_a_service_that_drips_holds_a_message_no_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise, "SECONDS", LIMIT)

    def drips(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        _drip(line)

    with listening(drips) as port:
        began = time.monotonic()
        with pytest.raises(NotDelivered, match="did not answer"):
            AppriseChannel("chat", ["127.0.0.1"]).send(f"ntfy://127.0.0.1:{port}/t", "A", Mail("s", "t", "h"), "1")
        assert time.monotonic() - began < MOST


def test_a_name_server_that_is_silent_holds_nobody_longer_than_the_limit() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="timed out after 1 seconds"):
        within(1, lambda: time.sleep(30))
    assert time.monotonic() - began < MOST


def test_within_a_limit_results_and_errors_are_those_of_the_work() -> None:
    assert within(5, lambda: 7) == 7
    with pytest.raises(ssl.SSLError, match="broken"):
        within(5, lambda: (_ for _ in ()).throw(ssl.SSLError("broken")))
