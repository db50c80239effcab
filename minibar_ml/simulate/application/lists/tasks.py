"""Daily room tasks: gunluk_gorevler, gorev_detaylari, gorev_durum_loglari."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.lists.booking import NO_HOUR
from minibar_ml.simulate.application.lists.guest_rows import DEPARTURE, GuestRows, instant
from minibar_ml.simulate.application.lists.uploads import Snapshot
from minibar_ml.simulate.application.rooms.knocks import DONE_AT_KNOCK
from minibar_ml.simulate.application.rooms.rows import OUTSIDE
from minibar_ml.simulate.arrays import instants, stream
from minibar_ml.simulate.manner import Paths
from minibar_ml.simulate.presence.records import clock_text
from minibar_ml.simulate.truth import Truth

TASKS = ("inhouse_kontrol", "arrival_kontrol", "departure_kontrol")
NO_ORDER = 999
BUTTON_SHARE, BUTTON_SECONDS = 0.02, 16 * 3600
_COLUMNS = ("hotel", "day", "kind", "made", "guest", "room", "quarter")


def room_tasks(
    truth: Truth, guests: GuestRows, snapshots: list[Snapshot], rows: pd.DataFrame, knocks: pd.DataFrame, paths: Paths
) -> pd.DataFrame:
    """The rooms of all tasks with their ends, an element a row of gorev_detaylari.

    Each write in the room and, since 2026, each second look at its sign closes one open row of the room's day: here the
    one with the lowest id. What a deleted list's rows still had open is gone.
    """
    made = [_of_snapshot(guests, snapshot) for snapshot in snapshots]
    details = pd.concat(made or [pd.DataFrame(columns=_COLUMNS)]).astype("int64")
    made_at = pd.to_datetime(details["made"].to_numpy(), unit="s", utc=True)
    details = details.assign(id=np.arange(1, len(details) + 1), oda_id=details["room"] + 1, made_at=made_at)
    details["nth"] = details.groupby(["oda_id", "day"]).cumcount()
    seconds = knocks[knocks["no"] == DONE_AT_KNOCK] if paths == "present" else knocks[:0]
    details = details.merge(_closings(details, rows, seconds), how="left", on=["oda_id", "day", "nth"])
    details = details.merge(_signs(details, knocks), how="left", on=["oda_id", "day", "nth"])
    details = _press_buttons(truth, details)
    gone_at = instant(guests["gone"][details["guest"]])
    gone_at.index = details.index
    removed = gone_at.notna() & ~(details["closed_at"] < gone_at)
    return details.assign(is_gone=gone_at.notna())[~removed].reset_index(drop=True)


def _of_snapshot(guests: GuestRows, snapshot: Snapshot) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"kind": kind, "guest": rows, "room": guests["room"][rows], "quarter": hours})
        for kind, (rows, hours) in enumerate(zip(snapshot.rows, snapshot.hours, strict=True))
    ]
    return pd.concat(parts).assign(hotel=snapshot.hotel, day=snapshot.day, made=snapshot.at)


def _closings(details: pd.DataFrame, rows: pd.DataFrame, last_looks: pd.DataFrame) -> pd.DataFrame:
    """What closes the nth open row of a room's day: closed_at, closed_by."""
    events = pd.concat([rows[rows["kind"] != OUTSIDE], last_looks])[["oda_id", "day", "at", "personel_id"]]
    made = details.groupby(["oda_id", "day"])["made_at"].min().rename("made_at").reset_index()
    events = events.merge(made, on=["oda_id", "day"])
    events = events[events["at"] > events["made_at"]].sort_values("at", kind="stable")
    events["nth"] = events.groupby(["oda_id", "day"]).cumcount()
    return events.rename(columns={"at": "closed_at", "personel_id": "closed_by"}).drop(columns="made_at")


def _signs(details: pd.DataFrame, knocks: pd.DataFrame) -> pd.DataFrame:
    """The looks at the sign that fell on the room's first row: sign_at, sign_by, looks, last_look."""
    made = details.groupby(["oda_id", "day"])["made_at"].min().rename("made_at").reset_index()
    seen = knocks.merge(made, on=["oda_id", "day"])
    seen = seen[seen["at"] > seen["made_at"]].sort_values("at", kind="stable")
    signs = seen.groupby(["oda_id", "day"]).agg(
        sign_at=("at", "first"), sign_by=("personel_id", "first"), looks=("no", "max"), last_look=("at", "last")
    )
    return signs.reset_index().assign(nth=0)


def _press_buttons(truth: Truth, details: pd.DataFrame) -> pd.DataFrame:
    """Some rows are closed by the task list's button, without any visit."""
    # a stream for each figure: what was drawn of a day is the same however many days follow
    draw = stream(truth.plan, "task buttons").random(len(details))
    seconds = stream(truth.plan, "task button times").integers(BUTTON_SECONDS, BUTTON_SECONDS + 7200, len(details))
    pressed = details["closed_at"].isna() & details["sign_at"].isna() & (draw < BUTTON_SHARE)
    day = details["day"].to_numpy(dtype=np.int64)
    at = pd.Series(instants(truth.plan, day, seconds))
    person = truth.building.attendants[details["hotel"].to_numpy(dtype=np.int64), 0]
    return details.assign(
        closed_at=details["closed_at"].mask(pressed, at.set_axis(details.index)),
        closed_by=details["closed_by"].mask(pressed, pd.Series(person, index=details.index)),
    )


