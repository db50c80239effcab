"""Custody as the paths of 2025 keep it: personel_zimmet, its lines, and the ledger's rows of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Ints, instants, stream
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.truth import Truth
from minibar_ml.simulate.warehouse.custody import record_custody

CANCELLED = "iptal"
HANDED_OUT = (10 * 3600, 15 * 3600)


@dataclass(frozen=True)
class CustodyTables:
    """Custodies and their lines as tables, and the depot events that they made."""

    headers: pd.DataFrame
    lines: pd.DataFrame
    events: pd.DataFrame


def custody_tables(truth: Truth, manner: ApplicationManner) -> CustodyTables:
    """Every custody that was, and some that were cancelled within the hour: all units come back as a delivery would."""
    headers, lines = record_custody(truth.plan, truth.roster, truth.custody)
    wrong_headers, wrong_lines = _cancelled(truth, manner, len(headers), len(lines))
    headers, lines = _numbered(pd.concat([headers, wrong_headers]), pd.concat([lines, wrong_lines]))
    facts = lines.merge(headers, left_on="zimmet_id", right_on="id", suffixes=("_line", ""))
    handed = _events(truth, facts, facts["zimmet_tarihi"], "custody issue", facts["miktar"])
    returned = _events(truth, facts, facts["iade_tarihi"], "custody returned", facts["iade_edilen_miktar"])
    undone = facts[facts["durum"] == CANCELLED]
    cancelled = _events(truth, undone, undone["iade_tarihi"], "custody cancelled", undone["miktar"])
    cancelled["remark"] += " Zimmet #" + undone["zimmet_id"].astype(str)
    events = pd.concat([handed, returned[returned["n"] > 0], cancelled], ignore_index=True)
    return CustodyTables(headers.drop(columns="otel_id"), lines, events)


def _cancelled(truth: Truth, manner: ApplicationManner, headers: int, lines: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = stream(truth.plan, "cancelled custody")
    day, attendant = np.nonzero(truth.roster.on_duty.T)
    count = min(rng.poisson(manner.reversals * truth.plan.days * truth.plan.hotels), len(day))
    chosen = np.sort(rng.choice(len(day), count, replace=False))
    person, seconds = attendant[chosen], rng.integers(*HANDED_OUT, count)
    number = headers + 1 + np.arange(count)
    product = rng.choice(np.flatnonzero(truth.building.setup.any(axis=0)), count)
    units = truth.building.cases[product] * rng.integers(1, 5, count)
    custodies = pd.DataFrame(
        {
            "id": number,
            "personel_id": truth.roster.attendant_id[person],
            "otel_id": truth.roster.attendant_hotel[person] + 1,
            "zimmet_tarihi": instants(truth.plan, day[chosen], seconds),
            "iade_tarihi": instants(truth.plan, day[chosen], seconds + rng.integers(300, 3600, count)),
            "durum": CANCELLED,
        }
    )
    goods = pd.DataFrame(
        {
            "id": lines + 1 + np.arange(count),
            "zimmet_id": number,
            "urun_id": product + 1,
            "miktar": units,
            "kullanilan_miktar": 0,
            "kalan_miktar": units,
            "iade_edilen_miktar": 0,
        }
    )
    return custodies, goods


def _numbered(headers: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    headers = headers.sort_values(["zimmet_tarihi", "id"], kind="stable", ignore_index=True)
    number = pd.Series(np.arange(1, len(headers) + 1), index=headers["id"])
    lines = lines.assign(zimmet_id=lines["zimmet_id"].map(number)).sort_values(["zimmet_id", "urun_id"])
    return headers.assign(id=number.to_numpy()), lines.assign(id=np.arange(1, len(lines) + 1))


def _events(truth: Truth, rows: pd.DataFrame, at: pd.Series, kind: str, units: pd.Series) -> pd.DataFrame:
    users = truth.building.tables["kullanicilar"].set_index("id")
    names = users["ad"] + " " + users["soyad"]
    local = at.dt.tz_convert(truth.plan.timezone).dt.tz_localize(None).dt.normalize()
    return pd.DataFrame(
        {
            "hotel": rows["otel_id"] - 1,
            "product": rows["urun_id"] - 1,
            "day": _days(local, truth),
            "at": at,
            "kind": kind,
            "n": units,
            "remark": names.reindex(rows["personel_id"]).to_numpy(dtype=object),
        }
    )


def _days(local: pd.Series, truth: Truth) -> Ints:
    """Day indices; -1 of what has not come yet."""
    days = (local - pd.Timestamp(truth.plan.starts_on)) / pd.Timedelta(days=1)
    return np.asarray(days.fillna(-1), dtype=np.int64)
