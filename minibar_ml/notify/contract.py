"""What a channel is: it takes a message to an address, or says why not and whether trying again makes sense."""

import re
from typing import Protocol

from minibar_ml.domain.messages import Mail

LONGEST_REASON = 300
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


class NotDelivered(Exception):
    """This message can't be delivered now; it may be later."""


class NeverDeliverable(NotDelivered):
    """This address refuses for good: trying again is of no use."""


class ChannelDown(NotDelivered):
    """Nobody can be reached by this channel now: the others need not be tried in this run."""


class Channel(Protocol):
    """One way to reach people. A channel raises NotDelivered or one of its kinds, with a reason fit to be shown.

    `identity` is the same for every attempt at one message and another for any other message.
    """

    def send(self, address: str, name: str, mail: Mail, identity: str) -> None:
        """Hand a message over; it was accepted when this returns."""

    def close(self) -> None:
        """Let go of what the channel holds open."""


def one_line(text: str) -> str:
    """A text without anything that could break a header, a log line or a terminal."""
    return _BREAKS.sub(" ", text).strip()


def reason(text: str) -> str:
    """Why something was not delivered, as it may be kept and shown."""
    return one_line(text)[:LONGEST_REASON] or "no reason given"
