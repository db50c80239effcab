"""What attendants type into the application, check by check.

A check becomes one row a product that was put in, one row an extra that was put in or used up, or one row
`sarfiyat_yok` where nothing was missing. What was missing and could not be put in is typed nowhere.
"""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Floats, stream
from minibar_ml.simulate.minibars.visits import stored_twice
from minibar_ml.simulate.truth import Truth

SETUP, OUTSIDE, EXTRA, USED_UP, NOTHING = (
    "setup_kontrol", "setup_disi_ekleme", "ekstra_ekleme", "ekstra_tuketim", "sarfiyat_yok",
)  # fmt: skip
NO_PRODUCT = 0
SLOWEST_STEP, WALK = 20, 30
SAVED_AGAIN = 2
SAVED_SLOWLY, SAVED_SLOWLY_AFTER = 0.3, 35
MISTYPED_BEFORE, DELETED_BEFORE = 40, 15
SPREAD_STEP = 35.0
"""Minutes from one row to the next, on average, of a visit that is typed over the round."""


def typed_rows(truth: Truth, checks: pd.DataFrame) -> pd.DataFrame:
    """The rows of all checks, by check and place, each with the instant at which it is saved.

    ``checks`` as ``moments`` gives them. Columns: visit (the check's number), oda_id, personel_id, day, urun_id (0 for
    none), kind, n (units typed), setup (units that belong there), at.
    """
    lines = truth.lines.merge(checks, left_on="islem_id", right_on="id", suffixes=("_line", ""))
    added = lines["eklenen_miktar"] - lines["ekstra_miktar"]
    before, found, setup = lines["baslangic_stok"], lines["tuketim"], lines["setup_miktari"]
    used_up = (before > setup) & (before - found <= setup) & (found > 0)
    kinds = [
        (~lines["is_first"] & (added > 0), SETUP, added),
        (lines["is_first"] & (added > 0), OUTSIDE, added),
        (used_up, USED_UP, added * 0),
        (lines["ekstra_miktar"] > 0, EXTRA, lines["ekstra_miktar"]),
    ]
    columns = ["islem_id", "urun_id", "setup_miktari"]
    products = pd.concat([lines.loc[when, columns].assign(kind=kind, n=n[when]) for when, kind, n in kinds])
    missing = lines["islem_id"][before - found < setup]
    untouched = checks["id"][~checks["id"].isin(products["islem_id"]) & ~checks["id"].isin(missing)]
    nothing = pd.DataFrame({"islem_id": untouched, "urun_id": NO_PRODUCT, "setup_miktari": 0, "kind": NOTHING, "n": 0})
    rows = pd.concat([products, nothing]).rename(columns={"islem_id": "visit", "setup_miktari": "setup"})
    rows = rows.sort_values("visit", kind="stable", ignore_index=True)
    facts = checks[["id", "oda_id", "personel_id", "day", "begun_at", "done_at"]]
    rows = rows.merge(facts, left_on="visit", right_on="id").drop(columns="id")
    return rows.assign(at=_saved_at(rows))


def _saved_at(rows: pd.DataFrame) -> pd.Series:
    """The last row of a check is saved when the check is done, the others a few seconds apart before it."""
    by_check = rows.groupby("visit")
    behind = by_check.cumcount(ascending=False)
    seconds = (rows["done_at"] - rows["begun_at"]).dt.total_seconds()
    step = np.clip(seconds * 0.7 / by_check["n"].transform("size"), 1, SLOWEST_STEP).astype(np.int64)
    return rows["done_at"] - pd.to_timedelta(behind * step, unit="s")


