"""Small files that hold a secret: read only where nobody else can read them."""

import os
import stat
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError

MOST_BYTES = 64 * 1024


def read_bytes(path: Path, called: str, hint: str) -> bytes:
    """The file's content. It is checked after opening, so that nobody can replace it in between.

    `called` is how errors name the file, `hint` what else to do where others could read it. Raises
    ConfigurationError where it can't be read, is not a regular file, has another owner or is readable by others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ConfigurationError(
            f"{called} can't be read ({error.strerror}): correct the path or its permissions."
        ) from error
    try:
        _refuse_unsafe(path, called, hint, os.fstat(descriptor))
        return os.read(descriptor, MOST_BYTES)
    finally:
        os.close(descriptor)


def read_text(path: Path, called: str) -> str:
    """The file's text, without white space around it; raises as `read_bytes`, and where it is not text."""
    try:
        return read_bytes(path, called, "change the secret").decode().strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{called} is not UTF-8 text: it must hold the secret alone.") from None


def _refuse_unsafe(path: Path, called: str, hint: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ConfigurationError(f"{called} is not a regular file.")
    if found.st_uid != os.geteuid():
        raise ConfigurationError(
            f"{called} belongs to user {found.st_uid}, not to the current user ({os.geteuid()}): "
            f"run as its owner, or `chown {os.geteuid()} {path}`."
        )
    if found.st_mode & 0o077:
        raise ConfigurationError(
            f"{called} is readable by others (mode {stat.S_IMODE(found.st_mode):04o}): `chmod 600 {path}`, "
            f"and if somebody may have read it, {hint}."
        )
