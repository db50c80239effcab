"""The storekeepers' three files a day: dosya_yuklemeleri, yukleme_gorevleri, misafir_kayitlari."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.lists.booking import NO_HOUR, BookingSystem, GuestList
from minibar_ml.simulate.application.lists.guest_rows import ARRIVAL, DEPARTURE, IN_HOUSE, NEVER, GuestRows, instant
from minibar_ml.simulate.arrays import Ints, dates, instants, stream
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.truth import Truth

FILE_KINDS = ("in_house", "arrivals", "departures")
TASK_KINDS = ("inhouse", "arrivals", "departures")
MORNING, LATE_MORNING, AFTERNOON = 7 * 3600 + 1200, 10 * 3600, 15 * 3600
LATE_SHARE, UNKNOWN_ROOMS = 0.08, 0.3


@dataclass(frozen=True)
class Snapshot:
    """The guest rows from which a hotel's tasks of a day were made, by kind, with the hours as they were then."""

    hotel: int
    day: int
    at: int
    rows: tuple[Ints, Ints, Ints]
    hours: tuple[Ints, Ints, Ints]


@dataclass
class Uploads:
    """All uploads: a record a file (deleted ones marked), the file that completed each of a day's lists, snapshots."""

    guests: GuestRows
    files: list[dict[str, object]] = field(default_factory=list)
    completed: dict[tuple[int, int, int], int] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)


def load_lists(truth: Truth, manner: ApplicationManner) -> Iterator[Uploads]:
    """Load every day's lists, hotel by hotel, as the storekeepers did; the uploads so far, after each day.

    It is one object that grows. A hotel without stays on record loads nothing.
    """
    uploads = Uploads(GuestRows(manner.lists, len(truth.building.room_hotel)))
    booking, rng = BookingSystem(truth, manner), stream(truth.plan, "uploads")
    belated: dict[int, list[tuple[int, GuestList]]] = {hotel: [] for hotel in range(truth.plan.hotels)}
    for day in range(truth.plan.days):
        for hotel, waiting in belated.items() if truth.plan.has_stays else ():
            _load_day(uploads, truth, manner, booking, hotel, day, waiting, rng)
        yield uploads


def _load_day(
    uploads: Uploads,
    truth: Truth,
    manner: ApplicationManner,
    booking: BookingSystem,
    hotel: int,
    day: int,
    waiting: list[tuple[int, GuestList]],
    rng: np.random.Generator,
) -> None:
    """Yesterday's lists that still wait, today's three, and perhaps a deletion in the afternoon."""
    morning = LATE_MORNING if rng.random() < LATE_SHARE else MORNING
    at = _second(truth, day, morning + int(rng.integers(0, 2400)))
    for kind, rows in waiting:
        _load_belated(uploads, truth, manner, hotel, day, at - 300, kind, rows)
    waiting.clear()
    lists = (booking.in_house(hotel, day), booking.arrivals(hotel, day), booking.departures(hotel, day))
    for kind, rows in enumerate(lists):
        draw = rng.random()
        if draw < manner.missed_lists:
            continue
        if kind != IN_HOUSE and draw < manner.missed_lists + manner.late_lists:
            waiting.append((kind, rows))
            continue
        at += int(rng.integers(90, 300))
        _load(uploads, truth, hotel, day, at, kind, rows, int(rng.poisson(UNKNOWN_ROOMS)))
        _make_tasks(uploads, truth, hotel, day, at)
    if rng.random() < manner.deleted_lists and (hotel, day, IN_HOUSE) in uploads.completed:
        _delete(uploads, truth, hotel, day, lists[IN_HOUSE] if rng.random() < 0.5 else None)


def _second(truth: Truth, day: int, seconds: int) -> int:
    return int(instants(truth.plan, np.array([day]), np.array([seconds]))[0].timestamp())


def _load(
    uploads: Uploads, truth: Truth, hotel: int, day: int, at: int, kind: int, rows: GuestList, unknown: int
) -> None:
    file = _add_file(uploads, truth, hotel, day, at, kind, good=len(rows), bad=unknown)
    uploads.guests.load(rows, kind, file, at)


def _load_belated(
    uploads: Uploads, truth: Truth, manner: ApplicationManner, hotel: int, day: int, at: int, kind: int, rows: GuestList
) -> None:
    """Yesterday's list: a standard one counts as in house, where hours are ignored and rows without guests rejected."""
    if manner.lists == "p4001":
        _load(uploads, truth, hotel, day, at, kind, rows, 0)
    elif kind == DEPARTURE:
        _add_file(uploads, truth, hotel, day, at, IN_HOUSE, good=0, bad=len(rows))
    else:
        no_hours = np.full(len(rows), NO_HOUR)
        _load(uploads, truth, hotel, day, at, IN_HOUSE, replace(rows, arrive_quarter=no_hours), 0)


