"""What does not move: hotels, floors, room types, rooms, products, people."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Floats, Ints, stream
from minibar_ml.simulate.building import catalogue
from minibar_ml.simulate.building.products import case_sizes, fill_minibars, product_groups, product_table
from minibar_ml.simulate.building.rooms import open_rooms, place_rooms, room_table
from minibar_ml.simulate.building.staff import hire
from minibar_ml.simulate.plan import HotelPlan


@dataclass(frozen=True)
class Building:
    """The hotel as arrays; indices start at 0, the id in the tables is the index + 1.

    ``opens`` is the day index on which a room's minibar is first filled (``NEVER`` for a closed room);
    ``setup`` units of each product in a minibar and ``taste`` the product mix, both by room type and product;
    ``attendants`` and ``storekeepers`` are user ids by hotel; ``cases`` the units in a warehouse case.
    """

    room_hotel: Ints
    room_floor: Ints
    room_type: Ints
    opens: Ints
    setup: Ints
    taste: Floats
    consumption_factor: Floats
    capacity: Ints
    cases: Ints
    attendants: Ints
    storekeepers: Ints
    tables: dict[str, pd.DataFrame]


def build(plan: HotelPlan) -> Building:
    """Build the hotels of a plan."""
    rng = stream(plan, "building")
    room_hotel, room_floor, numbers, floors = place_rooms(plan)
    shares = np.array([row[1] for row in catalogue.ROOM_TYPES])
    room_type = rng.choice(len(shares), size=len(room_hotel), p=shares)
    setup, taste = fill_minibars(plan, rng)
    users, links, attendants, storekeepers = hire(plan)
    opens = open_rooms(plan, len(room_hotel), rng)
    tables = {
        "oteller": _hotels(plan),
        "katlar": floors,
        "oda_tipleri": _room_types(),
        "odalar": room_table(plan, room_floor, numbers, room_type, opens, rng),
        "kullanicilar": users,
        "kullanici_otel": links,
        "urun_gruplari": product_groups(),
        "urunler": product_table(plan),
    }
    return Building(
        room_hotel=room_hotel,
        room_floor=room_floor,
        room_type=room_type,
        opens=opens,
        setup=setup,
        taste=taste,
        consumption_factor=np.array([row[4] for row in catalogue.ROOM_TYPES]) * rng.uniform(0.9, 1.1, len(shares)),
        capacity=np.array([row[3] for row in catalogue.ROOM_TYPES]),
        cases=case_sizes(plan),
        attendants=attendants,
        storekeepers=storekeepers,
        tables=tables,
    )


def _hotels(plan: HotelPlan) -> pd.DataFrame:
    known = catalogue.HOTEL_NAMES
    names = [known[i] if i < len(known) else f"{known[i % len(known)]} {i + 1}" for i in range(plan.hotels)]
    return pd.DataFrame({"id": np.arange(1, plan.hotels + 1), "ad": names, "aktif": True})


def _room_types() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": np.arange(1, len(catalogue.ROOM_TYPES) + 1),
            "ad": [row[0] for row in catalogue.ROOM_TYPES],
            "dolap_sayisi": [row[2] for row in catalogue.ROOM_TYPES],
            "aktif": True,
        }
    )
