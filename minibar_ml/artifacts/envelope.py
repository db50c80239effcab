"""The sealed envelope: nothing of a blob is parsed before it is proven ours, whole, and the model that was asked for.

blob  = MAGIC, fingerprint of the key (8 bytes), Fernet token
token = encrypted and authenticated zlib stream
inner = length of the header (4 bytes), header (JSON), payload
header = format, model_type, metric_type, hotel_id, version, library versions, SHA-256 of the payload
"""

import hashlib
import json
import platform
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from typing import Any

from minibar_ml import __version__
from minibar_ml.artifacts import payload as serial
from minibar_ml.artifacts.keys import FINGERPRINT_BYTES, Keys
from minibar_ml.domain.errors import ModelRefused
from minibar_ml.domain.models import ModelHeader

MAGIC = b"MBML"
FORMAT = 1
COMPRESSION_LEVEL = 6
_LENGTH = struct.Struct(">I")
_TOKEN_AT = len(MAGIC) + FINGERPRINT_BYTES
RETRAIN = "run `minibar-ml train`"


@cache
def library_versions() -> dict[str, str]:
    """What a model made by this process depends on."""
    return {
        "python": platform.python_version(),
        "scikit-learn": version("scikit-learn"),
        "numpy": version("numpy"),
        "minibar-ml": __version__,
    }


def seal(payload: Mapping[str, Any], header: ModelHeader, keys: Keys) -> bytes:
    """The payload as bytes that only these keys open, and only as this very model version.

    Raises TypeError or ValueError for a payload that can't be stored, see `payload.pack`.
    """
    body, has_forest = serial.pack(payload)
    facts = {
        "format": FORMAT,
        **asdict(header),
        "libraries": library_versions(),
        "has_forest": has_forest,
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    head = json.dumps(facts, sort_keys=True).encode()
    inner = _LENGTH.pack(len(head)) + head + body
    if len(inner) > serial.MAX_BYTES:
        raise ValueError(f"{header}: {len(inner)} bytes are more than a sealed model may have ({serial.MAX_BYTES})")
    return MAGIC + keys.fingerprints[0] + keys.fernet.encrypt(zlib.compress(inner, COMPRESSION_LEVEL))


def open_sealed(blob: bytes, expected: ModelHeader, keys: Keys | None) -> dict[str, Any]:
    """The payload of a sealed blob, which must be the model version that is expected.

    Raises ModelRefused, naming the model, the reason and what to do, for anything else.
    """
    with _refusing(expected):
        return serial.unpack(_proven(blob, expected, keys))


def prove(blob: bytes, expected: ModelHeader, keys: Keys | None) -> None:
    """Raise ModelRefused unless a sealed blob is whole, ours, and the model version expected; its payload stays shut.

    Takes no longer than decrypting: forests are not built.
    """
    with _refusing(expected):
        _proven(blob, expected, keys)


def reseal(blob: bytes, expected: ModelHeader, keys: Keys) -> bytes:
    """A sealed blob as the newest key seals it: the same contents, proven as `prove` does and not parsed further.

    Raises ModelRefused for a blob that is not the model version expected, or was changed.
    """
    with _refusing(expected):
        compressed = _decrypt(bytes(blob), keys)
        facts, body = _split(_unfold(compressed))
        _check_place(facts, body, expected)
        return MAGIC + keys.fingerprints[0] + keys.fernet.encrypt(compressed)


def _proven(blob: bytes, expected: ModelHeader, keys: Keys | None) -> bytes:
    facts, body = _split(_unfold(_decrypt(bytes(blob), keys)))
    _check(facts, body, expected)
    return body


@contextmanager
def _refusing(expected: ModelHeader) -> Iterator[None]:
    try:
        yield
    except _Refused as reason:
        raise ModelRefused(f"The {expected} was refused: {reason}.") from None
    except Exception as error:  # a parser may raise anything; whatever it was, there is no model
        raise ModelRefused(
            f"The {expected} was refused: its contents can't be read ({type(error).__name__}); {RETRAIN}."
        ) from error


class _Refused(Exception):
    """Why a blob is not opened, and what to do."""


def _decrypt(blob: bytes, keys: Keys | None) -> bytes:
    from cryptography.fernet import InvalidToken

    if keys is None:
        raise _Refused("there is no key; run `minibar-ml keys status`")
    if not blob.startswith(MAGIC):
        raise _Refused(f"not a sealed model (damaged, or not written by us); {RETRAIN}")
    used = blob[len(MAGIC) : _TOKEN_AT]
    if used not in keys.fingerprints:
        raise _Refused(
            f"it was sealed with key {used.hex()}, which {keys.source} does not hold; restore that key or {RETRAIN}"
        )
    try:
        return keys.fernet.decrypt(blob[_TOKEN_AT:])
    except InvalidToken:
        raise _Refused(f"its bytes were changed after it was sealed (tampered with or damaged); {RETRAIN}") from None


def _unfold(compressed: bytes) -> bytes:
    unfolder = zlib.decompressobj()
    inner = unfolder.decompress(compressed, serial.MAX_BYTES)
    if unfolder.unconsumed_tail or not unfolder.eof:
        raise _Refused(f"it decompresses to more than {serial.MAX_BYTES} bytes or is cut short; {RETRAIN}")
    return inner


def _split(inner: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = _LENGTH.unpack_from(inner)
    body_at = _LENGTH.size + length
    return json.loads(inner[_LENGTH.size : body_at]), inner[body_at:]


def _check(facts: dict[str, Any], body: bytes, expected: ModelHeader) -> None:
    _check_place(facts, body, expected)
    made_by, ours = facts["libraries"]["scikit-learn"], library_versions()["scikit-learn"]
    # Only a forest depends on scikit-learn: statistics stay readable through an upgrade.
    if facts["has_forest"] and made_by.split(".")[:2] != ours.split(".")[:2]:
        raise _Refused(f"it was made by scikit-learn {made_by}, this is {ours}; {RETRAIN}")


def _check_place(facts: dict[str, Any], body: bytes, expected: ModelHeader) -> None:
    if facts["format"] != FORMAT:
        raise _Refused(
            f"its format {facts['format']} is not ours ({FORMAT}); install the newer minibar-ml or {RETRAIN}"
        )
    found = ModelHeader(*(facts[name] for name in ("model_type", "metric_type", "hotel_id", "version")))
    if found != expected:
        raise _Refused(f"it is the {found}, put in the wrong place; {RETRAIN}")
    if hashlib.sha256(body).hexdigest() != facts["sha256"]:
        raise _Refused(f"its payload is not the one that was sealed; {RETRAIN}")
