"""Servers that answer without end, as fast as they can: what is kept of it in memory has an end."""

import gzip
import socket
from collections.abc import Iterator

import pytest
from support.alerts.outbox import add
from support.hotels.simulated import command, sql
from support.servers.mail_server import Mailbox, raise_alerts
from support.servers.rude import Talk, listening

from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.messages import Mail
from minibar_ml.notify.channels.apprise import AppriseChannel
from minibar_ml.notify.contract import NotDelivered

MOST_BYTES = 16_000_000
"""What a server may get rid of: what we read, and what waits in the buffers of both sockets."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
BLOCK = b"a" * 99_999
LINE = b"250-" + b"a" * 1000 + b"\r\n"
MAILS = {
    "a greeting": (b"", b"220-" + b"a" * 1000 + b"\r\n"),
    "an answer to EHLO": (b"220 here\r\n", LINE),
    "short lines": (b"220 here\r\n", b"250-\r\n" * 1000),
}
ANSWERS = {
    "a body": (OK + b"\r\n", BLOCK),
    "a header": (b"HTTP/1.1 200 OK\r\nX: ", BLOCK),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n" * 1000),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "the size of a part": (OK + b"Transfer-Encoding: chunked\r\n\r\n", BLOCK.replace(b"a", b"0")),
    "parts": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1869f\r\n" + BLOCK + b"\r\n"),
}


def _endless(begin: bytes, then: bytes, sent: list[int]) -> Talk:
    """Whoever reads on gets four times as much as they should, so that the drill ends."""

    def talk(line: socket.socket) -> None:
        line.sendall(begin)
        while sum(sent) < 4 * MOST_BYTES:
            line.sendall(then)
            sent.append(len(then))

    return talk


@pytest.fixture
def hotel(store_url: str) -> Iterator[str]:
    """A store with one person and one alert that waits to be sent."""
    add(store_url, "ayse")
    raise_alerts(store_url)
    yield store_url


@pytest.mark.parametrize("name", MAILS)
def test_of_a_mail_server_that_answers_without_end_little_is_read(hotel: str, name: str) -> None:
    sent: list[int] = []
    with listening(_endless(*MAILS[name], sent)) as port:
        mailbox = Mailbox()
        mailbox.port = port
        status = command(hotel, "alerts", "notify", "--quiet", **mailbox.settings())
    assert status in (ExitCode.OK, ExitCode.PARTLY_DONE)
    assert 0 < sum(sent) < MOST_BYTES
    ((waits, said),) = sql(hotel, "SELECT status, reason FROM minibar_ml.ml_outbox")
    assert waits == "waiting" and "more than 65536 bytes" in said


def _send(talk: Talk) -> None:
    with listening(talk) as port, pytest.raises(NotDelivered, match="did not accept"):
        AppriseChannel("chat", ["127.0.0.1"]).send(f"ntfy://127.0.0.1:{port}/t", "A", Mail("s", "t", "h"), "1")


@pytest.mark.parametrize("name", ANSWERS)
def test_of_a_service_that_answers_without_end_little_is_read(name: str) -> None:
    sent: list[int] = []
    _send(_endless(*ANSWERS[name], sent))
    assert 0 < sum(sent) < MOST_BYTES


def test_of_a_small_answer_that_unpacks_to_much_little_is_unpacked() -> None:
    packed = gzip.compress(bytes(300_000_000), 9)
    assert len(packed) < 1_000_000
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    def talk(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(head + packed)

    _send(talk)
