"""A command on a terminal of a given size, as a person sees it over ssh."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAM = "import sys; from minibar_ml.cli.app import run; run()"
PATIENCE_SECONDS = 40
ROOT = Path(__file__).parents[3]


class Terminal:
    """A running command; `output` grows while it is read."""

    def __init__(self, *arguments: str, columns: int = 80, lines: int = 24, **environment: str) -> None:
        """Start `minibar-ml` with these arguments, in this process's environment with these changes."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment},
        )  # fmt: skip
        os.close(slave)
        self.output = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)

    def wait_for(self, text: str) -> str:
        """Read until a text is there, and return what came since the last call."""
        began, until = len(self.output), time.monotonic() + PATIENCE_SECONDS
        while text not in self.output[began:]:
            assert time.monotonic() < until, f"{text!r} did not come: {self.output[began:]!r}"
            if not self._read():
                assert text in self.output[began:], f"ended without {text!r}: {self.output[began:]!r}"
        return self.output[began:]

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def end(self) -> int:
        """Read until the command has ended, and return its exit status."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._read():
            assert time.monotonic() < until, f"it goes on: {self.output[-400:]!r}"
        return self._process.wait()

    def _read(self) -> bool:
        """Whether the terminal is still open; what came in is added to the output."""
        ready, _, _ = select.select([self._master], [], [], 0.5)
        if not ready:
            return True
        try:
            found = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            return False
        self.output += found.decode(errors="replace")
        return bool(found)
