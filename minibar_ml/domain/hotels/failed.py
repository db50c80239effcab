"""Hotels that a job could not do while it did the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

KEY = "failed_hotels"
"""Under this name a run's counts keep them."""


@dataclass(frozen=True, slots=True)
class FailedHotel:
    """Why a job could not do a hotel; `since`: the first business day that is left to be done, where days are."""

    error: str
    since: date | None = None

    def to_json(self) -> dict[str, str | None]:
        """As a run's counts keep it."""
        return {"error": self.error, "since": self.since.isoformat() if self.since else None}


@dataclass(frozen=True, slots=True)
class Undone:
    """A hotel that the last run of a job could not do."""

    job: str
    hotel_id: int
    error: str


def of_json(noted: Mapping[str, Any]) -> dict[int, FailedHotel]:
    """The hotels that a run could not do, by id, from what it noted."""
    return {
        int(hotel_id): FailedHotel(one["error"], date.fromisoformat(one["since"]) if one["since"] else None)
        for hotel_id, one in noted.items()
    }
