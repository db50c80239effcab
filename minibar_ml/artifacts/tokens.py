"""Short secrets, such as the URL of a chat service: sealed with the keys that seal models, each for one place.

blob  = MAGIC, fingerprint of the key (8 bytes), Fernet token
token = encrypted and authenticated JSON: [place, text]; under UNBOUND, of earlier stores, the text alone
"""

import json

from minibar_ml.artifacts.keys import FINGERPRINT_BYTES, Keys
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.messages import Recipient

MAGIC = b"MBMP"
UNBOUND = b"MBMT"
"""What earlier versions sealed: it opens in any place until `keys rotate` has sealed it again and `keys prune` has
removed its key."""
_TOKEN_AT = len(MAGIC) + FINGERPRINT_BYTES
AGAIN = "restore that key, or set the address again with `minibar-ml people set`"


def address_of(recipient: Recipient, keys: Keys | None) -> str:
    """The address that a channel is given; raises ConfigurationError where it is sealed and can't be opened."""
    if recipient.sealed is None:
        return recipient.shown
    return open_token(recipient.sealed, place_of(recipient.person_id, recipient.channel), keys)


def place_of(person_id: int, kind: str) -> str:
    """The one place where a person's address of a kind opens."""
    return f"{kind} of person {person_id}"


def seal_token(text: str, place: str, keys: Keys) -> bytes:
    """A text as bytes that only these keys open, and only in this place."""
    return MAGIC + keys.fingerprints[0] + keys.fernet.encrypt(json.dumps([place, text]).encode())


def open_token(blob: bytes, place: str, keys: Keys | None) -> str:
    """The text of a sealed blob; raises ConfigurationError, with what to do, where it can't be opened in this place."""
    from cryptography.fernet import InvalidToken

    if keys is None:
        raise ConfigurationError("The address is sealed and there is no key: see `minibar-ml keys status`.")
    magic, used = blob[: len(MAGIC)], blob[len(MAGIC) : _TOKEN_AT]
    if magic not in (MAGIC, UNBOUND) or used not in keys.fingerprints:
        raise ConfigurationError(f"The address was sealed with key {used.hex()}, which is missing: {AGAIN}.")
    try:
        text = keys.fernet.decrypt(blob[_TOKEN_AT:]).decode()
    except InvalidToken:
        raise ConfigurationError(f"The sealed address was changed after it was sealed: {AGAIN}.") from None
    return text if magic == UNBOUND else _of_place(text, place)


def _of_place(sealed: str, place: str) -> str:
    found, text = json.loads(sealed)
    if found != place:
        raise ConfigurationError(
            f"The address was sealed as the {found} and put in the place of the {place}: find out who did it, and set "
            "the address again with `minibar-ml people set`."
        )
    return str(text)
