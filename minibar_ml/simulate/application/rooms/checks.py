"""oda_kontrol_kayitlari and qr_kod_okutma_loglari: the attendants' minutes in rooms, and scans at their doors."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.rooms.rows import NOTHING, SETUP
from minibar_ml.simulate.arrays import stream
from minibar_ml.simulate.truth import Truth

FILLED, UNTOUCHED, DO_NOT_DISTURB = "urun_eklendi", "sarfiyat_yok", "dnd"
SENT_BY_TASK_LIST, LEFT_OPEN = 0.15, 0.06
SCANNED, SCAN_FAILED = 0.6, 0.03


def control_records(truth: Truth, rows: pd.DataFrame, checks: pd.DataFrame, knocks: pd.DataFrame) -> pd.DataFrame:
    """Minutes in rooms: from picking the room to the first setup product or to "nothing used".

    Further setup products add rows of no length; what the next room's opening deletes leaves a gap in the ids. A check
    that the task list sent the attendant to has no length. ``knocks`` are looks at do-not-disturb signs.
    """
    rng = stream(truth.plan, "control records")
    closing = rows[rows["kind"].isin((SETUP, NOTHING)) & rows["gone_at"].isna()]
    closing = closing.sort_values(["visit", "at"], kind="stable")
    is_first = ~closing.duplicated("visit")
    sent = pd.Series(rng.random(len(checks)) < SENT_BY_TASK_LIST, index=checks["id"])
    has_length = is_first & ~closing["visit"].map(sent)
    ended = _records(closing, closing["at"].mask(has_length, closing["begun_at"]), closing["at"])
    ended["kontrol_tipi"] = np.where(closing["kind"] == NOTHING, UNTOUCHED, FILLED)
    unfinished = checks[~checks["id"].isin(closing["visit"])]
    never_ended = _records(unfinished, unfinished["begun_at"]).assign(kontrol_tipi=UNTOUCHED)
    after_last = _opened_at_the_end(checks, rng)
    knocked = _records(knocks, knocks["at"], knocks["at"]).assign(kontrol_tipi=DO_NOT_DISTURB)
    records = pd.concat([ended, never_ended, after_last, knocked], ignore_index=True)
    records = records.sort_values("baslangic_zamani", kind="stable", ignore_index=True)
    records.insert(0, "id", np.arange(1, len(records) + 1))
    return _dated(truth, records[~_deleted(records)])


def _records(rows: pd.DataFrame, begun: pd.Series, ended: pd.Series | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "oda_id": rows["oda_id"],
            "personel_id": rows["personel_id"],
            "day": rows["day"],
            "baslangic_zamani": begun,
            "bitis_zamani": begun.where(begun.isna()) if ended is None else ended,
        }
    )


def _opened_at_the_end(checks: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rooms that somebody opened after the day's last check and left as they were."""
    last = checks.sort_values("done_at").groupby(["personel_id", "day"]).tail(1)
    last = last[rng.random(len(last)) < LEFT_OPEN]
    begun = last["done_at"] + pd.Timedelta(minutes=4)
    return _records(last, begun).assign(kontrol_tipi=UNTOUCHED)


def _deleted(records: pd.DataFrame) -> pd.Series:
    """Unfinished records whose attendant opened another room later that day."""
    last = records.groupby(["personel_id", "day"])["baslangic_zamani"].transform("max")
    return records["bitis_zamani"].isna() & (records["baslangic_zamani"] < last)


def _dated(truth: Truth, records: pd.DataFrame) -> pd.DataFrame:
    on = pd.Timestamp(truth.plan.starts_on) + pd.to_timedelta(records["day"], unit="D")
    return records.assign(kontrol_tarihi=on, olusturma_tarihi=records["baslangic_zamani"]).drop(columns="day")


def scans(truth: Truth, checks: pd.DataFrame) -> pd.DataFrame:
    """Attendants' scans at the door; a guest's scan is never stored."""
    rng = stream(truth.plan, "scans")
    seen = checks[rng.random(len(checks)) < SCANNED].sort_values("begun_at", kind="stable")
    return pd.DataFrame(
        {
            "id": np.arange(1, len(seen) + 1),
            "oda_id": seen["oda_id"],
            "kullanici_id": seen["personel_id"],
            "okutma_tarihi": seen["begun_at"],
            "okutma_tipi": "personel_kontrol",
            "basarili": rng.random(len(seen)) >= SCAN_FAILED,
        }
    )
