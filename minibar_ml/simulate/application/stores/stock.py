"""What the stores hold, and what attendants draw: urun_stok, otel_zimmet_stok, personel_zimmet_kullanim."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.rooms.rows import EXTRA
from minibar_ml.simulate.application.stores.event_kinds import KINDS
from minibar_ml.simulate.arrays import instants, stream
from minibar_ml.simulate.truth import Truth

FLOOR_CRITICAL, DEPOT_CRITICAL, DEPOT_MINIMUM, DEPOT_MAXIMUM = 50, 10, 10, 1000
DRAW_HOURS = (16 * 3600, 18 * 3600)
COUNTS = ("count, less", "count, more")
_GROUP = ["hotel", "product"]


def depot_stock(truth: Truth, events: pd.DataFrame) -> pd.DataFrame:
    """urun_stok: what each depot holds now, never below 0, and what its last count said.

    A positive difference is missing.
    """
    sign = events["kind"].map({name: kind.shelf for name, kind in KINDS.items()})
    moves = events.assign(change=sign * events["n"]).sort_values("at", kind="stable")
    moves["level"] = moves.groupby(_GROUP)["change"].cumsum()
    moves = moves[moves["change"] != 0]
    stock = moves.groupby(_GROUP).agg(level=("level", "last"), at=("at", "max")).reset_index()
    came, went = moves[moves["change"] > 0], moves[moves["change"] < 0]
    recent = went[went["day"] > truth.plan.days - 31]
    counts = moves[moves["kind"].isin(COUNTS)].groupby(_GROUP).last()
    key = pd.MultiIndex.from_frame(stock[_GROUP])
    counts = counts.reindex(key)
    prices = truth.building.tables["urunler"]["alis_fiyati"].to_numpy(dtype=float, na_value=np.nan)
    return pd.DataFrame(
        {
            "id": np.arange(1, len(stock) + 1),
            "urun_id": stock["product"] + 1,
            "otel_id": stock["hotel"] + 1,
            "mevcut_stok": stock["level"].clip(lower=0),
            "minimum_stok": DEPOT_MINIMUM,
            "maksimum_stok": DEPOT_MAXIMUM,
            "kritik_stok_seviyesi": DEPOT_CRITICAL,
            "birim_maliyet": prices[stock["product"]],
            "son_30gun_cikis": recent.groupby(_GROUP)["n"].sum().reindex(key).fillna(0).to_numpy(dtype=np.int64),
            "son_giris_tarihi": came.groupby(_GROUP)["at"].max().reindex(key).array,
            "son_cikis_tarihi": went.groupby(_GROUP)["at"].max().reindex(key).array,
            "son_guncelleme_tarihi": stock["at"],
            "son_sayim_tarihi": counts["at"].array,
            "son_sayim_miktari": counts["level"].astype("Int64").array,
            "sayim_farki": (-counts["change"]).astype("Int64").array,
        }
    )


def draws(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """What attendants took from the floor store: for each row typed, for rows deleted since, and for no row at all.

    Columns: hotel, product, personel_id, at, kind, n, of (the id of a row that was deleted). What an attendant's
    custody would lack is drawn here and put into no room.
    """
    put_in = rows[rows["n"] > 0]
    taken = _draw(truth, put_in, put_in["at"], np.where(put_in["kind"] == EXTRA, "ekstra_ekleme", "minibar_kullanim"))
    undone = rows[rows["gone_by"] == "attendant"]
    back = _draw(truth, undone, undone["gone_at"], "iade").assign(of=undone["id"].astype("Int64"))
    parts = [taken, back, _without_a_room(truth)]
    return pd.concat(parts).sort_values("at", kind="stable", ignore_index=True)


def _draw(truth: Truth, rows: pd.DataFrame, at: pd.Series, kind: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "hotel": truth.building.room_hotel[rows["oda_id"] - 1],
            "product": rows["urun_id"] - 1,
            "personel_id": rows["personel_id"],
            "at": at,
            "kind": kind,
            "n": rows["n"],
            "of": pd.Series(pd.NA, index=rows.index, dtype="Int64"),
        }
    )


def _without_a_room(truth: Truth) -> pd.DataFrame:
    custody, roster = truth.custody, truth.roster
    owner = custody.line_custody
    missing = np.where(custody.is_open[owner], 0, custody.handed - custody.used - custody.returned)
    lost = np.flatnonzero(missing)
    person = custody.attendant[owner[lost]]
    seconds = stream(truth.plan, "draws without a room").integers(*DRAW_HOURS, len(lost))
    return pd.DataFrame(
        {
            "hotel": roster.attendant_hotel[person],
            "product": custody.line_product[lost],
            "personel_id": roster.attendant_id[person],
            "at": instants(truth.plan, custody.last_day[owner[lost]], seconds),
            "kind": "minibar_kullanim",
            "n": missing[lost],
            "of": pd.Series(pd.NA, index=range(len(lost)), dtype="Int64"),
        }
    )


def floor_stock(events: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """otel_zimmet_stok: what each hotel's floor store has been given, what was drawn, and what is left."""
    sign = events["kind"].map({name: kind.floor for name, kind in KINDS.items()})
    given = events.assign(change=sign * events["n"])[sign != 0]
    used = drawn.assign(change=np.where(drawn["kind"] == "iade", -drawn["n"], drawn["n"]))
    total = given.groupby(_GROUP).agg(total=("change", "sum"), made=("at", "min"), last=("at", "max"))
    out = used.groupby(_GROUP).agg(out=("change", "sum"), last_out=("at", "max"))
    stock = total.join(out, how="outer").reset_index()
    stock[["total", "out"]] = stock[["total", "out"]].fillna(0).astype(np.int64)
    return pd.DataFrame(
        {
            "id": np.arange(1, len(stock) + 1),
            "otel_id": stock["hotel"] + 1,
            "urun_id": stock["product"] + 1,
            "toplam_miktar": stock["total"],
            "kullanilan_miktar": stock["out"],
            "kalan_miktar": stock["total"] - stock["out"],
            "kritik_stok_seviyesi": FLOOR_CRITICAL,
            "son_guncelleme": stock[["last", "last_out"]].max(axis=1),
            "olusturma_tarihi": stock["made"],
        }
    )


def draw_table(stock: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """personel_zimmet_kullanim: always positive, `iade` gives back; nothing links a draw to its visit."""
    store = stock.set_index(["otel_id", "urun_id"])["id"]
    which = pd.MultiIndex.from_arrays([drawn["hotel"] + 1, drawn["product"] + 1])
    return pd.DataFrame(
        {
            "id": np.arange(1, len(drawn) + 1),
            "otel_zimmet_stok_id": store.reindex(which).to_numpy(),
            "personel_id": drawn["personel_id"],
            "urun_id": drawn["product"] + 1,
            "kullanilan_miktar": drawn["n"],
            "islem_tarihi": drawn["at"],
            "islem_tipi": drawn["kind"],
            "referans_islem_id": drawn["of"],
            "olusturan_id": drawn["personel_id"],
        }
    )


def undone_by_administrators(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Depot events: units of rows that an administrator deleted, which go to the ledger though they left the floor."""
    gone = rows[rows["gone_by"] == "administrator"]
    return pd.DataFrame(
        {
            "hotel": truth.building.room_hotel[gone["oda_id"] - 1],
            "product": gone["urun_id"] - 1,
            "day": gone["day"],
            "at": gone["gone_at"],
            "kind": "visit undone",
            "n": gone["n"],
            "remark": gone["id"].astype(str),
        }
    )
