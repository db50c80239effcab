"""Vacant rooms of hotels written as the application writes: recall by units and by the hours on their lists."""

from collections.abc import Iterator, Sequence
from typing import get_args

from minibar_ml.simulate.manner import HoursKnown
from quality.page.figures import outcome, thousand_room_days
from quality.page.tables import interval, markdown, share
from quality.results import Results
from quality.shares import Share, counts_interval
from quality.truth import Outcome, finds, subject_of_alert, subject_of_fault
from quality.walk import Walk

HEADING = "## Vacant rooms as the application writes"
UNITS = (2, 3, 5)
"""Where a class of units begins; the simulator takes 2 to 8."""
WORDS = """\
Hotels of this set that are written as the hotel's application writes, with lists that overwrite, no-shows, late and
deleted lists: by the hours that their departure lists name. Each theft lies in a time in which the front desk has
nobody in the room, neither arriving nor leaving, since the check before. *Certain* is the share found as certain:
what such a check finds is raised whatever its size, so as much is found of thefts of one unit. The rest was found by
probability, or not. Nothing is stolen here between the check on a departure day and the next one; what is stolen then
is found where it happens often, since a guest who left late explains one such find as well.
"""


def section(results: Results) -> str:
    """Heading, words and both tables; only hotels in the application's manner are counted."""
    return "\n\n".join([HEADING, WORDS.strip(), by_hours(results), by_units(results)])


def by_hours(results: Results) -> str:
    """Recall, what of it was certain, and false alerts."""
    head = ("hours", "hotels", "there", "found", "recall", "95 %", "certain", "false", "FA/d", "95 %")
    return markdown(head, [_line(hours, walks) for hours, walks in _groups(results)])


def _line(hours: str, walks: Sequence[Walk]) -> list[str]:
    found = [_of_vacant_rooms(outcome(walk)) for walk in walks]
    recall = Share(sum(len(one.found) for one in found), sum(len(one.faults) for one in found))
    certain = Share(sum(map(_certain, found)), recall.many)
    false, room_days = sum(len(one.false) for one in found), thousand_room_days(walk.hotel for walk in walks)
    low, high = counts_interval(false)
    rate = [str(false), f"{false / room_days:.3f}", f"{low / room_days:.3f} to {high / room_days:.3f}"]
    counts = [str(len(walks)), str(recall.many), str(recall.some), share(recall), interval(recall), share(certain)]
    return [hours, *counts, *rate]


def by_units(results: Results) -> str:
    """Recall by units stolen."""
    rows = []
    for hours, walks in _groups(results):
        found = [_of_vacant_rooms(outcome(walk)) for walk in walks]
        for low, high in zip(UNITS, (*UNITS[1:], float("inf")), strict=True):
            there, seen = (
                sum(low <= fault.size < high for one in found for fault in getattr(one, name))
                for name in ("faults", "found")
            )
            recall = Share(seen, there)
            rows.append([hours, f"{low} units and more", str(there), share(recall), interval(recall)])
    return markdown(("hours", "size", "there", "recall", "95 %"), rows)


def _groups(results: Results) -> Iterator[tuple[str, list[Walk]]]:
    written = [(walk.hotel.plan.manner, walk) for walk in results.walks]
    for hours in get_args(HoursKnown):
        if walks := [walk for manner, walk in written if manner is not None and manner.hours == hours]:
            yield hours, walks
    if walks := [walk for manner, walk in written if manner is not None]:
        yield "together", walks


def _of_vacant_rooms(one: Outcome) -> Outcome:
    faults, found = (
        tuple(fault for fault in faults if subject_of_fault(fault) == "vacant room")
        for faults in (one.faults, one.found)
    )
    hits, repeats, false, operational = (
        tuple(alert for alert in alerts if subject_of_alert(alert.first) == "vacant room")
        for alerts in (one.hits, one.repeats, one.false, one.operational)
    )
    return Outcome(faults, found, hits, repeats, false, operational)


def _certain(one: Outcome) -> int:
    sure = [alert for alert in one.hits if alert.first.reason == "vacant"]
    return sum(any(finds(fault, alert) for alert in sure) for fault in one.found)
