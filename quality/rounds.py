"""Rounds that leave rooms out, compared with full rounds.

The simulated attendants check every room in house every day. A policy that leaves a room out does not see its row: the
units wait for the room's next check, which is then one of several nights, and models learn from what the policy has
seen. Departures and rooms unchecked for 3 nights are always visited, by every policy. That guests take less from a
minibar that was not refilled is left out of account, and so are signs at doors and open alerts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from minibar_ml.cli.rounds import EVERY_DAYS, SHARE
from minibar_ml.config.settings import Settings
from minibar_ml.ml.contract import Parameters, TooLittle
from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.outlook import outlook
from minibar_ml.ml.rooms.round import choose
from minibar_ml.simulate.building.products import product_table
from quality import points
from quality.cache import cached, source_hash
from quality.hotels import Hotel
from quality.yardsticks import bound
from quality.yardsticks.informed_rounds import expected_units

Floats = NDArray[np.float64]
MADE_BY = (
    *bound.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "quality/rounds.py", "quality/yardsticks/informed_rounds.py",
)  # fmt: skip
SHARES = (0.4, SHARE, 0.8)
LEARNED_AGAIN_DAYS = 7
ADDED = ("units", "refilled", "nights", "guest_nights", "products_found")
"""What a check of several nights has the sum of."""
Ranked = tuple[Floats, Floats]
"""By a policy: a figure for each room (highest first), and the chance that something was used (NaN: it says none)."""
Rank = Callable[[DataFrame, DataFrame, Parameters, np.random.Generator], Ranked]


@dataclass(slots=True)
class Walked:
    """What a policy did on a hotel: counts of rooms in house, units by days that they waited (0: the same day), and the
    chances of all rooms in house with what was true."""

    rooms: int = 0
    visits: int = 0
    units: float = 0.0
    waited: dict[int, float] = field(default_factory=dict)
    chances: list[DataFrame] = field(default_factory=list)

    def found_within(self, days: int) -> float:
        """The share of all units of rooms in house that was found after at most so many days."""
        return sum(units for late, units in self.waited.items() if late <= days) / max(self.units, 1e-9)


def by_units(ahead: DataFrame, seen: DataFrame, model: Parameters, _rng: np.random.Generator) -> Ranked:
    """What `rounds` does."""
    made = outlook(seen, ahead, model)
    place = pd.Index(made.found["room_id"])
    rooms = ahead["room_id"]
    units, chance = (pd.Series(values, place).reindex(rooms).fillna(0.0) for values in (made.mean, 1 - made.empty()))
    return np.asarray(units, dtype=np.float64), np.asarray(chance, dtype=np.float64)


def longest_ago(ahead: DataFrame, _seen: DataFrame, _model: Parameters, rng: np.random.Generator) -> Ranked:
    """The room first that was checked longest ago; chance among equals."""
    return -ahead["previous_on"].to_numpy() + 0.5 * rng.random(len(ahead)), np.full(len(ahead), np.nan)


def at_random(ahead: DataFrame, _seen: DataFrame, _model: Parameters, rng: np.random.Generator) -> Ranked:
    """Any room."""
    return rng.random(len(ahead)), np.full(len(ahead), np.nan)


def knowing(means: "pd.Series[float]") -> Rank:
    """By the true mean units of room and day."""

    def rank(ahead: DataFrame, _seen: DataFrame, _model: Parameters, _rng: np.random.Generator) -> Ranked:
        found = means.reindex(pd.MultiIndex.from_frame(ahead[["room_id", "day"]])).fillna(0.0)
        return np.asarray(found, dtype=np.float64), np.full(len(ahead), np.nan)

    return rank


POLICIES: dict[str, Rank] = {"rounds": by_units, "checked longest ago": longest_ago, "random": at_random}
KNOWING = "guests known"
"""The bound: no policy of the product."""


def walk(rooms: DataFrame, first: int, rank: Rank, share: float, every: int = EVERY_DAYS) -> Walked:
    """Every day from `first` (ordinal) on, of one hotel's `Frames.rooms` as full rounds made them."""
    seen, waiting = rooms[rooms["day"] < first], rooms.iloc[:0]
    done, rng, model = Walked(), np.random.default_rng(1), None
    for day in range(first, int(rooms["day"].max()) + 1):
        if model is None or (day - first) % LEARNED_AGAIN_DAYS == 0:
            model = _learn(seen, day) or model
        if model is None:
            continue
        today = rooms[rooms["day"] == day].reset_index(drop=True)
        ahead = _with_waiting(today, waiting)
        in_house = ((today["nights"] > 0) & (today["staying"] > 0)).to_numpy()
        always = ~in_house | (ahead["nights"] >= every).to_numpy()
        ranked, chance = rank(_as_planned(ahead), seen, model, rng)
        count = ceil(share * in_house.sum()) - int((always & in_house).sum())
        picked = choose(ranked, ahead["previous_on"].to_numpy(dtype=np.int64), always, count)
        _count(done, today, ahead, in_house, picked, chance, waiting, day)
        waiting = waiting[~waiting["room_id"].isin(ahead["room_id"][picked])]
        waiting = pd.concat([waiting, today[~picked]], ignore_index=True)
        seen = pd.concat([seen, ahead[picked]], ignore_index=True)
    return done


