"""How much of a period its data cover: the same figures behind a report's first line and a chain's table of hotels."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of so many days, those without data and those on which detection looked; `is_stale`: nothing new comes in now."""

    days: int
    without_data: int
    watched: int
    is_stale: bool = False

    @property
    def has_data(self) -> bool:
        """Whether there are data of any day."""
        return self.without_data < self.days

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.without_data and self.watched >= self.days and not self.is_stale
