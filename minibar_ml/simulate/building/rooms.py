"""Where rooms lie, and when their minibars are first filled."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Ints, stream
from minibar_ml.simulate.building import catalogue
from minibar_ml.simulate.plan import HotelPlan

FIRST_FILL_DAYS = 3
NEVER = 1_000_000
NEW_ROOM_DAYS = 60


def place_rooms(plan: HotelPlan) -> tuple[Ints, Ints, list[str], pd.DataFrame]:
    """Lay rooms out floor by floor; a room's index is also its place on the attendants' round."""
    per_floor = min(plan.rooms, max(12, -(-plan.rooms // 30), min(24, plan.rooms // 4)))
    floors = -(-plan.rooms // per_floor)
    place = np.tile(np.arange(plan.rooms), plan.hotels)
    hotel = np.repeat(np.arange(plan.hotels), plan.rooms)
    level = place // per_floor + 1
    width = 2 if per_floor < 100 else 3
    numbers = [
        f"{h + 1 if plan.hotels > 1 else ''}{f}{n:0{width}d}"
        for h, f, n in zip(hotel, level, place % per_floor + 1, strict=True)
    ]
    if plan.hotels > 1:
        # a separator: hotel 1 floor 11 and hotel 11 floor 1 must not share a number
        numbers = [f"{h + 1}-{number[len(str(h + 1)) :]}" for h, number in zip(hotel, numbers, strict=True)]
    levels = np.tile(np.arange(1, floors + 1), plan.hotels)
    table = pd.DataFrame(
        {
            "id": np.arange(1, len(levels) + 1),
            "otel_id": np.repeat(np.arange(1, plan.hotels + 1), floors),
            "kat_adi": [f"{n}. KAT" for n in levels],
            "kat_no": levels,
            "aktif": True,
        }
    )
    return hotel, hotel * floors + level - 1, numbers, table


def open_rooms(plan: HotelPlan, rooms: int, rng: np.random.Generator) -> Ints:
    """The day index of each minibar's first filling; `NEVER` for a closed room."""
    opens = rng.integers(0, FIRST_FILL_DAYS, rooms)
    if plan.untidy:
        draw = rng.random(rooms)
        opens[draw < 0.02] = rng.integers(FIRST_FILL_DAYS, max(plan.days // 2, 4), int((draw < 0.02).sum()))
        opens[draw > 0.99] = NEVER
    if plan.new_rooms:
        late = stream(plan, "new rooms")
        new = late.random(rooms) < plan.new_rooms
        opens[new] = late.integers(max(plan.days - NEW_ROOM_DAYS, FIRST_FILL_DAYS), plan.days, int(new.sum()))
    closes, reopens = plan.closure
    return np.where((opens >= closes) & (opens < reopens), reopens, opens)


def room_table(
    plan: HotelPlan, floor: Ints, numbers: list[str], room_type: Ints, opens: Ints, rng: np.random.Generator
) -> pd.DataFrame:
    """The table of rooms: a few without a type, some without a capacity."""
    capacity = np.array([row[3] for row in catalogue.ROOM_TYPES])[room_type]
    untyped = (rng.random(len(floor)) < 0.01) & (room_type == 0) & plan.untidy
    unsized = (rng.random(len(floor)) < 0.1) & plan.untidy
    return pd.DataFrame(
        {
            "id": np.arange(1, len(floor) + 1),
            "kat_id": floor + 1,
            "oda_no": numbers,
            "oda_tipi_id": pd.Series(room_type + 1, dtype="Int64").mask(untyped),
            "kapasite": pd.Series(capacity, dtype="Int64").mask(unsized),
            "aktif": opens < NEVER,
        }
    )