def _as_planned(ahead: DataFrame) -> DataFrame:
    """The rooms as `rounds` takes them in the morning: what is not known of one does not leave it out."""
    checked_before = ahead["previous_on"] > UNKNOWN_DAY
    return ahead.assign(known=True, previous_on=ahead["previous_on"].where(checked_before, ahead["day"] - 1))


def _learn(seen: DataFrame, day: int) -> Parameters | None:
    settings = Settings()
    past = seen[(seen["day"] >= day - settings.training_days) & (seen["day"] < day)]
    learned = visit_model.fit(past, settings.min_data_points)
    return None if isinstance(learned, TooLittle) else learned


def _with_waiting(today: DataFrame, waiting: DataFrame) -> DataFrame:
    """The day's checks as they are where rooms were left out before: of several nights."""
    if not len(waiting):
        return today
    sums = waiting.groupby("room_id")[list(ADDED)].sum().reindex(today["room_id"]).fillna(0.0)
    oldest = waiting.groupby("room_id")["previous_on"].min().reindex(today["room_id"])
    stays = waiting.groupby("room_id")["stay_on"].agg(["min", "nunique"]).reindex(today["room_id"])
    is_other = (stays["min"].to_numpy() != today["stay_on"].to_numpy()) & stays["min"].notna().to_numpy()
    return today.assign(
        **{name: today[name].to_numpy() + sums[name].to_numpy() for name in ADDED},
        previous_on=oldest.fillna(pd.Series(today["previous_on"].to_numpy(), oldest.index)).to_numpy(dtype=np.int64),
        stays=np.where(is_other, today["stays"] + 1, today["stays"]),
    )


def _count(
    done: Walked, today: DataFrame, ahead: DataFrame, in_house: NDArray[np.bool_], picked: NDArray[np.bool_],
    chance: Floats, waiting: DataFrame, day: int,
) -> None:  # fmt: skip
    done.rooms += int(in_house.sum())
    done.visits += int((in_house & picked).sum())
    units = today["units"].to_numpy(dtype=float)
    done.units += float(units[in_house].sum())
    done.waited[0] = done.waited.get(0, 0.0) + float(units[in_house & picked].sum())
    late = waiting[waiting["room_id"].isin(ahead["room_id"][picked])]
    for then, found in zip(late["day"].tolist(), late["units"].tolist(), strict=True):
        done.waited[day - then] = done.waited.get(day - then, 0.0) + found
    true = (ahead["units"] > 0).to_numpy()[in_house]
    done.chances.append(pd.DataFrame({"chance": chance[in_house], "used": true}))


@dataclass(frozen=True, slots=True)
class HotelRounds:
    """What every policy did on a hotel at every share of visits, and what a unit costs its guests on average."""

    price: float
    walks: Mapping[tuple[str, float], Sequence[Walked]]


def can_measure(hotel: Hotel) -> bool:
    """Whether its attendants check every room in house every day, as far as its lists of guests say."""
    return hotel.plan.has_stays and hotel.plan.check_every_days == 1


def fetch(hotel: Hotel) -> HotelRounds:
    """A hotel's rounds."""
    return cached("rounds", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> HotelRounds:
    """Walk every policy with every share over each hotel of a database."""
    first, prices = hotel.first_scored.toordinal(), product_table(hotel.plan).set_index("id")["satis_fiyati"]
    used = known.frames.products.groupby("product_id")["units"].sum()
    used = used[prices.reindex(used.index).notna()]
    ranks = POLICIES | {KNOWING: knowing(expected_units(hotel, known))}
    walks = {
        (name, share): [walk(own, first, rank, share) for _, own in known.frames.rooms.groupby("hotel_id")]
        for name, rank in ranks.items()
        for share in SHARES
    }
    return HotelRounds(float(np.average(prices[used.index].astype(float), weights=used)), walks)
