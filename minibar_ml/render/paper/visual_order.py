"""Right-to-left text for reportlab, which only sets letters from left to right: joined, and in the order seen.

python-bidi orders a line by the Unicode Bidirectional Algorithm (UAX #9) up to rule L2, isolates and pairs of brackets
included; arabic-reshaper joins Arabic letters. What python-bidi leaves to whoever draws the letters is added here:
points stand behind their letter (rule L3) and brackets open to the side they are read from (rule L4).
"""

import re
from functools import cache
from typing import cast
from unicodedata import mirrored

from arabic_reshaper import ArabicReshaper
from bidi import get_display

from minibar_ml.render.directions import ISOLATE, POP_ISOLATE, has_right_to_left

_OPPOSITE = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_FIRST, _SECOND = "\ufe00", "\ufe01"
"""Two marks that take the direction of the sign before them: their order shows in which direction it was set."""
_POINTS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
_POINTS_BEFORE_LETTER = re.compile(rf"([{_POINTS}]+)([\u05d0-\u05f2\u0620-\u064a\u066e-\u06d3\ufb1d-\ufefc])")
_TURNED_SIGN = re.compile(f"{_SECOND}{_FIRST}(.)")
_NOT_DRAWN = dict.fromkeys(map(ord, (ISOLATE, POP_ISOLATE, _FIRST, _SECOND)))


def visual(line: str) -> str:
    """One line with its letters in the order in which they are seen from the left, without isolates.

    Its base direction is that of its first letter outside isolates, as in a browser with `dir="auto"`.
    """
    if not has_right_to_left(line):
        return line.translate(_NOT_DRAWN)
    signed = "".join(f"{one}{_FIRST}{_SECOND}" if mirrored(one) else one for one in _joined(line))
    ordered = _TURNED_SIGN.sub(lambda sign: sign[1].translate(_OPPOSITE), cast(str, get_display(signed)))
    return _POINTS_BEFORE_LETTER.sub(r"\2\1", ordered.translate(_NOT_DRAWN))


def _joined(line: str) -> str:
    return cast(str, _reshaper().reshape(line))


@cache
def _reshaper() -> ArabicReshaper:
    """Keeps vowel points, which are part of a name; leaves out the one ligature that our font lacks."""
    return ArabicReshaper({"delete_harakat": False, "ARABIC LIGATURE ALLAH": False})
