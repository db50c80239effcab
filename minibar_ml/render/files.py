"""Writing a rendered file: whole or not at all."""

import os
import tempfile
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError

MODE = 0o640
OTHER_FOLDER = "name another with --out or ML_REPORT_DIR"


def write_whole(path: Path, content: bytes, mode: int = MODE, otherwise: str = OTHER_FOLDER) -> None:
    """Write through a temporary file in the same folder, so that a reader sees the old file or the new one.

    Makes the folder if it is missing. Raises ConfigurationError naming it where that or the writing fails, and what
    to do `otherwise`.
    """
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), mode)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigurationError(
            f"Can't write {path.name} into {path.parent} ({error.strerror}): make that folder writable, or {otherwise}."
        ) from error
