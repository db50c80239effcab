"""A real SMTP server for tests, which keeps what it accepts and fails as the test asks."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from support.hotels.simulated import sql

Answer = Callable[["Mailbox", Any], str | None]


class Mailbox:
    """What was accepted, in order; `at_rcpt` and `at_data` may refuse by returning another answer."""

    def __init__(self, at_rcpt: Answer | None = None, at_data: Answer | None = None) -> None:
        self.accepted: list[EmailMessage] = []
        self.port = 0
        self._at_rcpt, self._at_data = at_rcpt, at_data

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self._at_rcpt and (answer := self._at_rcpt(self, address)):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.accepted.append(message)
        if self._at_data and (answer := self._at_data(self, server)):
            if answer.startswith(("4", "5")):
                self.accepted.pop()
            return answer
        return "250 accepted"

    def settings(self, **more: str) -> dict[str, str]:
        """The settings that lead to this server."""
        known = {"ML_SMTP_HOST": "localhost", "ML_SMTP_PORT": str(self.port), "ML_SMTP_SENDER": "minibar@otel.example"}
        return {**known, "ML_SMTP_TLS": "none", **more}


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(mailbox: Mailbox, **options: Any) -> Iterator[Mailbox]:
    """The server at work; `options` are those of aiosmtpd's SMTP."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


ALERTS = """
INSERT INTO minibar_ml.ml_alerts (type, severity, hotel_id, entity_type, entity_id, entity_name, metric, value,
    detector, reason, facts, message, suggested_action, occurred_on, last_occurred_on, measured_on,
    raised_at, last_seen)
SELECT :type, :severity, :hotel, 'room', 1000 + n, 'Oda ' || n, 'room_consumption', 9, 'room_consumption', 'room_high',
       '{}', 'm', 'a', day, day, day, now(), now()
FROM generate_series(:first, :first + :count - 1) n, CAST(CAST(now() AS date) - :days AS date) AS day RETURNING id
"""


def raise_alerts(
    url: str,
    count: int = 1,
    *,
    type_: str = "consumption_anomaly",
    severity: str = "high",
    hotel: int = 1,
    days: int = 0,
    first: int = 1,
) -> list[int]:
    """Open alerts of different rooms, found so many days ago; their ids."""
    values = {"type": type_, "severity": severity, "hotel": hotel, "days": days, "count": count, "first": first}
    return [row.id for row in sql(url, ALERTS, **values)]
