"""SMS, push and chat through apprise. Its URLs name service, account and recipient, and contain their tokens."""

import logging
from typing import TYPE_CHECKING

from minibar_ml.deadline import within
from minibar_ml.domain.messages import Mail
from minibar_ml.domain.people import ChannelKind
from minibar_ml.notify.contract import NeverDeliverable, NotDelivered, one_line

if TYPE_CHECKING:
    from apprise import Apprise

SECONDS = 30
"""For one message to one service, name lookup included."""
WIKI = "see https://github.com/caronc/apprise/wiki"


class AppriseChannel:
    """One of the channels `sms`, `push` and `chat`."""

    def __init__(self, kind: ChannelKind) -> None:
        """The kind decides how long a text may be."""
        self._kind = kind

    def send(self, address: str, name: str, mail: Mail, identity: str) -> None:
        """Send one message to the service; see `Channel`. Services take no identity, so they can't detect a repeat."""
        body = mail.text if self._kind == "chat" else mail.short or mail.subject
        service = _service(address)
        try:
            accepted = within(SECONDS, lambda: service.notify(body=body, title=one_line(mail.subject)))
        except TimeoutError as error:
            raise NotDelivered(f"the service {scheme(address)} did not answer ({error})") from error
        if not accepted:
            raise NotDelivered(f"the service {scheme(address)} did not accept the message")

    def close(self) -> None:
        """Nothing is held open."""


def scheme(url: str) -> str:
    """The scheme of an apprise URL, which names the service and is all that may be shown of it."""
    return one_line(url.partition("://")[0])[:40] + "://"


def check(url: str) -> None:
    """Raise NeverDeliverable, without repeating the URL, unless apprise supports it."""
    try:
        _service(url)
    except NeverDeliverable:
        # Without a scheme it may be a bare token.
        raise NeverDeliverable(f"not a URL that apprise supports; {WIKI}") from None


def _service(url: str) -> "Apprise":
    # apprise logs the URLs that it is given, with their tokens.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    from apprise import Apprise

    service = Apprise()
    if not service.add(url):
        raise NeverDeliverable(f"{scheme(url)} is not a URL that apprise supports; {WIKI}")
    return service
