"""Small files that hold a secret: read only where nobody else can."""

import os
import stat
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError

MOST_BYTES = 64 * 1024


def read_bytes(path: Path, called: str, mend: str) -> bytes:
    """What is in the file. It is checked once open, so that nobody can swap it in between.

    `called` is how errors name the file, `mend` what to do besides where others could read it. Raises
    ConfigurationError where it can't be read, is no regular file, belongs to another user or can be read by others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ConfigurationError(f"{called} can't be read ({error.strerror}): correct it.") from error
    try:
        _refuse_unsafe(path, called, mend, os.fstat(descriptor))
        return os.read(descriptor, MOST_BYTES)
    finally:
        os.close(descriptor)


def read_text(path: Path, called: str) -> str:
    """The file's text, without white space around it; raises as `read_bytes`, and where it is no text."""
    try:
        return read_bytes(path, called, "change what is in it").decode().strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{called} is no UTF-8 text: write the secret alone into it.") from None


def _refuse_unsafe(path: Path, called: str, mend: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ConfigurationError(f"{called} is no regular file: correct it.")
    if found.st_uid != os.geteuid():
        raise ConfigurationError(
            f"{called} belongs to user {found.st_uid}, not to us ({os.geteuid()}): "
            f"run as its owner, or `chown {os.geteuid()} {path}`."
        )
    if found.st_mode & 0o077:
        raise ConfigurationError(
            f"{called} can be read by others (mode {stat.S_IMODE(found.st_mode):04o}): `chmod 600 {path}`, "
            f"and if they may have read it, {mend}."
        )
