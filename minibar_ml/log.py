"""Logging: to stderr, readable on a terminal, one plain line an event under cron."""

import logging
import sys

logger = logging.getLogger("minibar_ml")


def configure(*, quiet: bool = False, verbose: bool = False, stamped: bool = False) -> None:
    """Set the level and the one handler; `stamped` puts a time before each line, as a log file needs it."""
    logger.handlers.clear()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(("%(asctime)s " if stamped else "") + "%(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO)
