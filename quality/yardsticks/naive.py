"""The naive rules that people write first, on the same hotels: what has to be beaten, and by how much.

Each takes frames and gives the rows that it marks: hotel_id, an entity's id, day and score.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from minibar_ml.ml.frames import Frames
from minibar_ml.simulate.building.building import build
from minibar_ml.simulate.presence.records import record
from minibar_ml.simulate.presence.stays import book
from quality import points
from quality.cache import cached, source_hash
from quality.flags import Flags, mark
from quality.hotels import Hotel
from quality.truth import Subject

MADE_BY = (*points.MADE_BY, "quality/yardsticks/naive.py", "quality/flags.py", "quality/truth.py")
WEEK, MONTH = 7, 30
ROOM_Z, STOCK_Z = 2.5, 3.0
CONTAMINATION = 0.1
FOREST_SEED = 20260101


def z_with_today(values: Any, window: int) -> Any:
    """z of each row's last value against mean and standard deviation of the last `window`, itself among them."""
    return _z(values[:, -1], values[:, -window:])


def z_without_today(values: Any, window: int) -> Any:
    """z of each row's last value against the `window` values before it."""
    return _z(values[:, -1], values[:, -window - 1 : -1])


def _z(last: Any, known: Any) -> Any:
    """Any rise above values that are all the same is beyond measure."""
    spread = known.std(axis=1, ddof=1)
    off = last - known.mean(axis=1)
    beyond = np.where(off > 0, np.inf, np.where(off < 0, -np.inf, 0.0))
    return np.where(spread > 0, off / np.where(spread > 0, spread, 1.0), beyond)


def _windows(rooms: pd.DataFrame, length: int) -> tuple[pd.DataFrame, Any]:
    """The checks that have `length - 1` checks of the room before them, and each one's last `length` values."""
    ordered = rooms.dropna(subset="units").sort_values(["room_id", "day"], kind="stable")
    if len(ordered) < length:
        return ordered[:0], np.zeros((0, length))
    values = np.lib.stride_tricks.sliding_window_view(ordered["units"].to_numpy(dtype=float), length)
    room = ordered["room_id"].to_numpy()
    whole = room[length - 1 :] == room[: len(room) - length + 1]
    return ordered[length - 1 :][whole], values[whole]


def _beyond(rows: pd.DataFrame, least: float) -> pd.DataFrame:
    return rows[rows["score"] > least]


def room_with_today(frames: Frames, hotel: Hotel) -> pd.DataFrame:
    """Room: z > 2.5 over its last seven checks, today's among them."""
    found, values = _windows(frames.rooms, WEEK)
    return _beyond(found.assign(score=z_with_today(values, WEEK)), ROOM_Z)


def room_without_today(frames: Frames, hotel: Hotel) -> pd.DataFrame:
    """Room: z > 2.5 over the seven checks before today's."""
    found, values = _windows(frames.rooms, WEEK + 1)
    return _beyond(found.assign(score=z_without_today(values, WEEK)), ROOM_Z)


def forest_on_raw_values(frames: Frames, hotel: Hotel) -> pd.DataFrame:
    """Isolation Forest on a check's raw values, contamination .1, grown on the month before the scored days."""
    from sklearn.ensemble import IsolationForest

    rooms, first = frames.rooms.dropna(subset="units"), hotel.first_scored.toordinal()
    past = rooms[(rooms["day"] < first) & (rooms["day"] >= first - MONTH)]
    now = rooms[rooms["day"] >= first]
    if not len(past):
        return now[:0].assign(score=0.0)
    columns = ["units", "refilled", "products_found"]
    forest = IsolationForest(contamination=CONTAMINATION, random_state=FOREST_SEED)
    forest.fit(past[columns].to_numpy(dtype=float))
    return _beyond(now.assign(score=-forest.predict(now[columns].to_numpy(dtype=float))), 0.0)


