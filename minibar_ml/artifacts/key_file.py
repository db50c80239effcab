"""Changing the key file: a new key put first, old ones taken out; whoever reads it sees the old file or the new one."""

import os
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from minibar_ml.artifacts.keys import VARIABLE, Keys, fingerprint, parse_keys, read_key_file
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError


def changeable(settings: Settings) -> Path:
    """The key file that is in use; raises ConfigurationError where the keys come from the environment."""
    if settings.encryption_keys:
        raise ConfigurationError(
            f"The keys come from {VARIABLE}, which only you can change: write the new key first and leave the old ones "
            "behind it, run `minibar-ml keys rotate`, and take out what `minibar-ml keys status` says nothing needs."
        )
    return settings.key_file.absolute()


def put_new_key_first(path: Path) -> Keys:
    """Make a key and write it in front of those of the file; returns all of them."""
    from cryptography.fernet import Fernet

    return _rewrite(path, [Fernet.generate_key().decode("ascii"), *_keys(path)])


def take_out(path: Path, fingerprints: Collection[bytes]) -> Keys:
    """Write the file without the keys of these fingerprints; returns those that are left."""
    return _rewrite(path, [key for key in _keys(path) if fingerprint(key) not in fingerprints])


def _keys(path: Path) -> list[str]:
    text = read_key_file(path)
    parse_keys(text, str(path))  # a file that is not whole is not written anew
    return text.replace(",", " ").split()


def _rewrite(path: Path, keys: Sequence[str]) -> Keys:
    """Put these keys in the file's place, for its owner alone, and have it on disk before anything relies on it."""
    text = "".join(f"{key}\n" for key in keys)
    made = parse_keys(text, str(path))
    path = path.resolve()  # a link stays one
    try:
        # mkstemp makes it 0600.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise ConfigurationError(
            f"Can't write the key file {path} ({error.strerror}): nothing was changed; make its folder writable for us."
        ) from error
    return made


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
