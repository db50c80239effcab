"""Changing the key file: adding a new key in front, removing old ones; atomically."""

from collections.abc import Collection, Sequence
from pathlib import Path

from minibar_ml.artifacts.keys import VARIABLE, Keys, fingerprint, parse_keys, read_key_file
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.files import PRIVATE, write_whole


def changeable(settings: Settings) -> Path:
    """The key file in use; raises ConfigurationError where the keys come from the environment."""
    if settings.encryption_keys:
        raise ConfigurationError(
            f"The keys come from {VARIABLE}, which only you can change: put the new key in front of the old ones, run "
            "`minibar-ml keys rotate`, and remove keys that `minibar-ml keys status` shows as not needed."
        )
    return settings.key_file.absolute()


def put_new_key_first(path: Path) -> Keys:
    """Generate a key and write it in front of the others; returns all of them."""
    from cryptography.fernet import Fernet

    return _rewrite(path, [Fernet.generate_key().decode("ascii"), *_keys(path)])


def take_out(path: Path, fingerprints: Collection[bytes]) -> Keys:
    """Write the file without the keys of these fingerprints; returns those that are left."""
    return _rewrite(path, [key for key in _keys(path) if fingerprint(key) not in fingerprints])


def _keys(path: Path) -> list[str]:
    text = read_key_file(path)
    parse_keys(text, str(path))  # a damaged file is not overwritten
    return text.replace(",", " ").split()


def _rewrite(path: Path, keys: Sequence[str]) -> Keys:
    """Replace the file with one of these keys, readable only by its owner, on disk before anything relies on it."""
    text = "".join(f"{key}\n" for key in keys)
    made = parse_keys(text, str(path))
    path = path.resolve()  # a link stays one
    write_whole(path, text.encode("ascii"), PRIVATE, hint="nothing was changed; make that folder writable")
    return made