def stock_levels(frames: Frames, hotel: Hotel) -> pd.DataFrame:
    """Stock: |z| > 3 of a product's level at the day's end against its last 30 days' levels."""
    found = []
    for (hotel_id, product), levels in daily_levels(frames).items():
        values = np.lib.stride_tricks.sliding_window_view(levels.to_numpy(), MONTH + 1)
        z = np.abs(z_without_today(values, MONTH)) if len(values) else np.zeros(0)
        days = levels.index.to_numpy()[MONTH:]
        found.append(pd.DataFrame({"hotel_id": hotel_id, "product_id": product, "day": days, "score": z}))
    if not found:
        return pd.DataFrame({"hotel_id": [], "product_id": [], "day": [], "score": []})
    return _beyond(pd.concat(found), STOCK_Z)


def daily_levels(frames: Frames) -> dict[tuple[int, int], "pd.Series[float]"]:
    """By hotel and product, the level at the end of every day from the first movement to the last of any product."""
    known = frames.levels.dropna(subset="level").sort_values("at", kind="stable")
    last = known.drop_duplicates(["hotel_id", "product_id", "day"], keep="last")
    end = int(known["day"].max()) if len(known) else 0
    levels = {}
    for _, mine in last.groupby(["hotel_id", "product_id"]):
        every = range(int(mine["day"].min()), end + 1)
        key = int(mine["hotel_id"].iloc[0]), int(mine["product_id"].iloc[0])
        levels[key] = mine.set_index("day")["level"].reindex(every).ffill()
    return levels


def nobody_tonight(frames: Frames, hotel: Hotel) -> pd.DataFrame:
    """Vacant: something was found, and by the records nobody sleeps there tonight."""
    rooms = frames.rooms[frames.rooms["units"] > 0]
    if not hotel.plan.has_stays:
        return rooms[:0].assign(score=1.0)
    asleep = _recorded_nights(hotel)
    empty = [key not in asleep for key in zip(rooms["room_id"], rooms["day"], strict=True)]
    return rooms[np.array(empty, dtype=bool)].assign(score=1.0)


def _recorded_nights(hotel: Hotel) -> set[tuple[int, int]]:
    """Room and day of every night that a valid record covers."""
    building = build(hotel.plan)
    records = record(hotel.plan, building, book(hotel.plan, building)).records
    valid = records[records["durum"] == "aktif"]
    spans = zip(valid["oda_id"], valid["giris_tarihi"], valid["cikis_tarihi"], strict=True)
    return {(int(room), day) for room, since, until in spans for day in range(since.toordinal(), until.toordinal())}


@dataclass(frozen=True, slots=True)
class Rule:
    """A naive rule: in words, whom it looks at, which faults it is for, and which others make it right as well."""

    words: str
    entity: str
    subjects: tuple[Subject, ...]
    marks: Callable[[Frames, Hotel], pd.DataFrame]
    excused: tuple[Subject, ...] = ()


RULES: tuple[Rule, ...] = (
    Rule("room: z > 2.5 over 7 checks, today's included", "room", ("room spike",), room_with_today),
    Rule("room: z > 2.5 over the 7 checks before", "room", ("room spike",), room_without_today),
    Rule("Isolation Forest on raw room values, contamination .1", "room", ("room spike",), forest_on_raw_values),
    Rule("stock: z > 3 on 30 days of levels", "product", ("leak",), stock_levels, ("below zero", "write-off")),
    Rule("stock: z > 3 on 30 days of levels", "product", ("below zero",), stock_levels, ("leak", "write-off")),
    Rule("vacant: nobody sleeps there tonight", "room", ("vacant room",), nobody_tonight),
)


def fetch(hotel: Hotel) -> Mapping[int, Flags]:
    """By the rule's place in RULES, what it marks in a hotel."""
    return cached("naive", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> dict[int, Flags]:
    """Try every rule."""
    return {
        place: mark(rule.marks(known.frames, hotel), rule.entity, known.faults, rule.subjects, hotel, rule.excused)
        for place, rule in enumerate(RULES)
    }
