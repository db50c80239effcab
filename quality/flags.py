"""Rules without a memory: every row that a rule marks is an alert of its own, held against the faults it is for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.simulate import Fault
from quality.hotels import Hotel
from quality.shares import Share
from quality.truth import Subject, subject_of_fault

if TYPE_CHECKING:
    from pandas import DataFrame

NO_FAULT, UNCOUNTED = -1, -2


@dataclass(frozen=True, slots=True)
class Flags:
    """One hotel's rows that were looked at or marked, by score (high is strange), each with its fault.

    `score` and `fault` are arrays over rows; `fault` is an index into the faults that count, NO_FAULT, or UNCOUNTED for
    one that was there but doesn't count. `faults` is how many count.
    """

    score: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    fault: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    faults: int


def mark(
    rows: "DataFrame",
    entity: str,
    faults: Sequence[Fault],
    subjects: Collection[Subject],
    hotel: Hotel,
    excused: Collection[Subject] = (),
) -> Flags:
    """The scored days' rows (hotel_id, `entity`_id, day, score) with the fault that each would report.

    A fault of an `excused` subject makes a row a true one, though it is not what was asked for.
    """
    first, last = hotel.first_scored, hotel.plan.ends_on
    rows = rows[(rows["day"] >= first.toordinal()) & (rows["day"] <= last.toordinal())]
    ids, days, hotels = (rows[name].to_numpy() for name in (f"{entity}_id", "day", "hotel_id"))
    fault, counted = np.full(len(rows), NO_FAULT), 0
    for one in faults:
        asked = subject_of_fault(one) in subjects
        if not (asked or subject_of_fault(one) in excused) or one.entity_type != entity:
            continue
        ends = (one.until_on + timedelta(days=1)).toordinal()
        here = (ids == one.entity_id) & np.isin(hotels, (0, one.hotel_id))
        here &= (days >= one.occurred_on.toordinal()) & (days <= ends)
        counts = asked and first <= one.occurred_on < last
        fault[here & (fault < 0)] = counted if counts else UNCOUNTED
        counted += counts
    return Flags(rows["score"].to_numpy(dtype=float), fault, counted)


@dataclass(frozen=True, slots=True)
class Marked:
    """What a rule finds and how often it is wrong, over several hotels."""

    recall: Share
    hits: int
    false: int
    false_rate: float

    @property
    def precision(self) -> Share:
        """Rows with a fault among all that were marked and counted."""
        return Share(self.hits, self.hits + self.false)


def above(flags: Sequence[Flags], least: float, room_days: float) -> Marked:
    """All rows with at least that score as alerts; `room_days` in thousands."""
    picked = [(one, one.fault[one.score >= least]) for one in flags]
    found = sum(len(np.unique(fault[fault >= 0])) for _, fault in picked)
    hits, false = (int(sum(counts)) for counts in zip(*((_hits(f), _false(f)) for _, f in picked), strict=True))
    return Marked(Share(found, sum(one.faults for one, _ in picked)), hits, false, false / room_days)


def at_rate(flags: Sequence[Flags], false_rate: float, room_days: float) -> Marked:
    """The rows with the highest scores, down to so many false ones a day and 1,000 rooms."""
    wrong = np.sort(np.concatenate([one.score[one.fault == NO_FAULT] for one in flags]))[::-1]
    allowed = int(false_rate * room_days)
    # strictly above the first that is too many: of equal scores all or none are alerts
    least = np.nextafter(wrong[allowed], np.inf) if allowed < len(wrong) else -np.inf
    return above(flags, float(least), room_days)


def _hits(fault: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> int:
    return int((fault >= 0).sum())


def _false(fault: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> int:
    return int((fault == NO_FAULT).sum())
