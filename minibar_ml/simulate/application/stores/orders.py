"""Attendants' orders on the depot, which nobody can approve."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import instants, stream
from minibar_ml.simulate.truth import Truth

PER_ATTENDANT_DAY, REFUSED, URGENT = 0.06, 0.3, 0.2


def order_tables(truth: Truth) -> dict[str, pd.DataFrame]:
    """Orders of one to four products; some are refused, the rest wait for ever."""
    rng = stream(truth.plan, "orders")
    day, attendant = np.nonzero((truth.roster.on_duty & (rng.random(truth.roster.on_duty.shape) < PER_ATTENDANT_DAY)).T)
    asked = instants(truth.plan, day, rng.integers(9 * 3600, 17 * 3600, len(day)))
    number = np.arange(1, len(day) + 1)
    refused = rng.random(len(day)) < REFUSED
    stocked = np.flatnonzero(truth.building.setup.any(axis=0))
    order = np.repeat(number, rng.integers(1, 5, len(day)))
    orders = pd.DataFrame(
        {
            "id": number,
            "talep_no": [f"ST-{n:05d}" for n in number],
            "kat_sorumlusu_id": truth.roster.attendant_id[attendant],
            "talep_tarihi": asked,
            "durum": np.where(refused, "reddedildi", "beklemede"),
            "olusturma_tarihi": asked,
        }
    )
    lines = pd.DataFrame(
        {
            "id": np.arange(1, len(order) + 1),
            "talep_id": order,
            "urun_id": rng.choice(stocked, len(order)) + 1,
            "talep_miktari": rng.integers(6, 49, len(order)),
            "onaylanan_miktar": 0,
            "teslim_edilen_miktar": 0,
            "aciliyet": np.where(rng.random(len(order)) < URGENT, "acil", "normal"),
            "olusturma_tarihi": asked[order - 1],
        }
    )
    return {"kat_sorumlusu_siparis_talepleri": orders, "kat_sorumlusu_siparis_talep_detaylari": lines}
