"""Shares and counts of small numbers, with their uncertainty."""

import math
from dataclasses import dataclass

from scipy import stats

Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """Some of many."""

    some: int
    many: int

    @property
    def value(self) -> float | None:
        """None of nothing."""
        return self.some / self.many if self.many else None

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson (1927), which holds for few and for extreme shares too; all there is of none."""
        if not self.many:
            return 0.0, 1.0
        n, share = self.many, self.some / self.many
        middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)


def counts_interval(count: int) -> tuple[float, float]:
    """The exact 95 % interval of a Poisson count's mean (Garwood 1936); from nothing to 3.7 where none was seen."""
    low = float(stats.chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return low, float(stats.chi2.ppf(0.975, 2 * count + 2)) / 2
