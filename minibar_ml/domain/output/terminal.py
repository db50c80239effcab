"""Text from outside, made fit for a terminal and a log: it can neither steer the one nor forge a line of the other."""

import unicodedata

_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    """Text whose control and direction characters are written out."""
    return "".join(_escaped(one) if unicodedata.category(one) in _STEERING else one for one in text)


def _escaped(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
