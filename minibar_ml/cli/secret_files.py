"""Small files that hold a secret: read only where nobody else can."""

import os
import stat
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError

MOST_BYTES = 4096


def read_secret(path: Path, called: str) -> str:
    """The file's text, without white space around it. It is checked once open: nobody can swap it in between.

    `called` is how errors name the file. Raises ConfigurationError where it can't be read, is no text, belongs to
    another user or can be read by others.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{called} can't be read ({error.strerror}): correct it.") from error
    if found.st_uid not in (os.geteuid(), 0):
        raise ConfigurationError(f"{called} belongs to user {found.st_uid}, who can change it: `chown` it to us.")
    if found.st_mode & 0o077:
        mode = stat.S_IMODE(found.st_mode)
        raise ConfigurationError(f"{called} can be read by others (mode {mode:04o}): `chmod 600 {path}`.")
    try:
        return content.decode().strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{called} is no UTF-8 text: write the secret alone into it.") from None
