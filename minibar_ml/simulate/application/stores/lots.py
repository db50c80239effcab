"""Deliveries and lots: ana_depo_tedarikleri, stok_fifo_kayitlari, stok_fifo_kullanimlari."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.stores.depot import delivery_numbers
from minibar_ml.simulate.application.stores.event_kinds import KINDS
from minibar_ml.simulate.arrays import Ints
from minibar_ml.simulate.truth import Truth

TRANSFER = "zimmet_transfer"
MISTAKEN = ("wrong delivery", "delivery deleted", "line deleted")
_APART = 1_000_000_000
_GROUP = ["hotel", "product"]
_lot_sign = {name: kind.lot for name, kind in KINDS.items()}
_shelf_sign = {name: kind.shelf for name, kind in KINDS.items()}


def delivery_tables(truth: Truth, events: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Headers and goods of deliveries that were not deleted; a deleted one leaves a gap in the ids."""
    came = events[events["kind"].isin(("delivery", "wrong delivery"))].sort_values("at", kind="stable")
    goods_of = came.assign(number=delivery_numbers(truth, came)).groupby(["number", "hotel", "product"], sort=False)
    lines = goods_of.agg(n=("n", "sum"), at=("at", "min"), kind=("kind", "first")).reset_index()
    lines["id"] = np.arange(1, len(lines) + 1)
    headers = lines.groupby("number", sort=False)["at"].min().reset_index()
    header_id = pd.Series(np.arange(1, len(headers) + 1), index=headers["number"])
    kept = lines[lines["kind"] == "delivery"]
    goods = pd.DataFrame(
        {
            "id": kept["id"],
            "tedarik_id": kept["number"].map(header_id),
            "urun_id": kept["product"] + 1,
            "miktar": kept["n"],
            "created_at": kept["at"],
        }
    )
    totals = kept.groupby("number", sort=False).agg(hotel=("hotel", "first"), n=("n", "sum"), goods=("n", "size"),
                                                    at=("at", "min")).reset_index()  # fmt: skip
    return pd.DataFrame(
        {
            "id": totals["number"].map(header_id),
            "tedarik_no": totals["number"],
            "otel_id": totals["hotel"] + 1,
            "depo_sorumlusu_id": truth.building.storekeepers[totals["hotel"]],
            "islem_tarihi": totals["at"],
            "toplam_urun_sayisi": totals["goods"],
            "toplam_miktar": totals["n"],
            "durum": "aktif",
        }
    ), goods


def lot_tables(truth: Truth, events: pd.DataFrame, goods: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lots, and what was taken from each, first in first out."""
    lots, uses = _lots(truth, events), events[events["kind"].map(_lot_sign) == -1]
    uses = uses.sort_values([*_GROUP, "at"], kind="stable", ignore_index=True)
    taken = _first_in_first_out(lots, uses)
    from_lot = np.bincount(taken["lot"], taken["n"], minlength=len(lots)).astype(np.int64)
    last_use = taken.groupby("lot")["at"].max().reindex(lots.index)
    ids = _ids(lots["at"])
    line = goods.assign(on=goods["created_at"]).set_index(["urun_id", "on"])["id"]
    lines = line.reindex(pd.MultiIndex.from_arrays([lots["product"] + 1, lots["at"]])).astype("Int64").array
    table = pd.DataFrame(
        {
            "id": ids,
            "otel_id": lots["hotel"] + 1,
            "urun_id": lots["product"] + 1,
            "tedarik_detay_id": pd.Series(lines).where(lots["kind"] == "delivery"),
            "giris_miktari": lots["n"],
            "kalan_miktar": lots["n"] - from_lot,
            "kullanilan_miktar": from_lot,
            "giris_tarihi": lots["at"],
            "son_kullanim_tarihi": last_use,
            "tukendi": lots["n"] == from_lot,
        }
    )
    used = pd.DataFrame(
        {
            "id": _ids(taken["at"]),
            "fifo_kayit_id": ids[taken["lot"]],
            "miktar": taken["n"],
            "islem_tipi": TRANSFER,
            "referans_id": pd.Series(pd.NA, index=taken.index, dtype="Int64"),
            "islem_tarihi": taken["at"],
        }
    )
    return table, used


def _ids(at: pd.Series) -> Ints:
    return np.asarray(at.rank(method="first"), dtype=np.int64)


def _lots(truth: Truth, events: pd.DataFrame) -> pd.DataFrame:
    """Lots by hotel, product and time: a day's second delivery grows the first one's lot, which keeps its date.

    Counts don't touch lots. Where at an issue the depot holds more than its lots, a lot of the difference appears.
    """
    came = events[events["kind"].map(_lot_sign) == 1]
    delivery = came["kind"] == "delivery"
    grown = came[delivery].groupby([*_GROUP, "day"], sort=False).agg(n=("n", "sum"), at=("at", "min")).reset_index()
    lots = pd.concat([came[~delivery][[*_GROUP, "kind", "n", "at"]], grown.assign(kind="delivery").drop(columns="day"),
                      _differences(events)])  # fmt: skip
    return lots.sort_values([*_GROUP, "at"], kind="stable", ignore_index=True)


def _differences(events: pd.DataFrame) -> pd.DataFrame:
    # a delivery entered by mistake is deleted with its lot
    ordered = events[~events["kind"].isin(MISTAKEN)].sort_values([*_GROUP, "at"], kind="stable")
    beyond = ordered["kind"].map(_shelf_sign) * ordered["n"] - ordered["kind"].map(_lot_sign) * ordered["n"]
    excess = beyond.groupby([ordered["hotel"], ordered["product"]]).cumsum()
    issues = ordered.assign(excess=excess)[ordered["kind"] == "issue"]
    made = issues["excess"].clip(lower=0).groupby([issues["hotel"], issues["product"]]).cummax()
    grown = made.groupby([issues["hotel"], issues["product"]]).diff().fillna(made)
    new = issues.assign(n=grown.astype(np.int64), kind="difference")[grown > 0]
    return new[[*_GROUP, "kind", "n", "at"]].assign(at=new["at"] - pd.Timedelta(seconds=1))


def _first_in_first_out(lots: pd.DataFrame, uses: pd.DataFrame) -> pd.DataFrame:
    """What each use took from which lot: the overlaps of the running totals of both, product by product."""
    lot_end, use_end = _running(lots), _running(uses)
    cuts = np.unique(np.concatenate([use_end, lot_end]))
    use = np.searchsorted(use_end, cuts)
    group = cuts // _APART
    inside = use < len(use_end)
    inside[inside] &= use_end[use[inside]] // _APART == group[inside]
    start = np.r_[0, cuts[:-1]]
    start = np.where(start // _APART == group, start, group * _APART)
    cuts, start, use = cuts[inside], start[inside], use[inside]
    return pd.DataFrame(
        {
            "lot": np.searchsorted(lot_end, cuts),
            "n": cuts - start,
            "at": uses["at"].iloc[use].reset_index(drop=True),
        }
    )


def _running(rows: pd.DataFrame) -> Ints:
    """Running totals of each hotel's product, each product's in a range of its own."""
    group = rows["hotel"] * 10_000 + rows["product"]
    return np.asarray(group * _APART + rows.groupby(_GROUP)["n"].cumsum(), dtype=np.int64)
