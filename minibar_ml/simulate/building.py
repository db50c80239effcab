"""What does not move: hotels, floors, room types, rooms, products, people."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate import catalogue
from minibar_ml.simulate.arrays import Floats, Ints, stream
from minibar_ml.simulate.plan import HotelPlan

FIRST_FILL_DAYS = 3
NEVER = 1_000_000
STORED_USERS_BEFORE_HOTELS = 3
NEW_ROOM_DAYS = 60


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
    appetite: Floats
    capacity: Ints
    cases: Ints
    attendants: Ints
    storekeepers: Ints
    tables: dict[str, pd.DataFrame]


def build(plan: HotelPlan) -> Building:
    """Build the hotels of a plan."""
    rng = stream(plan, "building")
    room_hotel, room_floor, numbers, floors = _place_rooms(plan)
    shares = np.array([row[1] for row in catalogue.ROOM_TYPES])
    room_type = rng.choice(len(shares), size=len(room_hotel), p=shares)
    setup, taste = _fill_minibars(plan, rng)
    users, links, attendants, storekeepers = _hire(plan)
    opens = _open_rooms(plan, len(room_hotel), rng)
    tables = {
        "oteller": _hotels(plan),
        "katlar": floors,
        "oda_tipleri": _room_types(),
        "odalar": _rooms(plan, room_floor, numbers, room_type, opens, rng),
        "kullanicilar": users,
        "kullanici_otel": links,
        "urun_gruplari": _product_groups(),
        "urunler": _products(plan),
    }
    return Building(
        room_hotel=room_hotel,
        room_floor=room_floor,
        room_type=room_type,
        opens=opens,
        setup=setup,
        taste=taste,
        appetite=np.array([row[4] for row in catalogue.ROOM_TYPES]) * rng.uniform(0.9, 1.1, len(shares)),
        capacity=np.array([row[3] for row in catalogue.ROOM_TYPES]),
        cases=_case_sizes(plan),
        attendants=attendants,
        storekeepers=storekeepers,
        tables=tables,
    )


def _hotels(plan: HotelPlan) -> pd.DataFrame:
    known = catalogue.HOTEL_NAMES
    names = [known[i] if i < len(known) else f"{known[i % len(known)]} {i + 1}" for i in range(plan.hotels)]
    return pd.DataFrame({"id": np.arange(1, plan.hotels + 1), "ad": names, "aktif": True})


def _place_rooms(plan: HotelPlan) -> tuple[Ints, Ints, list[str], pd.DataFrame]:
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


def _open_rooms(plan: HotelPlan, rooms: int, rng: np.random.Generator) -> Ints:
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


def _rooms(
    plan: HotelPlan, floor: Ints, numbers: list[str], room_type: Ints, opens: Ints, rng: np.random.Generator
) -> pd.DataFrame:
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


def _room_types() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": np.arange(1, len(catalogue.ROOM_TYPES) + 1),
            "ad": [row[0] for row in catalogue.ROOM_TYPES],
            "dolap_sayisi": [row[2] for row in catalogue.ROOM_TYPES],
            "aktif": True,
        }
    )


def _fill_minibars(plan: HotelPlan, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Setup units and product mix by room type; the last product is stocked nowhere and never moves."""
    rows = [catalogue.PRODUCTS[i % len(catalogue.PRODUCTS)] for i in range(plan.products)]
    base = np.array([row[6] for row in rows])
    luxury = np.array([row[3] > 40 for row in rows])
    types = len(catalogue.ROOM_TYPES)
    setup = np.tile(base, (types, 1))
    setup[0] = np.where(luxury & (np.arange(plan.products) % 2 == 0), 0, base)
    setup[2:] += 1
    setup[:, -1] = 0
    popularity = np.array([row[5] for row in rows])
    taste = popularity * rng.lognormal(0.0, 0.25, (types, plan.products)) * (setup > 0)
    taste[2:, luxury] *= 1.8
    return setup, taste / taste.sum(axis=1, keepdims=True)


def _case_sizes(plan: HotelPlan) -> Ints:
    popularity = np.array([catalogue.PRODUCTS[i % len(catalogue.PRODUCTS)][5] for i in range(plan.products)])
    return np.select([popularity >= 10, popularity >= 4], [24, 12], 6)


def _product_groups() -> pd.DataFrame:
    names = [*catalogue.PRODUCT_GROUPS, "ALKOLLU İÇECEKLER"]
    active = [True] * len(catalogue.PRODUCT_GROUPS) + [False]
    return pd.DataFrame({"id": np.arange(1, len(names) + 1), "grup_adi": names, "aktif": active})


def _products(plan: HotelPlan) -> pd.DataFrame:
    known = len(catalogue.PRODUCTS)
    rows = [catalogue.PRODUCTS[i % known] for i in range(plan.products)]
    index = np.arange(plan.products)
    return pd.DataFrame(
        {
            "id": index + 1,
            "grup_id": [row[1] for row in rows],
            "urun_kodu": [f"MB{i + 1:03d}" if i % 5 else None for i in range(plan.products)],
            "urun_adi": [row[0] if i < known else f"{row[0]} ({i // known + 1})" for i, row in enumerate(rows)],
            "birim": [row[2] for row in rows],
            "kritik_stok_seviyesi": pd.array([10 if i % 4 else None for i in range(plan.products)], dtype="Int64"),
            "aktif": True,
            "satis_fiyati": [row[4] for row in rows],
            "alis_fiyati": [None if i % 11 == 10 else row[3] for i, row in enumerate(rows)],
        }
    )


def _hire(plan: HotelPlan) -> tuple[pd.DataFrame, pd.DataFrame, Ints, Ints]:
    """Users, storekeepers' hotels, and the ids of attendants (hotel x attendant) and storekeepers (hotel)."""
    roles: list[tuple[str, int | None, bool]] = [
        ("sistem_yoneticisi", None, True),
        ("admin", None, True),
        ("kat_sorumlusu", None, False),
    ]
    per_hotel = plan.attendants_per_hotel
    for hotel in range(1, plan.hotels + 1):
        # storekeepers carry no hotel of their own: kullanici_otel says which they serve
        roles += [("admin", hotel, True), ("depo_sorumlusu", None, True), ("kat_sorumlusu", hotel, False)]
        roles += [("kat_sorumlusu", hotel, True)] * per_hotel
    first, last = catalogue.FIRST_NAMES, catalogue.LAST_NAMES
    users = pd.DataFrame(
        {
            "id": np.arange(1, len(roles) + 1),
            "kullanici_adi": [f"{role}{i + 1}" for i, (role, _, _) in enumerate(roles)],
            "ad": [first[i % len(first)] for i in range(len(roles))],
            "soyad": [last[i % len(last)] for i in range(len(roles))],
            "email": [f"kullanici{i + 1}@otel.example" if i % 3 else None for i in range(len(roles))],
            "telefon": [f"+90533{i:07d}" if i % 4 else None for i in range(len(roles))],
            "rol": [role for role, _, _ in roles],
            "aktif": [active for _, _, active in roles],
            "otel_id": pd.array([hotel for _, hotel, _ in roles], dtype="Int64"),
        }
    )
    hotels = np.arange(plan.hotels)
    first_of_hotel = STORED_USERS_BEFORE_HOTELS + 1 + hotels * (3 + per_hotel)
    storekeepers = first_of_hotel + 1
    attendants = first_of_hotel[:, None] + 3 + np.arange(per_hotel)[None, :]
    links = pd.DataFrame({"id": hotels + 1, "kullanici_id": storekeepers, "otel_id": hotels + 1})
    return users, links, attendants, storekeepers
