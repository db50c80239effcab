"""Do-not-disturb signs: oda_dnd_kayitlari and oda_dnd_kontrolleri."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.rooms.rows import OUTSIDE
from minibar_ml.simulate.arrays import instants, stream
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.presence.stays import NO_STAY
from minibar_ml.simulate.truth import Truth

DONE_AT_KNOCK = 2
BEFORE_A_CHECK = 0.03
FIRST_KNOCK, LAST_FIRST_KNOCK, EARLIEST = 10 * 3600, 12 * 3600, 8 * 3600 + 900


def look_at_signs(truth: Truth, manner: ApplicationManner, checks: pd.DataFrame) -> pd.DataFrame:
    """Each look at a sign: oda_id, personel_id, day, at, no (1, 2, ..) of the room's day."""
    if not manner.dnd or not truth.plan.has_stays:
        return pd.DataFrame({"oda_id": [], "personel_id": [], "day": [], "no": []}, dtype=int).assign(
            at=pd.DatetimeIndex([], tz="UTC")
        )
    rng = stream(truth.plan, "signs")
    knocks = pd.concat([_left_in_peace(truth, manner, checks, rng), _before_checks(truth, checks, rng)])
    return knocks.sort_values("at", kind="stable", ignore_index=True)


def _left_in_peace(
    truth: Truth, manner: ApplicationManner, checks: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """One to three looks at rooms whose guests stay on and that nobody checked that day."""
    tonight = truth.stays.of_night
    staying = np.zeros(tonight.shape, dtype=bool)
    staying[:, 1:] = (tonight[:, 1:] == tonight[:, :-1]) & (tonight[:, 1:] != NO_STAY)
    staying[checks["oda_id"] - 1, checks["day"]] = False
    day, room = np.nonzero(staying.T)
    at_work = checks.assign(hotel=truth.building.room_hotel[checks["oda_id"] - 1]).groupby(["hotel", "day"])
    who = (
        at_work["personel_id"]
        .first()
        .reindex(pd.MultiIndex.from_arrays([truth.building.room_hotel[room], day]), fill_value=0)
    )
    chosen = (rng.random(len(day)) < manner.dnd) & (who.to_numpy() > 0)
    day, room, person = day[chosen], room[chosen], who.to_numpy()[chosen]
    times = rng.choice(3, len(day), p=(0.4, 0.5, 0.1)) + 1
    first = rng.integers(FIRST_KNOCK, LAST_FIRST_KNOCK, len(day))
    sign = np.repeat(np.arange(len(day)), times)
    number = np.arange(len(sign)) - np.repeat(np.cumsum(times) - times, times)
    seconds = first[sign] + number * 8000 + rng.integers(0, 900, len(sign))
    return pd.DataFrame(
        {
            "oda_id": room[sign] + 1,
            "personel_id": person[sign],
            "day": day[sign],
            "no": number + 1,
            "at": instants(truth.plan, day[sign], seconds),
        }
    )


def _before_checks(truth: Truth, checks: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A look at the sign an hour or two before a check that was made after all."""
    asleep = truth.stays.of_night[checks["oda_id"] - 1, np.maximum(checks["day"] - 1, 0)] != NO_STAY
    chosen = checks[asleep & ~checks["is_first"] & (rng.random(len(checks)) < BEFORE_A_CHECK)]
    earliest = instants(truth.plan, chosen["day"].to_numpy(dtype=np.int64), np.full(len(chosen), EARLIEST))
    at = (chosen["begun_at"] - pd.Timedelta(minutes=90)).dt.floor("s")
    knocks: pd.DataFrame = chosen[["oda_id", "personel_id", "day"]].assign(no=1)
    return knocks.assign(at=at.where(at > earliest, pd.Series(earliest, index=at.index)))


def sign_tables(
    truth: Truth, knocks: pd.DataFrame, rows: pd.DataFrame, task_of: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One record a room and day with its looks; a room filled or found untouched afterwards adds a row that is none.

    ``task_of`` is the id of the task's room by oda_id and day, where there is one.
    """
    days = knocks.groupby(["oda_id", "day"], sort=False)
    signs = days.agg(dnd_sayisi=("no", "max"), first=("at", "min"), last=("at", "max")).reset_index()
    signs["id"] = np.arange(1, len(signs) + 1)
    writes = rows[rows["kind"] != OUTSIDE].groupby(["oda_id", "day"]).agg(
        at=("at", "max"), personel_id=("personel_id", "last")
    )  # fmt: skip
    closed = signs.merge(writes.reset_index(), on=["oda_id", "day"])
    closed = closed[closed["at"] > closed["first"]].assign(no=lambda sign: sign["dnd_sayisi"] + 1, record=closed["id"])
    is_done = (signs["dnd_sayisi"] >= DONE_AT_KNOCK) | signs["id"].isin(closed["id"])
    looks = pd.concat([knocks.merge(signs[["oda_id", "day", "id"]].rename(columns={"id": "record"})), closed])
    looks = looks.sort_values("at", kind="stable", ignore_index=True)
    key = pd.MultiIndex.from_frame(signs[["oda_id", "day"]])
    records = pd.DataFrame(
        {
            "id": signs["id"],
            "oda_id": signs["oda_id"],
            "otel_id": truth.building.room_hotel[signs["oda_id"] - 1] + 1,
            "kayit_tarihi": pd.Timestamp(truth.plan.starts_on) + pd.to_timedelta(signs["day"], unit="D"),
            "dnd_sayisi": signs["dnd_sayisi"],
            "ilk_dnd_zamani": signs["first"],
            "son_dnd_zamani": signs["last"],
            "durum": np.where(is_done, "tamamlandi", "aktif"),
            "gorev_detay_id": task_of.reindex(key).astype("Int64").array,
            "olusturma_tarihi": signs["first"],
        }
    )
    controls = pd.DataFrame(
        {
            "id": np.arange(1, len(looks) + 1),
            "dnd_kayit_id": looks["record"],
            "kontrol_no": looks["no"],
            "kontrol_eden_id": looks["personel_id"],
            "kontrol_zamani": looks["at"],
        }
    )
    return records, controls
