"""Small files that hold a secret: read only where nobody else can read them."""

from pathlib import Path

from minibar_ml import permissions
from minibar_ml.domain.errors import ConfigurationError


def read_bytes(path: Path, called: str, hint: str) -> bytes:
    """The file's content.

    `called` is how errors name the file, `hint` what else to do where others could read it. Raises ConfigurationError
    where it can't be read, is not a regular file, has another owner or is readable by others.
    """
    try:
        content, found = permissions.read_bytes(path)
    except OSError as error:
        raise ConfigurationError(
            f"{called} can't be read ({error.strerror}): correct the path or its permissions."
        ) from error
    permissions.require_private(path, found, called, hint)
    return content


def read_text(path: Path, called: str) -> str:
    """The file's text, without white space around it; raises as `read_bytes`, and where it is not text."""
    try:
        return read_bytes(path, called, "change the secret").decode().strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{called} is not UTF-8 text: it must hold the secret alone.") from None
