"""How much of a period its data cover: the same figures behind a report's first line and a chain's table of hotels."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of so many days, those without data and those on which detection looked.

    As of now, `is_stale`: nothing new comes in; `has_refused`: records were left out that would count.
    `newest`: the last day with data, of the weeks before the period, too.
    """

    days: int
    without_data: int
    watched: int
    is_stale: bool = False
    has_refused: bool = False
    newest: date | None = None

    @property
    def has_data(self) -> bool:
        """Whether there are data of any day."""
        return self.without_data < self.days

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        is_complete = not self.without_data and self.watched >= self.days
        return is_complete and not self.is_stale and not self.has_refused

    def of_days(self) -> "Coverage":
        """What is known of the days alone, whatever holds now."""
        return replace(self, is_stale=False, has_refused=False)
