"""Right-to-left text for renderings that only know left to right: letters joined, each line in the order seen.

A small part of the Unicode bidirectional algorithm, enough for names: words of one direction within the other, with
numbers, blanks and brackets. A line with any letter of ours runs to the right as a whole, since our sentences do.
Embeddings by control characters are not followed; the caller takes those out.
"""

from functools import cache
from unicodedata import bidirectional, category, decomposition, mirrored

_BRACKETS = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_FORMS = ("<isolated>", "<final>", "<initial>", "<medial>")
_RIGHT = ("R", "AL")
_NUMBERS = ("EN", "AN")


def has_right_to_left(text: str) -> bool:
    """Whether any letter of it runs from right to left."""
    return any(bidirectional(letter) in _RIGHT for letter in text)


def visual(line: str) -> str:
    """One line with its letters in the order in which they are seen from the left."""
    shaped = _joined(line)
    levels = _levels(shaped)
    order = list(range(len(shaped)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end + 1
    return "".join(
        shaped[at].translate(_BRACKETS) if levels[at] % 2 and mirrored(shaped[at]) else shaped[at] for at in order
    )


def _levels(text: str) -> list[int]:
    """Even runs to the right, odd to the left; numbers run to the right within the left."""
    strong = ["R" if kind in _RIGHT else "L" if kind == "L" else kind for kind in map(bidirectional, text)]
    base = "L" if "L" in strong or "R" not in strong else "R"
    before = base
    for at, kind in enumerate(strong):
        if kind in _NUMBERS:
            strong[at] = "N" if before == "R" else "L"
        elif kind in ("L", "R"):
            before = kind
    for at, kind in enumerate(strong):
        if kind not in ("L", "R", "N"):
            left = next((one for one in reversed(strong[:at]) if one in ("L", "R", "N")), base)
            right = next((one for one in strong[at:] if one in ("L", "R", "N")), base)
            sides = {"R" if one == "N" else one for one in (left, right)}
            strong[at] = sides.pop() if len(sides) == 1 else base
    return [{"R": 1, "N": 2, "L": 2 if base == "R" else 0}[kind] for kind in strong]


def _joined(text: str) -> str:
    """Arabic letters in the form that their neighbours ask for."""
    forms, letters, out = _letter_forms(), list(text), []
    visible = [at for at, letter in enumerate(letters) if category(letter) != "Mn"]
    place = {at: index for index, at in enumerate(visible)}
    skipped = set()
    for at, letter in enumerate(letters):
        if at in skipped:
            continue
        index = place.get(at)
        own = forms.get(letter)
        if own is None or index is None:
            out.append(letter)
            continue
        after = visible[index + 1] if index + 1 < len(visible) else None
        before = letters[visible[index - 1]] if index else ""
        joins_before = "<initial>" in forms.get(before, {}) and "<final>" in own
        pair = forms.get(letter + letters[after]) if after is not None else None
        if pair and after is not None:
            skipped.add(after)
            out.append(pair.get("<final>" if joins_before else "<isolated>", letter))
            continue
        joins_after = after is not None and "<initial>" in own and "<final>" in forms.get(letters[after], {})
        out.append(own.get(_FORMS[joins_before + 2 * joins_after], letter))
    return "".join(out)


@cache
def _letter_forms() -> dict[str, dict[str, str]]:
    """The forms of each Arabic letter, and of lam with alef, as Unicode's presentation forms name them."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFE80, 0xFEFD)):
        form, *parts = decomposition(chr(code)).split() or [""]
        if form in _FORMS:
            found.setdefault("".join(chr(int(part, 16)) for part in parts), {})[form] = chr(code)
    return found
