"""Guests who ask for a refill, and how long they wait."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Ints, instants, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.faults.choice import choose, how_many
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.stays import NO_STAY, Stays

REQUESTS_PER_NIGHT = 0.02
MORNING_SHIFT_HOUR = 8


def ask_for_refills(plan: HotelPlan, building: Building, stays: Stays) -> tuple[pd.DataFrame, list[Fault]]:
    """Requests of guests: nearly all done in 5 to 25 minutes, the labelled ones late or never."""
    rng = stream(plan, "requests")
    asked = (stays.of_night != NO_STAY) & (rng.random(stays.of_night.shape) < REQUESTS_PER_NIGHT)
    day, room = np.nonzero(asked.T)
    asked_at = instants(plan, day, rng.integers(9 * 3600, 21 * 3600 + 1800, len(day)))
    order = np.argsort(asked_at.to_numpy(), kind="stable")
    day, room, asked_at = day[order], room[order], asked_at[order]
    minutes = np.clip(np.exp(rng.normal(np.log(11), 0.4, len(day))), 5, 25)
    status = np.where(rng.random(len(day)) < 0.97, "tamamlandi", np.where(room % 2, "iptal", "reddedildi"))
    late = np.zeros(len(day), dtype=bool)
    if plan.wants("unanswered_request"):
        count = how_many(plan, 0.0005 * len(stays.of_night), 3)
        late[choose(plan, rng, day, count)] = True
    done_at = asked_at + pd.to_timedelta((minutes * 60).round(), unit="s")
    done_at, status = _keep_waiting(plan, asked_at, done_at, status, late, rng)
    table = pd.DataFrame(
        {
            "id": np.arange(1, len(day) + 1),
            "oda_id": room + 1,
            "talep_tarihi": asked_at,
            "durum": status,
            "tamamlanma_tarihi": pd.Series(done_at).where(status == "tamamlandi"),
        }
    )
    return table, _label(plan, building, table, day, np.flatnonzero(late))


def _keep_waiting(
    plan: HotelPlan,
    asked_at: pd.DatetimeIndex,
    done_at: pd.DatetimeIndex,
    status: np.ndarray[tuple[int], np.dtype[np.str_]],
    late: Flags,
    rng: np.random.Generator,
) -> tuple[pd.DatetimeIndex, np.ndarray[tuple[int], np.dtype[np.str_]]]:
    """Delay the late ones by hours (what falls into the night waits for the morning), forget a third."""
    delayed = asked_at + pd.to_timedelta((rng.uniform(2.5, 14, len(late)) * 3600).round(), unit="s")
    local = delayed.tz_convert(plan.timezone).tz_localize(None)
    asleep = local.hour < MORNING_SHIFT_HOUR
    morning = local.normalize() + pd.to_timedelta(MORNING_SHIFT_HOUR * 3600 + local.second * 60, unit="s")
    local = local.where(~asleep, morning)
    delayed = local.tz_localize(plan.timezone).tz_convert("UTC")
    end = pd.Timestamp(plan.ends_on, tz=plan.timezone) + pd.Timedelta(days=1)
    forgotten = late & ((rng.random(len(late)) < 0.35) | np.asarray(delayed >= end))
    status = np.where(forgotten, "beklemede", np.where(late, "tamamlandi", status))
    return done_at.where(~late, delayed), status


def _label(plan: HotelPlan, building: Building, table: pd.DataFrame, day: Ints, late: Ints) -> list[Fault]:
    end = pd.Timestamp(plan.ends_on, tz=plan.timezone) + pd.Timedelta(days=1)
    labels = []
    for index in late:
        room, asked_at = int(table["oda_id"].iloc[index]), table["talep_tarihi"].iloc[index]
        done_at = table["tamamlanma_tarihi"].iloc[index]
        answered = not pd.isna(done_at)
        minutes = ((done_at if answered else end) - asked_at).total_seconds() / 60
        until = done_at.tz_convert(plan.timezone).date() if answered else plan.ends_on
        note = f"answered after {minutes:.0f} minutes" if answered else "never answered"
        hotel = int(building.room_hotel[room - 1]) + 1
        asked_on = plan.date_of(int(day[index]))
        labels.append(Fault("unanswered_request", hotel, "room", room, asked_on, until, minutes, note))
    return labels
