"""One key at a time from a terminal, also over ssh."""

import codecs
import os
import sys
import termios
import tty

from minibar_ml.domain.errors import UsageError

ESCAPE = "\x1b"
END = ("\x03", "\x04", "")
"""Ctrl-C, Ctrl-D, and a line that was cut."""


def require_terminal(what: str) -> None:
    """Raise UsageError where there is nobody to press a key."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(f"{what} needs a terminal; `minibar-ml alerts list` prints to pipes.")


def key() -> str:
    """The next character that is typed, without waiting for Enter; an arrow or function key is ESCAPE.

    What ends the session, one of END, is returned like any other.
    """
    sys.stdout.flush()
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal, termios.TCSADRAIN)
        return _character(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _character(terminal: int) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while True:
        byte = os.read(terminal, 1)
        if byte == ESCAPE.encode():
            os.read(terminal, 16) if _is_waiting(terminal) else b""
            return ESCAPE
        if not byte or (found := decoder.decode(byte)):
            return found if byte else ""


def _is_waiting(terminal: int) -> bool:
    from select import select

    return bool(select([terminal], [], [], 0.05)[0])
