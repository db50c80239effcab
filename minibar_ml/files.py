"""Writing files atomically: a reader sees the old file or the new one, never a part."""

import os
import tempfile
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.permissions import require_own_folder

PRIVATE, SHARED = 0o600, 0o640
FOLDER_MODE = 0o750


def write_whole(path: Path, content: bytes, mode: int = SHARED, *, hint: str) -> None:
    """Write through a temporary file in the same folder, and have file and folder on disk before returning.

    Creates the folder if it is missing. Raises ConfigurationError naming file and folder where that fails, `hint` says
    what to do, and where anybody may replace files of the folder.
    """
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        require_own_folder(path.parent, path.name)
        # mkstemp creates it with mode 0600.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise ConfigurationError(f"Can't write {path.name} to {path.parent} ({error.strerror}): {hint}.") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
