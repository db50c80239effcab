"""SMTP connections that end in time: one deadline over name lookup, connecting, encryption and every read.

smtplib's own time limit is one for each read. A server that sends a byte now and then would hold a run, and with it the
lock of all channels, without end.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from typing import BinaryIO

from minibar_ml.deadline import within

MOST_BYTES = 64 * 1024
"""Of one reply, whose lines smtplib would add up for as long as they come."""
LITERAL = "[127.0.0.1]"
"""What this machine calls itself to a mail server where it has no full name."""


class Line:
    """The socket under a connection, which can be cut whatever TLS makes of it."""

    def __init__(self) -> None:
        """No socket yet."""
        self._socket: socket.socket | None = None
        self._ends_at = 0.0
        self._is_late = False

    def remaining(self) -> float:
        """Seconds until it is cut; raises TimeoutError where there are none left."""
        seconds = self._ends_at - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def hold(self, made: socket.socket) -> None:
        """This is the socket now."""
        self.drop()
        self._socket = made.dup()

    def drop(self) -> None:
        """Let go of the socket."""
        held, self._socket = self._socket, None
        if held is not None:
            held.close()

    @contextmanager
    def until(self, seconds: float) -> Iterator[None]:
        """Cut the line after `seconds`; whatever fails by then, or by a read's own limit, is a TimeoutError."""
        self._ends_at, self._is_late = monotonic() + seconds, False
        timer = Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            if self._is_late or isinstance(error, TimeoutError):
                raise TimeoutError(f"timed out after {seconds:.0f} seconds") from error
            raise
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self._is_late = True
        held = self._socket
        if held is not None:
            # Where the other side was first, what waited for it has ended.
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


class _Replies:
    """What a server sends, line by line, at most MOST_BYTES of each reply."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, 0

    def begin(self) -> None:
        """What comes now is another reply."""
        self._left = MOST_BYTES

    def readline(self, most: int) -> bytes:
        """The next line, as a file's; raises OSError where the reply is too long."""
        line = self._file.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise OSError(f"a reply of more than {MOST_BYTES} bytes")
        return line

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Plain(smtplib.SMTP):
    """A connection on a `Line`, made within its time."""

    file: _Replies | None

    def __init__(self, line: Line, host: str, port: int, timeout: float) -> None:
        """Connect; `timeout` is for each read, in seconds."""
        self.line = line
        super().__init__(host, port, _own_name(line), timeout)

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's, of a reply that is not too long."""
        assert self.sock is not None
        if self.file is None:
            self.file = _Replies(self.sock.makefile("rb"))
        self.file.begin()
        return super().getreply()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = within(self.line.remaining(), lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        failure = OSError(f"no address of {host}")
        for family, kind, protocol, _, address in addresses:
            made = socket.socket(family, kind, protocol)
            try:
                self.line.hold(made)
                made.settimeout(self.line.remaining())
                made.connect(address)
            except OSError as error:
                made.close()
                failure = error
            else:
                made.settimeout(timeout)
                return made
        raise failure


class Encrypted(smtplib.SMTP_SSL, Plain):
    """The same, encrypted from the first byte."""

    def __init__(self, line: Line, host: str, port: int, timeout: float, context: ssl.SSLContext) -> None:
        """Connect; `timeout` is for each read, in seconds."""
        self.line = line
        smtplib.SMTP_SSL.__init__(self, host, port, _own_name(line), timeout=timeout, context=context)


def _own_name(line: Line) -> str:
    # smtplib would ask the name server itself, and wait for it as long as it takes.
    name = within(line.remaining(), socket.getfqdn)
    return name if "." in name else LITERAL
