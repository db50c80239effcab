"""Problems of the source: rows that collect refused, words that it does not know."""

from dataclasses import dataclass
from datetime import date

LEAST_GROWN, GROWTH = 10, 2
"""A problem of so many rows that has grown in a week to so many times what it was is worth an alert."""


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """One problem of a source table or metric, as it was last seen.

    `affected` rows, one of them `example_id`; on record since `since_on`, last seen on `last_on`. `fresh`: those first
    counted in the last week; `before`: those counted earlier.
    """

    source: str
    problem: str
    affected: int
    fresh: int
    before: int
    since_on: date
    last_on: date
    example_id: int | None

    @property
    def has_grown(self) -> bool:
        """Whether it is worth an alert."""
        return self.fresh + self.before >= max(LEAST_GROWN, GROWTH * self.before) and self.fresh > 0
