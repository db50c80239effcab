"""A row of numbers as a row of blocks."""

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
NO_DATA = "·"
MARK = "^"


def sparkline(values: Sequence[float | None]) -> str:
    """One block per value, from zero (or the lowest, if negative) to the highest; `·` for a missing one."""
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    steps = (len(BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(NO_DATA if value is None else BLOCKS[round((value - low) * steps)] for value in values)


def carets(marked: Sequence[bool]) -> str:
    """The line below a sparkline: a caret at each mark."""
    return "".join(MARK if one else " " for one in marked)
