"""What the front desk writes down of guests' stays."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Ints, dates, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.stays import Stays


@dataclass(frozen=True)
class Hours:
    """When guests come on the day of arrival, or go on that of departure, by stay.

    ``quarter`` counts quarter hours after midnight; the front desk has no word of those that are ``unknown``.
    """

    quarter: Ints
    unknown: Flags

    def clock(self) -> pd.Series:
        """Wall-clock text; None where unknown."""
        text = clock_text(self.quarter)
        text[self.unknown] = None
        return pd.Series(text, dtype=object)


@dataclass(frozen=True)
class FrontDesk:
    """The front desk's records of stays (a table), and the hours of arrival and departure of all stays."""

    records: pd.DataFrame
    arrival: Hours
    departure: Hours


def record(plan: HotelPlan, building: Building, stays: Stays) -> FrontDesk:
    """The front desk's records: hours missing, a few stays doubled or cancelled, not all bookings."""
    rng = stream(plan, "stay records")
    ahead = stays.arrive - (plan.days - 1)
    known = (stays.depart >= 0) & (rng.random(len(stays.room)) < np.exp(-np.maximum(ahead, 0) / 6.0))
    index = np.flatnonzero(known if plan.has_stays else np.zeros_like(known))
    arrival, departure = _arrival_hours(plan, stays, rng), _departure_hours(plan, stays, rng)
    table = pd.DataFrame(
        {
            "oda_id": stays.room[index] + 1,
            "misafir_sayisi": stays.guests[index],
            "giris": stays.arrive[index],
            "giris_saati": arrival.clock()[index],
            "cikis": stays.depart[index],
            "cikis_saati": departure.clock()[index],
            "durum": "aktif",
        }
    )
    if plan.untidy and len(table):
        table = pd.concat([table, _doubled(table, rng), _cancelled(table, rng)], ignore_index=True)
    table = table.sort_values(["giris", "oda_id", "cikis"], kind="stable", ignore_index=True)
    table["id"] = np.arange(1, len(table) + 1)
    table["islem_kodu"] = [f"STAY-{number}" for number in table["id"]]
    table["giris_tarihi"] = dates(plan, table["giris"].to_numpy(dtype=np.int64))
    table["cikis_tarihi"] = dates(plan, table["cikis"].to_numpy(dtype=np.int64))
    table["otel_id"] = building.room_hotel[table["oda_id"].to_numpy(dtype=np.int64) - 1] + 1
    table = table[
        ["id", "oda_id", "islem_kodu", "misafir_sayisi", "giris_tarihi", "giris_saati", "cikis_tarihi",
         "cikis_saati", "durum", "otel_id"]
    ]  # fmt: skip
    return FrontDesk(table, arrival, departure)


def _arrival_hours(plan: HotelPlan, stays: Stays, rng: np.random.Generator) -> Hours:
    count = len(stays.room)
    quarter = np.where(stays.early, rng.integers(26, 32, count), rng.integers(52, 93, count))
    unknown = (rng.random(count) < 0.25) | (stays.arrive > plan.days - 1)
    return Hours(quarter, unknown)


def _departure_hours(plan: HotelPlan, stays: Stays, rng: np.random.Generator) -> Hours:
    count = len(stays.room)
    # a late guest leaves after the last visit a shift can have (19:00), any other by noon
    quarter = np.where(stays.late, rng.integers(78, 91, count), rng.integers(34, 49, count))
    unknown = (rng.random(count) < 0.3) | (stays.depart > plan.days - 1)
    return Hours(quarter, unknown)


def clock_text(quarter: Ints) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Wall-clock text of quarter hours after midnight."""
    names = np.array([f"{q // 4:02d}:{q % 4 * 15:02d}:00" for q in range(96)], dtype=object)
    return np.asarray(names[quarter])


def _doubled(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A second record of some stays with other dates, as after an extension: it overlaps the first."""
    copy = table[rng.random(len(table)) < 0.012].copy()
    copy["cikis"] += rng.integers(0, 2, len(copy))
    copy["giris"] -= rng.integers(0, 2, len(copy))
    copy["cikis_saati"] = None
    return copy


def _cancelled(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    copy = table[rng.random(len(table)) < 0.03].copy()
    shift = rng.integers(-6, 7, len(copy))
    copy["giris"] += shift
    copy["cikis"] += shift
    copy["durum"] = "iptal"
    copy["cikis_saati"] = None
    return copy
