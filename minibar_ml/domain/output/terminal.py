"""Text from outside, made fit for a terminal and a log: it can neither steer the one nor forge a line of the other."""

import textwrap
import unicodedata

_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    """Text whose control and direction characters are written out."""
    return "".join(_escaped(one) if unicodedata.category(one) in _STEERING else one for one in text)


def wrapped(text: str, width: int) -> str:
    """A message in lines of at most `width` columns, broken between words only; a line to copy stays whole."""
    return "\n".join(line if line.startswith(" ") else _wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False, replace_whitespace=False)


def _escaped(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
