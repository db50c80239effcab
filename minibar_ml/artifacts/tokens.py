"""Short secrets, such as the URL of a chat service: sealed with the keys that seal models."""

from minibar_ml.artifacts.keys import FINGERPRINT_BYTES, Keys
from minibar_ml.domain.errors import ConfigurationError

MAGIC = b"MBMT"
_TOKEN_AT = len(MAGIC) + FINGERPRINT_BYTES
AGAIN = "restore that key, or set the address again with `minibar-ml people set`"


def seal_token(text: str, keys: Keys) -> bytes:
    """A text as bytes that only these keys open."""
    return MAGIC + keys.fingerprints[0] + keys.fernet.encrypt(text.encode())


def open_token(blob: bytes, keys: Keys | None) -> str:
    """The text of a sealed blob; raises ConfigurationError, with what to do, where it can't be opened."""
    from cryptography.fernet import InvalidToken

    if keys is None:
        raise ConfigurationError("The address is sealed and there is no key: see `minibar-ml keys status`.")
    used = blob[len(MAGIC) : _TOKEN_AT]
    if not blob.startswith(MAGIC) or used not in keys.fingerprints:
        raise ConfigurationError(f"The address was sealed with key {used.hex()}, which is missing: {AGAIN}.")
    try:
        return keys.fernet.decrypt(blob[_TOKEN_AT:]).decode()
    except InvalidToken:
        raise ConfigurationError(f"The sealed address was changed after it was sealed: {AGAIN}.") from None
