"""SMS, push and chat through apprise. Its URLs name service, account and recipient, and contain their tokens.

Which services may be used is said by services.py, where they may be by reach.py.
"""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from minibar_ml.deadline import within
from minibar_ml.domain.messages import Mail
from minibar_ml.domain.people import ChannelKind
from minibar_ml.notify.channels.reach import NotPublic, Reach, confine
from minibar_ml.notify.channels.services import own_host, require_allowed
from minibar_ml.notify.contract import NeverDeliverable, NotDelivered, one_line

if TYPE_CHECKING:
    from apprise import Apprise

SECONDS = 30
"""For one message to one service, name lookup included."""
WIKI = "see https://github.com/caronc/apprise/wiki"
PRIVATE = "is at an address of a private network, which ML_PRIVATE_CHANNELS does not name"
HTTP = 80


class AppriseChannel:
    """One of the channels `sms`, `push` and `chat`."""

    def __init__(self, kind: ChannelKind, private: Sequence[str] = ()) -> None:
        """The kind decides how long a text may be; `private` are the hosts and networks that need not be public."""
        self._kind, self._private = kind, private

    def send(self, address: str, name: str, mail: Mail, identity: str) -> None:
        """Send one message to the service; see `Channel`. Services take no identity, so they can't detect a repeat."""
        body = mail.text if self._kind == "chat" else mail.short or mail.subject
        service, reach = _service(address), Reach(self._private)
        confine(reach)
        try:
            accepted = within(SECONDS, lambda: _notify(service, reach, one_line(mail.subject), body))
        except TimeoutError as error:
            raise NotDelivered(f"the service {scheme(address)} did not answer ({error})") from error
        if reach.refused:
            raise NotDelivered(f"the service {scheme(address)} {PRIVATE}")
        if not accepted:
            raise NotDelivered(f"the service {scheme(address)} did not accept the message")

    def close(self) -> None:
        """Nothing is held open."""


def scheme(url: str) -> str:
    """The scheme of an apprise URL, which names the service and is all that may be shown of it."""
    return one_line(url.partition("://")[0])[:40] + "://"


def check(url: str, private: Sequence[str] = ()) -> None:
    """Raise NeverDeliverable, without repeating the URL, unless messages may go there; see `AppriseChannel`."""
    try:
        service = _service(url)
    except NeverDeliverable as error:
        # Without a scheme it may be a bare token.
        raise NeverDeliverable(str(error) if "://" in url else f"not a URL that apprise supports; {WIKI}") from None
    try:
        is_reachable = within(SECONDS, lambda: _is_reachable(service, Reach(private)))
    except TimeoutError:
        return  # who sends looks again
    if not is_reachable:
        raise NeverDeliverable(f"{scheme(url)} {PRIVATE}")


def _notify(service: "Apprise", reach: Reach, title: str, body: str) -> bool:
    return _is_reachable(service, reach) and bool(service.notify(body=body, title=title))


def _is_reachable(service: "Apprise", reach: Reach) -> bool:
    """Whether messages may go to the host that the URL names. One that is not found now may be found later."""
    host = own_host(service)
    try:
        if host is not None:
            reach.look_up(host, service[0].port or HTTP)
    except NotPublic:
        return False
    except OSError:
        return True
    return True


def _service(url: str) -> "Apprise":
    # apprise logs the URLs that it is given, with their tokens.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    from apprise import Apprise

    service = Apprise()
    # No service redirects, and behind a proxy nobody here sees where to.
    service.asset.http_redirects = False
    if not service.add(url):
        raise NeverDeliverable(f"{scheme(url)} is not a URL that apprise supports; {WIKI}")
    require_allowed(service, scheme(url))
    return service
