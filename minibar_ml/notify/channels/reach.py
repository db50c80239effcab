"""Where services may be: at public addresses, and at those of the hotel's own network that the server's settings name.

Each connection goes to the address that was checked: a name that leads elsewhere the second time, a redirect, a number
that is an address (`http://2130706433/`) and IPv6 forms of IPv4 end at the same check.
"""

import io
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that a gateway turns into the IPv4 address of their last 32 bits."""
TUNNELS = (ipaddress.ip_network("2001::/32"), ipaddress.ip_network("2002::/16"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that lead to an IPv4 address in ways of their own; no service is at one."""
MOST_BYTES = 1024 * 1024
"""Of what a service answers, which nobody reads: as it comes, and once more unpacked."""


class NotPublic(OSError):
    """A service is at an address that messages may not go to."""


@dataclass
class Reach:
    """Hosts and networks that are allowed though they are not public; `refused` are the hosts that were not."""

    private: Sequence[str] = ()
    refused: list[str] = field(default_factory=list)

    def look_up(self, host: str, port: int) -> list[str]:
        """The addresses of a host; raises NotPublic where it may not be reached, OSError where it is not found."""
        bare = host.strip("[]").rstrip(".")
        try:
            found = [str(one[4][0]) for one in socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)]
        except UnicodeError as error:
            raise OSError(f"{host} is not a name") from error
        if not (self._is_named(bare) or self._is_proxy(bare, port) or all(self._is_allowed(one) for one in found)):
            self.refused.append(host)
            raise NotPublic(f"{host} is not at a public address")
        return found

    def _is_named(self, host: str) -> bool:
        return host.lower() in {one.lower() for one in self.private}

    def _is_proxy(self, host: str, port: int) -> bool:
        """The proxies are those of this process's environment, which decides what it lets through."""
        proxies = (urlsplit(url) for url in getproxies().values())
        return any((one.hostname, one.port) == (host.lower(), port) for one in proxies)

    def _is_allowed(self, address: str) -> bool:
        found = ipaddress.ip_address(address)
        return is_public(found) or any(found in network for network in self._networks())

    def _networks(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        return [ipaddress.ip_network(one, strict=False) for one in self.private if is_network(one)]


def is_network(text: str) -> bool:
    """Whether a text is an address or a network, and not a name."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may have this address."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in TRANSLATED:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.is_site_local or any(address in one for one in TUNNELS):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


class _Bounded(io.RawIOBase):
    """What comes by a connection, until it is too much."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw, self._left = raw, MOST_BYTES

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """As a socket's; raises OSError where more has come than an answer may have."""
        count: int | None = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise OSError(f"an answer of more than {MOST_BYTES} bytes")
        return count

    def close(self) -> None:
        """Close the socket's file."""
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer of at most MOST_BYTES, headers included: memory would hold all that a service sends."""

    def __init__(self, *connected: Any, **named: Any) -> None:
        super().__init__(*connected, **named)
        self.fp = io.BufferedReader(_Bounded(self.fp.detach()))


def _unpacked(stream: Callable[..., Iterator[bytes]]) -> Callable[..., Iterator[bytes]]:
    """urllib3's way to read an answer, which ends where that unpacks to more than MOST_BYTES."""
    from urllib3.exceptions import ProtocolError

    def read(answer: Any, *options: Any, **named: Any) -> Iterator[bytes]:
        taken = 0
        for part in stream(answer, *options, **named):
            taken += len(part)
            if taken > MOST_BYTES:
                answer.close()
                raise ProtocolError(f"an answer that unpacks to more than {MOST_BYTES} bytes")
            yield part

    return read


class _Gate:
    """urllib3's way to connect, behind the check of a `Reach`, and to read. Nothing here uses urllib3 but apprise."""

    def __init__(self) -> None:
        """It is put up once, when the first service is notified: most commands notify none."""
        self.reach = Reach()
        self._create: Callable[..., socket.socket] | None = None

    def put_up(self) -> None:
        """Stand between apprise and the network from now on."""
        from urllib3.connection import HTTPConnection
        from urllib3.response import HTTPResponse as Read
        from urllib3.util import connection

        if self._create is None:
            self._create, connection.create_connection = connection.create_connection, self.connect
            HTTPConnection.response_class = _Answer
            Read.stream = _unpacked(Read.stream)  # type: ignore[method-assign, assignment]

    def connect(self, address: tuple[str, int], *options: Any, **named: Any) -> socket.socket:
        """As urllib3's, to one of the addresses that were checked."""
        assert self._create is not None
        host, port = address
        failure = OSError(f"{host} has no address")
        for one in self.reach.look_up(host, port):
            try:
                return self._create((one, port), *options, **named)
            except OSError as error:
                failure = error
        raise failure


_gate = _Gate()


def confine(reach: Reach) -> None:
    """From now on services are connected to only where `reach` allows."""
    _gate.reach = reach
    _gate.put_up()
