"""Writing a `.env`, and leaving the environment to it."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from minibar_ml.config import location
from minibar_ml.config.settings import PREFIX
from minibar_ml.domain.errors import UsageError
from minibar_ml.files import PRIVATE, write_whole

UNQUOTABLE = "\n'\"\\$"
"""What a value between single quotes may not hold: python-dotenv would read another."""


def require_writable(option: str, value: str) -> None:
    """Raise UsageError for a value that can't stand in a `.env`, without repeating it."""
    if any(character in value for character in UNQUOTABLE):
        raise UsageError(
            f"{option} must not contain quotes, $ and backslashes; in a URL, write %27, %22, %24 and %5C for them."
        )


def write(folder: Path, values: Mapping[str, str], *, hint: str) -> Path:
    """Write the settings of a folder, readable only by their owner; `hint`: what to do where that fails."""
    path = folder / location.NAME
    text = "".join(f"{name}='{value}'\n" for name, value in values.items())
    write_whole(path, text.encode(), PRIVATE, hint=hint)
    return path


def leave_to_files(kept: Collection[str] = ()) -> None:
    """Take this program's variables out of the environment: one of the caller's might name another database."""
    for name in [name for name in os.environ if name.startswith(PREFIX) and name not in kept]:
        del os.environ[name]
