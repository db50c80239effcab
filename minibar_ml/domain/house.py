"""What a hotel keeps to where nothing is on record."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class HouseHours:
    """The hours, on the hotel's clock, that rooms are given to guests and given back; for stays without an hour."""

    check_in: time = time(14)
    check_out: time = time(12)
