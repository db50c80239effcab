"""The keys that seal models: read from ML_ENCRYPTION_KEYS or a 0600 file, made once, never printed."""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from minibar_ml.artifacts.secret_files import read_bytes
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.permissions import require_own_folder

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

VARIABLE = "ML_ENCRYPTION_KEYS"
KEY_BYTES = 32
FINGERPRINT_BYTES = 8
NEEDS_NEW = "run `minibar-ml keys new` to create one, or restore the backup of the one that sealed your models"


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys, newest first: the first one seals, all of them open. `source`: where they come from."""

    fernet: "MultiFernet" = field(repr=False)
    fingerprints: tuple[bytes, ...]
    source: str


def fingerprint(key: str) -> bytes:
    """Eight bytes that identify a key and reveal nothing of it."""
    return hashlib.sha256(b"minibar-ml key " + key.encode()).digest()[:FINGERPRINT_BYTES]


def load_keys(settings: Settings) -> Keys:
    """The keys of these settings; raises ConfigurationError, with what to do, where there is none or a bad one."""
    if settings.encryption_keys:
        return parse_keys(settings.encryption_keys, VARIABLE)
    return parse_keys(read_key_file(settings.key_file), str(settings.key_file))


def parse_keys(text: str, source: str) -> Keys:
    """The keys of a text, separated by commas or line ends; raises ConfigurationError without repeating any."""
    from cryptography.fernet import Fernet, MultiFernet

    keys = text.replace(",", " ").split()
    if not keys:
        raise ConfigurationError(f"{source} holds no key: {NEEDS_NEW}.")
    for number, key in enumerate(keys, start=1):
        if not _is_key(key):
            raise ConfigurationError(
                f"Key {number} of {source} is not a Fernet key (44 characters that encode 32 bytes): {NEEDS_NEW}."
            )
    return Keys(MultiFernet([Fernet(key) for key in keys]), tuple(fingerprint(key) for key in keys), source)


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key.encode("ascii"), altchars=b"-_", validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def read_key_file(path: Path) -> str:
    """The key file's text, never to be shown; raises ConfigurationError where it is missing or not safe."""
    try:
        content = read_bytes(path, f"The key file {path} (ML_KEY_FILE)", "replace the key")
    except ConfigurationError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        raise ConfigurationError(f"No key: {VARIABLE} is empty and {path} does not exist; {NEEDS_NEW}.") from error
    # Bytes outside ASCII are not a key either: parsing reports them.
    return content.decode("ascii", errors="replace")


def create_key_file(path: Path) -> None:
    """Write a new key to a new file, readable only by its owner.

    Raises ConfigurationError where the file exists (it is never overwritten), can't be created, or another user may
    replace it.
    """
    from cryptography.fernet import Fernet

    try:
        require_own_folder(path.absolute().parent, "the key file", is_private=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(
            f"{path} exists and is not overwritten: models sealed with it could not be opened without it. "
            "Move it away first if you want a new key."
        ) from error
    except OSError as error:
        raise ConfigurationError(f"Can't create the key file {path} ({error.strerror}): check ML_KEY_FILE.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink()
        raise ConfigurationError(f"Can't write the key file {path} ({error.strerror}).") from error
