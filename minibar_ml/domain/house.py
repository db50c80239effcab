"""What a hotel keeps to where nothing is on record."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class HouseHours:
    """The hours, on the hotel's clock, that rooms are given to guests and given back; for stays without an hour."""

    check_in: time = time(14)
    check_out: time = time(12)

    def __str__(self) -> str:
        return f"{self.check_in:%H:%M}-{self.check_out:%H:%M}"
