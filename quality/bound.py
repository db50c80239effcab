"""What a test could find that knew the guests: the predictive of a "gamma" hotel's checks by its own parameters.

There every stay has one multiplier, Gamma of the plan's shape, and every check one mood, so that a check is negative
binomial given the multipliers of its stays. The test knows rates, day effects, true stays and shapes, and from each
stay's earlier checks what its multiplier may be; it does not know the multiplier. Two things it leaves aside: that a
minibar holds only so much, and, where a check covers two stays, how the lesser one's multiplier spreads.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from minibar_ml.simulate.building import build
from minibar_ml.simulate.faults import slow_down
from minibar_ml.simulate.guests import CHECK_SHAPE, MORNING_SHARE, GammaGuests
from minibar_ml.simulate.room_faults import choose_room_faults
from minibar_ml.simulate.schedule import draw_roster, draw_schedule
from minibar_ml.simulate.stays import NO_STAY, Stays, book, record
from quality import points
from quality.cache import cached, source_hash
from quality.flags import Flags, mark
from quality.hotels import Hotel
from quality.truth import Subject

MADE_BY = (*points.MADE_BY, "quality/bound.py", "quality/flags.py", "quality/truth.py")
EDGES = np.r_[0.0, np.geomspace(1e-3, 25.0, 120)]
SPIKES: tuple[Subject, ...] = ("room spike",)
GRID = (EDGES[1:] + EDGES[:-1]) / 2
"""Multipliers; the Gamma's weight between two edges stands on the one in their middle."""


def fetch(hotel: Hotel) -> Flags | None:
    """Every judged check's surprise to a test that knows the guests; None where guests are of another kind."""
    if hotel.plan.guests != "gamma":
        return None
    return cached("bound", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> Flags:
    """Score the judged checks, -ln of their upper tails."""
    checks = known.frames.rooms.dropna(subset="units").sort_values(["room_id", "day"], ignore_index=True)
    shares = _shares(hotel, checks)
    units = checks["units"].to_numpy(dtype=float)
    weights = _posteriors(shares, units, hotel.plan.appetite_shape)
    judged = (checks["day"] >= hotel.first_judged.toordinal()).to_numpy()
    scored = _surprise(shares, units, weights, judged)
    rows = checks.loc[scored.index, ["hotel_id", "room_id", "day"]].assign(score=scored)
    return mark(rows, "room", known.faults, SPIKES, hotel)


def _shares(hotel: Hotel, checks: pd.DataFrame) -> pd.DataFrame:
    """One row a check (its place in `checks`) and stay: `mu`, units expected of it with a multiplier of 1, in order."""
    stays, guests = _true_guests(hotel)
    taken = _takings(stays, guests.day_effect)
    first, width = hotel.plan.starts_on.toordinal(), hotel.plan.days + 2
    keys = (checks["room_id"].to_numpy() - 1) * width + checks["day"].to_numpy() - first
    place = np.searchsorted(keys, taken["room"].to_numpy() * width + taken["from_day"].to_numpy())
    seen = place < len(keys)
    seen[seen] &= keys[place[seen]] // width == taken["room"].to_numpy()[seen]
    mu = taken["nights"].to_numpy() * guests.rate[taken["stay"].to_numpy()]
    found = pd.DataFrame({"check": place, "stay": taken["stay"].to_numpy(), "mu": mu})[seen]
    found = pd.DataFrame(found.groupby(["check", "stay"], as_index=False)["mu"].sum())
    found["stays"] = found.groupby("check")["stay"].transform("size")
    return found.sort_values(["stay", "check"], ignore_index=True)


def _true_guests(hotel: Hotel) -> tuple[Stays, GammaGuests]:
    """Stays and guests once more, as the simulator drew them."""
    plan = hotel.plan
    building = build(plan)
    stays = book(plan, building)
    roster = draw_roster(plan, building)
    schedule, _ = slow_down(plan, roster, draw_schedule(plan, building, stays, roster))
    faults = choose_room_faults(plan, building, stays, record(plan, building, stays), schedule)
    return stays, GammaGuests(plan, building, stays, faults)


def _takings(stays: Stays, day_effect: Any) -> pd.DataFrame:
    """When guests take: room, stay, the first day whose check can find it, and usual nights' worth."""
    room, day = np.nonzero(stays.of_night != NO_STAY)
    parts = [(room, stays.of_night[room, day], day + 1, day_effect[day])]
    for table, who, share in (
        (stays.departing, None, MORNING_SHARE),
        (stays.arriving, stays.early, MORNING_SHARE),
        (stays.departing, stays.late, 1.0),
    ):
        room, day = np.nonzero(table != NO_STAY)
        stay = table[room, day]
        some = np.ones(len(stay), dtype=bool) if who is None else who[stay]
        later = int(share == 1.0)  # a late guest takes after the day's check, the others before it
        parts.append((room[some], stay[some], day[some] + later, share * day_effect[day[some]]))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame(dict(zip(("room", "stay", "from_day", "nights"), columns, strict=True)))


def _posteriors(shares: pd.DataFrame, units: Any, shape: float) -> Any:
    """Shares x grid: weights of the multipliers given the stay's earlier checks that it had to itself."""
    prior = np.diff(stats.gamma.cdf(EDGES, shape, scale=1 / shape))
    mu, stay = shares["mu"].to_numpy(), shares["stay"].to_numpy()
    found = units[shares["check"].to_numpy()]
    mean = mu[:, None] * GRID
    here = found[:, None] * np.log(mean) - (found + CHECK_SHAPE)[:, None] * np.log(mean + CHECK_SHAPE)
    here = np.where((shares["stays"] == 1).to_numpy()[:, None], here, 0.0)
    before = np.cumsum(here, axis=0) - here
    start = np.maximum.accumulate(np.where(np.r_[True, stay[1:] != stay[:-1]], np.arange(len(stay)), 0))
    logs = before - before[start] + np.log(np.maximum(prior, 1e-300))
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _surprise(shares: pd.DataFrame, units: Any, weights: Any, judged: Any) -> "pd.Series[float]":
    """-ln P(at least so many units) of each judged check that some guest can have taken from, by its place."""
    usual = shares["mu"].to_numpy() * (weights @ GRID)
    total = pd.Series(usual).groupby(shares["check"]).transform("sum").to_numpy()
    main = (pd.Series(usual).groupby(shares["check"]).rank(method="first", ascending=False) == 1).to_numpy()
    main = main & judged[shares["check"].to_numpy()]
    place = shares["check"].to_numpy()[main]
    mean = shares["mu"].to_numpy()[main, None] * GRID + (total - usual)[main, None]
    found = units[place][:, None]
    tail = np.where(found > 0, special.betainc(np.maximum(found, 1.0), CHECK_SHAPE, mean / (mean + CHECK_SHAPE)), 1.0)
    return pd.Series(-np.log(np.maximum(np.sum(weights[main] * tail, axis=1), 1e-300)), index=place)
