"""What a run makes of who was in a room: the hotel whose lists are loaded every morning, and what is read of it."""

from datetime import date

from support.hotels.application import Application
from support.hotels.simulated import done, points, sql

FIRST, LAST = date(2025, 11, 1), date(2025, 11, 16)
UNCERTAIN = {"after_departure_check", "before_arrival", "around_departure", "rejected_rows", "missing_list"}


def listed_hotel(installed: Application) -> Application:
    """The hotel whose lists are loaded every morning, with stays of room 5, and the store."""
    installed.recorded(FIRST, LAST)
    installed.uploads(FIRST, LAST)
    return installed


def vacant(hotel: Application, as_of: str = "2025-11-17T02:00", room: int = 1) -> dict[str, float]:
    """Units by day found missing from a room that was certainly vacant."""
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    found = points(hotel.url, "vacant_consumption").items()
    return {k[2][:10]: value for k, (value, c) in found if k[1] == room and value and not UNCERTAIN & c.keys()}


def context(hotel: Application, day: str, room: int = 1) -> dict[str, object]:
    """What is known of a room's check."""
    found = points(hotel.url, "room_consumption").items()
    return next(context for key, (_, context) in found if key[1] == room and key[2][:10] == day)


def states(hotel: Application, night: str, room: int = 1) -> list[str]:
    """What the record of nights said of one, in the order in which it was known."""
    rows = sql(
        hotel.url,
        "SELECT state FROM minibar_ml.ml_nights WHERE room_id = :room AND night = CAST(:night AS date)"
        " AND state <> 'not_listed' ORDER BY id",
        room=room, night=night,
    )  # fmt: skip
    return [row[0] for row in rows]