def moments(truth: Truth, late_entries: float) -> pd.DataFrame:
    """The checks with day index, is_first (a minibar's first filling), begun_at and done_at.

    A share ``late_entries`` is typed in only after the shift's last room, one after the other.
    """
    rng = stream(truth.plan, "minutes in rooms")
    visits = truth.visits.drop(columns="aciklama")
    local = visits["islem_tarihi"].dt.tz_convert(truth.plan.timezone).dt.tz_localize(None)
    visits["day"] = (local.dt.normalize() - pd.Timestamp(truth.plan.starts_on)).dt.days
    visits["is_first"] = visits["islem_tipi"] == "ilk_dolum"
    shift = [visits["personel_id"], visits["day"]]
    gap = visits["islem_tarihi"].groupby(shift).diff().dt.total_seconds().fillna(3600).to_numpy()
    items = truth.lines.groupby("islem_id")["eklenen_miktar"].sum().reindex(visits["id"], fill_value=0).to_numpy()
    work = 60 * (2.2 + 0.6 * np.minimum(items, 10)) * rng.lognormal(0, 0.2, len(visits)) * _slowness(truth, visits)
    seconds = np.maximum(np.minimum(work, gap - WALK), 20).astype(np.int64)
    late = rng.random(len(visits)) < late_entries
    visits["done_at"] = visits["islem_tarihi"].mask(late, _after_the_shift(visits, shift, late))
    visits["begun_at"] = visits["done_at"] - pd.to_timedelta(seconds, unit="s")
    return visits.drop(columns=["islem_tarihi", "islem_tipi"])


def _slowness(truth: Truth, visits: pd.DataFrame) -> Floats:
    """How many times as long as usual each visit took."""
    slow = {
        (fault.entity_id, (fault.occurred_on - truth.plan.starts_on).days): fault.size
        for fault in truth.faults
        if fault.kind == "refill_delay"
    }
    return np.array([slow.get(key, 1.0) for key in zip(visits["personel_id"], visits["day"], strict=True)])


def _after_the_shift(visits: pd.DataFrame, shift: list[pd.Series], late: Flags) -> pd.Series:
    last = visits["islem_tarihi"].groupby(shift).transform("max")
    rank = pd.Series(late, index=visits.index).groupby(shift).cumsum()
    return last + pd.to_timedelta(rank * 150, unit="s")


def with_spread(truth: Truth, rows: pd.DataFrame, share: float) -> pd.DataFrame:
    """With the rows of some visits typed over the rest of the round: the last of them when it ends."""
    rng = stream(truth.plan, "rows over the round")
    number = rows.groupby("visit").cumcount()
    visits = rows["visit"].unique()
    chosen = rows["visit"].isin(visits[rng.random(len(visits)) < share])
    minutes = pd.Series(rng.exponential(SPREAD_STEP, len(rows)), index=rows.index).where(chosen & (number > 0), 0.0)
    later = rows["at"] + pd.to_timedelta(minutes.groupby(rows["visit"]).cumsum().round(2), unit="min").dt.floor("s")
    ends = rows.groupby(["personel_id", "day"])["at"].transform("max")
    return rows.assign(at=later.where(later <= ends, ends))


def with_repeats(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """With the rows of checks that are saved twice once more: each two seconds later, or all again after the last."""
    numbers = truth.visits["id"][stored_twice(truth.plan, truth.visits)]
    again = rows[rows["visit"].isin(numbers)]
    is_slow = pd.Series(stream(truth.plan, "slow savings").random(len(numbers)) < SAVED_SLOWLY, index=numbers)
    by_check = again.groupby("visit")["at"]
    whole = by_check.transform("max") - by_check.transform("min") + pd.Timedelta(seconds=SAVED_SLOWLY_AFTER)
    later = whole.where(again["visit"].map(is_slow).astype(bool), pd.Timedelta(seconds=SAVED_AGAIN))
    return pd.concat([rows, again.assign(at=again["at"] + later)], ignore_index=True)


def with_mistakes(truth: Truth, rows: pd.DataFrame, undone: float) -> pd.DataFrame:
    """With rows that were typed wrongly and deleted (gone_at, by: attendant or administrator) before the right one."""
    rng = stream(truth.plan, "mistyped rows")
    right = rows[(rng.random(len(rows)) < undone) & (rows["kind"] == SETUP)]
    wrong = right.assign(
        n=right["n"] + rng.integers(1, 4, len(right)),
        at=right["at"] - pd.Timedelta(seconds=MISTYPED_BEFORE),
        gone_at=right["at"] - pd.Timedelta(seconds=DELETED_BEFORE),
        gone_by=np.where(rng.random(len(right)) < 0.7, "attendant", "administrator"),
    )
    return pd.concat([rows, wrong], ignore_index=True)
