"""Words as they are compared: in small letters, without dots, blanks and the marks of Turkish letters."""

import re
import unicodedata

_TURKISH = str.maketrans("İIıŞşÇçĞğÜüÖö", "iiissccgguuoo")
_NOISE = re.compile(r"[^a-z0-9#]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def bare(text: str) -> str:
    """A heading, a name or a word as it is compared with others: `R. No` is `rno`, `Geliş Tarihi` is `gelistarihi`."""
    plain = unicodedata.normalize("NFKD", text.translate(_TURKISH)).casefold()
    stripped = "".join(letter for letter in plain if not unicodedata.combining(letter))
    found = _NOISE.sub("", stripped)
    # A name in another alphabet is what it is.
    return found or "".join(text.split()).casefold()


def tidy(text: str) -> str:
    """A text without what can't be seen and without blanks too many."""
    return " ".join(_UNSEEN.sub(" ", text).replace("\xa0", " ").split())
