"""Writing files atomically: a reader sees the old file or the new one, never a part."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.permissions import require_own_folder

PRIVATE, SHARED = 0o600, 0o640
FOLDER_MODE = 0o750


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was opened: what is done in it stays in it, whatever others put at its path meanwhile."""

    path: Path
    descriptor: int

    def write(self, name: str, content: bytes, mode: int = SHARED, *, hint: str) -> None:
        """Write a file through a temporary one, and have file and folder on disk before returning.

        Raises ConfigurationError naming file and folder where that fails; `hint` says what to do.
        """
        temporary = f".{name}.{secrets.token_hex(4)}"
        try:
            descriptor = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE, dir_fd=self.descriptor
            )
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    os.fchmod(file.fileno(), mode)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
            except BaseException:
                self.remove(temporary)
                raise
            os.fsync(self.descriptor)
        except OSError as error:
            raise _unwritten(name, self.path, error, hint) from error

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            os.unlink(name, dir_fd=self.descriptor)
        except FileNotFoundError:
            return

    def names(self) -> list[str]:
        """What is in it."""
        return os.listdir(self.descriptor)  # noqa: PTH208 - a path may lead elsewhere by now

    def found(self, name: str) -> os.stat_result:
        """What has this name: a link is one. Raises FileNotFoundError where nothing has."""
        return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)


@contextmanager
def opened(path: Path, within: Folder | None = None) -> Iterator[Folder]:
    """Open a folder; one `within` another must be a folder itself and no link. Raises OSError where it is none."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    name, flags, there = (path.name, flags | os.O_NOFOLLOW, within.descriptor) if within else (path, flags, None)
    descriptor = os.open(name, flags, dir_fd=there)
    try:
        yield Folder(path, descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, mode: int = SHARED, *, hint: str) -> None:
    """Write a file whole, as `Folder.write`, into its folder, which is made if it is missing.

    Raises ConfigurationError naming file and folder where that fails, `hint` says what to do, and where anybody may
    replace files of the folder.
    """
    try:
        require_own_folder(path.parent, path.name, is_private=mode == PRIVATE)
        make_folders(path.parent)
        with opened(path.parent) as folder:
            folder.write(path.name, content, mode, hint=hint)
    except OSError as error:
        raise _unwritten(path.name, path.parent, error, hint) from error


def make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it that are not there, none of them open to others; returns what was made."""
    missing = [path for path in reversed((folder, *folder.parents)) if not path.exists()]
    for path in missing:
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return missing


def _unwritten(name: str, folder: Path, error: OSError, hint: str) -> ConfigurationError:
    return ConfigurationError(f"Can't write {name} to {folder} ({error.strerror}): {hint}.")
