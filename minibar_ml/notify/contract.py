"""The contract of a channel: it delivers a message to an address, or raises why not and whether a retry can help."""

import re
from typing import Protocol

from minibar_ml.domain.messages import Mail

LONGEST_REASON = 300
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


class NotDelivered(Exception):
    """This message can't be delivered now; it may be later."""


class NeverDeliverable(NotDelivered):
    """This address refuses permanently: a retry is of no use."""


class ChannelDown(NotDelivered):
    """The channel is down: this run does not try its other messages."""


class Channel(Protocol):
    """One way to reach people. A channel raises NotDelivered or a subclass, with a reason that may be shown.

    `identity` is the same for every attempt at one message and another for any other message.
    """

    def send(self, address: str, name: str, mail: Mail, identity: str) -> None:
        """Deliver a message; it was accepted when this returns."""

    def close(self) -> None:
        """Close what the channel holds open."""


def one_line(text: str) -> str:
    """A text on one line, without characters that could break a header, a log line or a terminal."""
    return _BREAKS.sub(" ", text).strip()


def reason(text: str) -> str:
    """The reason of a failed delivery, in the length that is stored and shown."""
    return one_line(text)[:LONGEST_REASON] or "no reason given"
