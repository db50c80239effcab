"""Servers that talk as the test says, byte by byte, and not as a protocol does."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

Talk = Callable[[socket.socket], None]


@contextmanager
def listening(talk: Talk) -> Iterator[int]:
    """A server that talks so with everybody who comes; its port."""
    server, lines = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return  # the test is over
            lines.append(line)
            threading.Thread(target=_talk, args=(line, talk), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for line in lines:
            line.close()


def _talk(line: socket.socket, talk: Talk) -> None:
    with closing(line):
        try:
            talk(line)
        except OSError:
            return  # the other side has left, as it should
