"""What a run goes by that is outside the store: a digest of the program's version, the settings and their files."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from minibar_ml import __version__
from minibar_ml.config.loading import Examined


def digest(examined: Examined) -> str:
    """A digest that changes with any setting and any file that a setting names; of secrets with whether they are set.

    Keys are told apart too: which models can be opened depends on them, and they can't be guessed from a digest.
    """
    return hashlib.sha256("\n".join(_lines(examined)).encode()).hexdigest()


def _lines(examined: Examined) -> Iterator[str]:
    yield __version__
    yield " ".join(sorted(examined.given))
    for spec in fields(examined.settings):
        value = getattr(examined.settings, spec.name)
        shown = repr(value) if spec.repr or spec.name == "encryption_keys" else str(bool(value))
        yield f"{spec.name} {shown}"
        if spec.name.endswith("_file") and str(value):
            yield _state(Path(value))


def _state(path: Path) -> str:
    try:
        found = path.stat()
    except OSError as error:
        return str(error.errno)
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_size} {found.st_mode} {found.st_uid}"
