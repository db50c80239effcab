"""Right-to-left names within sentences of ours, which run from left to right."""

from unicodedata import bidirectional

from minibar_ml.render.tables import printable

ISOLATE, POP_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
"""What stands before and behind a name whose direction must not change the text around it."""


def has_right_to_left(text: str) -> bool:
    """Whether any letter of it runs from right to left."""
    return any(bidirectional(letter) in ("R", "AL") for letter in text)


def isolate(name: str) -> str:
    """The name as it can stand in a sentence: printable, and where it runs from right to left isolated."""
    plain = printable(name)
    return f"{ISOLATE}{plain}{POP_ISOLATE}" if has_right_to_left(plain) else plain


def isolate_in(text: str, name: str) -> str:
    """The text, printable, in which the name is isolated, so that figures next to it keep their place."""
    plain = printable(name)
    return printable(text).replace(plain, isolate(plain))
