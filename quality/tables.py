"""Figures as Markdown tables, for the terminal and for docs/quality.md alike."""

from collections.abc import Sequence

from quality.figures import (
    Line,
    Point,
    by_size,
    by_subject,
    curve,
    judged,
    recall_at,
    thousand_room_days,
    total,
)
from quality.shares import Share
from quality.truth import Judged, Subject
from quality.walk import Walk

CURVES: tuple[tuple[str, Subject, tuple[float, ...]], ...] = (
    ("room_consumption", "room spike", (0.25, 0.5, 1.0, 2.0)),
    ("silent_room", "silent room", (0.1, 0.2, 0.5, 0.9)),
)
"""Detector, the faults it is for, and the false-alert rates at which its recall is asked for."""


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its first column to the left and figures to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    rule = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    lines = ["| " + " | ".join(_padded(row, widths)) + " |" for row in [head, *rows]]
    return "\n".join([lines[0], "|" + "|".join(rule) + "|", *lines[1:]])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]


def share(one: Share) -> str:
    """A share with two digits."""
    return "-" if one.value is None else f"{one.value:.2f}"


def interval(one: Share) -> str:
    """Its 95 % interval."""
    low, high = one.interval()
    return f"{low:.2f} to {high:.2f}" if one.many else "-"


def summary(walks: Sequence[Walk]) -> str:
    """All subjects and the total."""
    found, room_days = [judged(walk) for walk in walks], thousand_room_days(walk.hotel for walk in walks)
    lines = [*by_subject(found, room_days), total(found, room_days)]
    head = ("faults", "there", "found", "recall", "95 %", "false", "FA/d", "precision")
    return markdown(head, [_line(line) for line in lines])


def _line(line: Line) -> list[str]:
    recall = line.recall
    counts = (str(recall.many), str(recall.some), share(recall), interval(recall))
    return [line.subject or "all", *counts, str(line.false), f"{line.false_rate:.3f}", share(line.precision)]


def hotels(walks: Sequence[Walk]) -> str:
    """One line a hotel."""
    rows = []
    for walk in walks:
        found = judged(walk)
        line = total([found], thousand_room_days([walk.hotel]))
        rows.append([walk.hotel.name, str(walk.hotel.rooms), *_line(line)[1:], str(len(found.operational))])
    return markdown(
        ("hotel", "rooms", "there", "found", "recall", "95 %", "false", "FA/d", "precision", "operational"), rows
    )


def sizes(walks: Sequence[Walk]) -> str:
    """Recall of room spikes by units."""
    found: list[Judged] = [judged(walk) for walk in walks]
    rows = [
        [f"{low} to {high}" if high < 99 else f"{low} and more", str(one.many), share(one), interval(one)]
        for (low, high), one in by_size(found, "room spike")
    ]
    return markdown(("units more", "there", "recall", "95 %"), rows)


def curves(walks: Sequence[Walk]) -> str:
    """Recall over the false-alert rate, by budget and at the rates that are asked for."""
    rows = []
    for detector, subject, rates in CURVES:
        points = curve(walks, detector, subject)
        rows += [
            [subject, f"budget {point.budget:g}", f"{point.false_rate:.3f}", share(point.recall)] for point in points
        ]
        rows += [[subject, "in between", f"{rate:.2f}", _between(points, rate)] for rate in rates]
    return markdown(("faults", "at", "FA/d", "recall"), rows)


def _between(points: Sequence[Point], rate: float) -> str:
    recall = recall_at(points, rate)
    return "-" if recall is None else f"{recall:.2f}"