def _add_file(uploads: Uploads, truth: Truth, hotel: int, day: int, at: int, kind: int, *, good: int, bad: int) -> int:
    number, twice = len(uploads.files), 1 if truth.plan.manner and truth.plan.manner.lists == "p4001" else 2
    on = truth.plan.date_of(day)
    uploads.files.append(
        {
            "id": number + 1,
            "islem_kodu": f"{TASK_KINDS[kind].upper()}-{on:%Y%m%d}-{hotel + 1}-{number + 1}",
            "otel_id": hotel + 1,
            "dosya_tipi": FILE_KINDS[kind],
            "yukleme": at,
            "durum": "tamamlandi" if good or not bad else "hata",
            "toplam_satir": good + bad,
            # standard files count each good row twice
            "basarili_satir": twice * good,
            "hatali_satir": bad,
            "yuklenen_kullanici_id": int(truth.building.storekeepers[hotel]),
            "gone": False,
        }
    )
    if good or not bad:
        uploads.completed[hotel, day, kind] = number
    return number


def _make_tasks(uploads: Uploads, truth: Truth, hotel: int, day: int, at: int) -> None:
    """When the third list of the day is in: the rows from which the day's tasks are made."""
    if not all((hotel, day, kind) in uploads.completed for kind in (IN_HOUSE, ARRIVAL, DEPARTURE)):
        return
    if any((made.hotel, made.day) == (hotel, day) for made in uploads.snapshots[-truth.plan.hotels :]):
        return
    guests = uploads.guests
    rows = [guests.on_day(kind, day) for kind in (IN_HOUSE, ARRIVAL, DEPARTURE)]
    here = [index[truth.building.room_hotel[guests["room"][index]] == hotel] for index in rows]
    hours = [guests[name][index] for name, index in zip(("arrive_quarter", "arrive_quarter", "depart_quarter"), here,
                                                        strict=True)]  # fmt: skip
    uploads.snapshots.append(Snapshot(hotel, day, at, tuple(here), tuple(hours)))


def _delete(uploads: Uploads, truth: Truth, hotel: int, day: int, again: GuestList | None) -> None:
    """Delete the day's in-house list in the afternoon, and perhaps load it again."""
    file, at = uploads.completed.pop((hotel, day, IN_HOUSE)), _second(truth, day, AFTERNOON)
    uploads.files[file]["gone"] = True
    uploads.guests.delete(file, at)
    if again is not None:
        _load(uploads, truth, hotel, day, at + 600, IN_HOUSE, again, 0)


def upload_tables(truth: Truth, uploads: Uploads, days: int) -> dict[str, pd.DataFrame]:
    """The tables of guests, files and upload tasks after so many days; a deleted file is gone."""
    plan = truth.plan
    files = pd.DataFrame(
        uploads.files,
        columns=["id", "islem_kodu", "otel_id", "dosya_tipi", "yukleme", "durum", "toplam_satir", "basarili_satir",
                 "hatali_satir", "yuklenen_kullanici_id", "gone"],
    )  # fmt: skip
    codes, keepers = files["islem_kodu"].tolist(), files["yuklenen_kullanici_id"].to_numpy(dtype=np.int64)
    loaded = files["yukleme"].to_numpy(dtype=np.int64)
    files["yukleme_tarihi"] = instant(loaded)
    kept = files[~files["gone"].astype(bool)].drop(columns=["yukleme", "gone"])
    return {
        "misafir_kayitlari": uploads.guests.table(plan, codes, keepers),
        "dosya_yuklemeleri": kept,
        "yukleme_gorevleri": _upload_tasks(truth, uploads, loaded, days),
    }


def _upload_tasks(truth: Truth, uploads: Uploads, loaded: Ints, days: int) -> pd.DataFrame:
    """Three a hotel and day, made at 22:01 UTC of the evening before."""
    plan = truth.plan
    count = days if plan.has_stays else 0
    day, hotel, kind = (axis.ravel() for axis in np.mgrid[:count, : plan.hotels, :3])
    file = np.array(
        [uploads.completed.get(key, NEVER) for key in zip(hotel.tolist(), day.tolist(), kind.tolist(), strict=True)],
        dtype=np.int64,
    )
    done = file != NEVER
    made = pd.Series(pd.DatetimeIndex(dates(plan, day)), dtype="datetime64[ns]").dt.tz_localize("UTC")
    return pd.DataFrame(
        {
            "id": np.arange(1, len(day) + 1),
            "otel_id": hotel + 1,
            "depo_sorumlusu_id": truth.building.storekeepers[hotel],
            "gorev_tarihi": dates(plan, day),
            "dosya_tipi": np.array(TASK_KINDS, dtype=object)[kind],
            "durum": np.where(done, "completed", "pending"),
            "yukleme_zamani": instant(np.where(done, loaded[file] if len(loaded) else NEVER, NEVER)),
            "dosya_yukleme_id": pd.Series(file + 1, dtype="Int64").mask(~done),
            "olusturma_tarihi": made - pd.Timedelta(hours=1, minutes=59),
        }
    )
