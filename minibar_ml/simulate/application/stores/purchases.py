"""Orders to suppliers, as they stood in late 2025: satin_alma_siparisleri and its lines."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.stores.depot import delivery_numbers
from minibar_ml.simulate.truth import Truth

LEAD_DAYS = 3


def purchase_tables(truth: Truth, events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """One order a hotel and day of delivery, received in full."""
    came = events[events["kind"] == "purchase"]
    came = came.assign(number=delivery_numbers(truth, came)).sort_values("at", kind="stable")
    orders = came.groupby("number", sort=False).agg(hotel=("hotel", "first"), at=("at", "min")).reset_index()
    ordered = orders["at"] - pd.Timedelta(days=LEAD_DAYS)
    on = orders["at"].dt.tz_convert(truth.plan.timezone).dt.tz_localize(None).dt.normalize()
    headers = pd.DataFrame(
        {
            "id": np.arange(1, len(orders) + 1),
            "siparis_no": orders["number"].str.replace("TD", "SA"),
            "otel_id": orders["hotel"] + 1,
            "siparis_tarihi": ordered,
            "tahmini_teslimat_tarihi": on,
            "gerceklesen_teslimat_tarihi": on,
            "durum": "teslim_alindi",
            "onay_tarihi": ordered,
            "olusturma_tarihi": ordered,
        }
    )
    goods = came.groupby(["number", "product"], sort=False)["n"].sum().reset_index()
    prices = truth.building.tables["urunler"]["alis_fiyati"].fillna(0).to_numpy(dtype=float)
    lines = pd.DataFrame(
        {
            "id": np.arange(1, len(goods) + 1),
            "siparis_id": goods["number"].map(pd.Series(headers["id"].to_numpy(), index=orders["number"])),
            "urun_id": goods["product"] + 1,
            "miktar": goods["n"],
            "birim_fiyat": prices[goods["product"]],
            "teslim_alinan_miktar": goods["n"],
            "olusturma_tarihi": goods[["number"]].merge(orders.assign(ordered=ordered), how="left")["ordered"],
        }
    )
    return {"satin_alma_siparisleri": headers, "satin_alma_siparis_detaylari": lines}
