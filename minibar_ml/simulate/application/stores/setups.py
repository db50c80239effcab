"""What belongs in a minibar: setuplar, setup_icerik, oda_tipi_setup."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.building import catalogue
from minibar_ml.simulate.truth import Truth


def setup_tables(truth: Truth) -> dict[str, pd.DataFrame]:
    """A setup in each fridge of a room type's rooms, and one outside for what does not divide by the fridges."""
    fridges = np.array([row[2] for row in catalogue.ROOM_TYPES])
    inside = truth.building.setup // fridges[:, None]
    outside = truth.building.setup - inside * fridges[:, None]
    names = [row[0] for row in catalogue.ROOM_TYPES]
    setups = pd.DataFrame(
        {
            "id": np.arange(1, 2 * len(names) + 1),
            "ad": [f"{name} {place}" for place in ("DOLAP İÇİ", "DOLAP DIŞI") for name in names],
            "dolap_ici": np.repeat([True, False], len(names)),
            "aktif": True,
        }
    )
    units = np.concatenate([inside, outside])
    setup, product = np.nonzero(units)
    contents = pd.DataFrame(
        {
            "id": np.arange(1, len(setup) + 1),
            "setup_id": setup + 1,
            "urun_id": product + 1,
            "adet": units[setup, product],
        }
    )
    hotel, used = (axis.ravel() for axis in np.mgrid[: truth.plan.hotels, : len(units)])
    filled = np.isin(used, setup)
    links = pd.DataFrame({"otel_id": hotel + 1, "oda_tipi_id": used % len(names) + 1, "setup_id": used + 1})
    links = links[filled]
    return {"setuplar": setups, "setup_icerik": contents, "oda_tipi_setup": links}
