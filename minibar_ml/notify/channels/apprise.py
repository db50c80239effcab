"""SMS, push and chat through apprise, whose URL names service, account and recipient, and holds their tokens."""

import logging
from typing import TYPE_CHECKING

from minibar_ml.domain.messages import Mail
from minibar_ml.domain.people import ChannelKind
from minibar_ml.notify.contract import NeverDeliverable, NotDelivered, one_line

if TYPE_CHECKING:
    from apprise import Apprise

WIKI = "see https://github.com/caronc/apprise/wiki"


class AppriseChannel:
    """One of the channels `sms`, `push` and `chat`."""

    def __init__(self, kind: ChannelKind) -> None:
        """The kind says how long a text may be."""
        self._kind = kind

    def send(self, address: str, name: str, mail: Mail, identity: str) -> None:
        """Hand one message to the service; see `Channel`. Services know no identity: a repeat can't be told from it."""
        body = mail.text if self._kind == "chat" else mail.short or mail.subject
        if not _service(address).notify(body=body, title=one_line(mail.subject)):
            raise NotDelivered(f"the service {scheme(address)} did not take the message")

    def close(self) -> None:
        """Nothing is held open."""


def scheme(url: str) -> str:
    """What may be shown of an apprise URL: which service it is."""
    return one_line(url.partition("://")[0])[:40] + "://"


def check(url: str) -> None:
    """Raise NeverDeliverable, repeating nothing of it, unless a URL is one that apprise knows."""
    try:
        _service(url)
    except NeverDeliverable:
        # What has no scheme may be a token alone.
        raise NeverDeliverable(f"this is no URL that apprise knows: {WIKI}") from None


def _service(url: str) -> "Apprise":
    # It logs what it is given, tokens and all.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    from apprise import Apprise

    service = Apprise()
    if not service.add(url):
        raise NeverDeliverable(f"{scheme(url)} is no URL that apprise knows: {WIKI}")
    return service
