"""What the product thinks of itself, held against what came true, and what chance leaves open.

The truth is a few dozen faults and a handful of false alerts: an estimate that is right may well be off by more than
was promised. So each is held against the promise first, and, where it misses, against the 95 % interval of what was
counted: Wilson's of the recall, the exact one of a Poisson count. An estimate within it is not contradicted, which is
less than being proved right; the two are never reported as one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quality.page.figures import Line
from quality.shares import Share, counts_interval
from quality.truth import Subject
from quality.yardsticks.self_estimate import SUBJECT_OF, Estimate

MOST_OFF, MOST_TIMES = 0.10, 1.5
PROMISE = f"recall within {MOST_OFF:g}, false alerts within x{MOST_TIMES:g}"


@dataclass(frozen=True, slots=True)
class Compared:
    """One detector's estimate and the truth: `expected` false alerts where so many days really had `false`."""

    detector: str
    injected: int
    estimated: float
    recall: Share
    expected: float
    false: int

    @property
    def subject(self) -> Subject:
        """The faults that it is about."""
        return SUBJECT_OF[self.detector]

    @property
    def off(self) -> float:
        """Estimated recall less the true one; there were faults."""
        return self.estimated - (self.recall.value or 0.0)

    @property
    def times(self) -> float | None:
        """Expected false alerts over those that came; see `factor`."""
        return factor(self.expected, self.false)

    @property
    def is_met(self) -> bool:
        """Whether both are as near as was promised."""
        near = self.times is not None and 1 / MOST_TIMES <= self.times <= MOST_TIMES
        return abs(self.off) <= MOST_OFF and near

    @property
    def is_within_chance(self) -> bool:
        """Whether what was counted contradicts neither: each is as near as was promised, or within the interval."""
        (least, most), (fewest, largest) = self.recall.interval(), counts_interval(self.false)
        recall = abs(self.off) <= MOST_OFF or least <= self.estimated <= most
        near = self.times is not None and 1 / MOST_TIMES <= self.times <= MOST_TIMES
        return recall and (near or fewest <= self.expected <= largest)


def compared(estimates: Mapping[str, Estimate], lines: Mapping[Subject | None, Line]) -> Iterator[Compared]:
    """Every detector that there is both an estimate and a truth of."""
    for name, mine in estimates.items():
        line = lines.get(SUBJECT_OF[name])
        if line is not None and line.recall.value is not None and mine.recall is not None:
            expected = mine.false_rate * line.thousand_room_days
            yield Compared(name, mine.faults, mine.recall, line.recall, expected, line.false)


def factor(estimated: float, true: float) -> float | None:
    """Estimated over true; 1 where both are nothing, None where only the truth is."""
    if true:
        return estimated / true
    return None if estimated else 1.0


def factor_words(times: float | None) -> str:
    """A factor for people."""
    return "some against none" if times is None else f"x{times:.2f}"
