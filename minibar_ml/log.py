"""Logging: to stderr, readable on a terminal, one plain line an event under cron."""

import logging
import shutil
import sys
from typing import Any

from minibar_ml.domain.output.terminal import visible, wrapped

logger = logging.getLogger("minibar_ml")


class _Plain(logging.Formatter):
    """An event is one line whatever is in it, on a terminal broken between words; a traceback's lines are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging names it
        line = visible(super().formatMessage(record))
        return wrapped(line, shutil.get_terminal_size().columns) if sys.stderr.isatty() else line

    def formatException(self, ei: Any) -> str:  # noqa: N802
        lines = super().formatException(ei).splitlines()
        return "\n".join(f"  {visible(line)}" for line in lines)


def configure(*, quiet: bool = False, verbose: bool = False, stamped: bool = False) -> None:
    """Set the level and the one handler; `stamped` puts a time before each line, as a log file needs it."""
    logger.handlers.clear()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain(("%(asctime)s " if stamped else "") + "%(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO)
