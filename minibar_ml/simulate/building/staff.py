"""The people of the hotels."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Ints
from minibar_ml.simulate.building import catalogue
from minibar_ml.simulate.plan import HotelPlan

STORED_USERS_BEFORE_HOTELS = 3


def hire(plan: HotelPlan) -> tuple[pd.DataFrame, pd.DataFrame, Ints, Ints]:
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
