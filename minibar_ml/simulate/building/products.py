"""The products of a hotel, what of them stands in a minibar, and how much guests like each."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Floats, Ints
from minibar_ml.simulate.building import catalogue
from minibar_ml.simulate.plan import HotelPlan


def fill_minibars(plan: HotelPlan, rng: np.random.Generator) -> tuple[Ints, Floats]:
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


def case_sizes(plan: HotelPlan) -> Ints:
    """Units in a warehouse case, by product."""
    popularity = np.array([catalogue.PRODUCTS[i % len(catalogue.PRODUCTS)][5] for i in range(plan.products)])
    return np.select([popularity >= 10, popularity >= 4], [24, 12], 6)


def product_groups() -> pd.DataFrame:
    """The table of product groups, one of them out of use."""
    names = [*catalogue.PRODUCT_GROUPS, "ALKOLLU İÇECEKLER"]
    active = [True] * len(catalogue.PRODUCT_GROUPS) + [False]
    return pd.DataFrame({"id": np.arange(1, len(names) + 1), "grup_adi": names, "aktif": active})


def product_table(plan: HotelPlan) -> pd.DataFrame:
    """The table of products; a larger range repeats the catalogue under numbered names."""
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