def task_tables(truth: Truth, details: pd.DataFrame, paths: Paths) -> dict[str, pd.DataFrame]:
    """Headers (of no person since 2026, of the hotel's first attendant before), rooms and the log of their states."""
    headers = _headers(truth, details)
    if paths == "2025":
        headers["personel_id"] = truth.building.attendants[headers["otel_id"] - 1, 0]
    number = headers.set_index(["otel_id", "gorev_tarihi", "gorev_tipi"])["id"]
    on = pd.Timestamp(truth.plan.starts_on) + pd.to_timedelta(details["day"], unit="D")
    kind = np.array(TASKS, dtype=object)[details["kind"].astype(int)]
    task = number.reindex(pd.MultiIndex.from_arrays([details["hotel"] + 1, on, kind])).to_numpy()
    clock = pd.Series(clock_text(np.maximum(details["quarter"].to_numpy(dtype=np.int64), 0)), index=details.index)
    clock = clock.astype(object).mask(details["quarter"] == NO_HOUR, None)
    rooms = pd.DataFrame(
        {
            "id": details["id"],
            "gorev_id": task,
            "oda_id": details["oda_id"],
            "misafir_kayit_id": (details["guest"] + 1).astype("Int64").mask(details["is_gone"]),
            "durum": _state(details),
            "varis_saati": clock.where(details["kind"] == 1, None),
            "cikis_saati": clock.where(details["kind"] == DEPARTURE, None),
            "oncelik_sirasi": _order(details),
            "kontrol_zamani": details["closed_at"],
            "dnd_sayisi": details["looks"].fillna(0).astype(int),
            "son_dnd_zamani": details["last_look"],
        }
    )
    return {"gunluk_gorevler": headers, "gorev_detaylari": rooms, "gorev_durum_loglari": _log(details, truth)}


def _state(details: pd.DataFrame) -> pd.Series:
    closed, sign = details["closed_at"].notna(), details["sign_at"].notna()
    return pd.Series(np.select([closed, sign], ["completed", "incomplete"], "pending"), index=details.index)


def _order(details: pd.DataFrame) -> pd.Series:
    """Departures with an hour in its order, all others last."""
    timed = (details["kind"] == DEPARTURE) & (details["quarter"] != NO_HOUR)
    rank = details["quarter"].where(timed).groupby([details["hotel"], details["day"]]).rank(method="first")
    return rank.fillna(NO_ORDER).astype(int)


def _headers(truth: Truth, details: pd.DataFrame) -> pd.DataFrame:
    closed = details["closed_at"].notna()
    groups = details.assign(closed=closed).groupby(["hotel", "day", "kind"], sort=True)
    headers = groups.agg(made=("made_at", "min"), share=("closed", "mean"), last=("closed_at", "max")).reset_index()
    headers = headers.sort_values(["day", "hotel", "kind"], ignore_index=True)
    done = headers["share"] == 1
    return pd.DataFrame(
        {
            "id": np.arange(1, len(headers) + 1),
            "otel_id": headers["hotel"] + 1,
            "personel_id": pd.Series(pd.NA, index=headers.index, dtype="Int64"),
            "gorev_tarihi": pd.Timestamp(truth.plan.starts_on) + pd.to_timedelta(headers["day"], unit="D"),
            "gorev_tipi": np.array(TASKS, dtype=object)[headers["kind"].astype(int)],
            "durum": np.select([done, headers["share"] > 0], ["completed", "in_progress"], "pending"),
            "olusturma_tarihi": headers["made"],
            "tamamlanma_tarihi": headers["last"].where(done),
        }
    )


def _log(details: pd.DataFrame, truth: Truth) -> pd.DataFrame:
    signed, closed = details[details["sign_at"].notna()], details[details["closed_at"].notna()]
    signed = signed[~(signed["closed_at"] < signed["sign_at"])]
    forgotten = signed[signed["closed_at"].isna()]
    before = np.where(closed["sign_at"] < closed["closed_at"], "dnd_pending", "pending")
    evening = pd.to_datetime(pd.Timestamp(truth.plan.starts_on), utc=True) + pd.to_timedelta(
        forgotten["day"] * 86_400 + 21 * 3600 + 59 * 60, unit="s"
    )
    log = pd.concat(
        [
            _entries(signed, "pending", "dnd_pending", signed["sign_at"], signed["sign_by"]),
            _entries(closed, before, "completed", closed["closed_at"], closed["closed_by"]),
            _entries(forgotten, "dnd_pending", "incomplete", evening, pd.NA),
        ]
    ).sort_values("degisiklik_zamani", kind="stable", ignore_index=True)
    return log.assign(id=np.arange(1, len(log) + 1))


def _entries(details: pd.DataFrame, old: object, new: str, at: pd.Series, by: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gorev_detay_id": details["id"],
            "onceki_durum": old,
            "yeni_durum": new,
            "degisiklik_zamani": at,
            "degistiren_id": pd.Series(by, index=details.index).astype("Int64"),
        }
    )


def first_row_of(details: pd.DataFrame) -> pd.Series:
    """The id of the first row of each room's day (oda_id, day)."""
    first = details[details["nth"] == 0]
    return pd.Series(first["id"].to_numpy(), index=pd.MultiIndex.from_frame(first[["oda_id", "day"]]))


def knocks_on_tasks(knocks: pd.DataFrame, details: pd.DataFrame) -> pd.DataFrame:
    """dnd_kontroller: looks at signs as they were noted before 2026, only where the room has a task."""
    first = details[details["nth"] == 0][["oda_id", "day", "id", "made_at"]]
    noted = knocks.merge(first, on=["oda_id", "day"])
    noted = noted[noted["at"] > noted["made_at"]].sort_values("at", kind="stable")
    return pd.DataFrame(
        {
            "id": np.arange(1, len(noted) + 1),
            "gorev_detay_id": noted["id"],
            "kontrol_zamani": noted["at"],
            "kontrol_eden_id": noted["personel_id"],
        }
    )
