"""What a test could find that knew the guests: the predictive of every check by the simulator's own parameters.

Every stay has a multiplier of its own; given it, a check's units are negative binomial: of one size where guests are
"gamma" and have a mood a check, of a size that grows with the nights where they are "mixed" and have a mood a night,
and now and then a party. The test knows rates, day effects, true stays and all spreads, and from each stay's earlier
checks what its multiplier may be; it does not know the multiplier. What it leaves aside: that a minibar holds only so
much; where a check covers two stays, how the lesser one's multiplier spreads; that nights of unequal weight add up to
something that is only nearly negative binomial; and a second party between two checks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from minibar_ml.simulate import HotelPlan
from minibar_ml.simulate.building.building import build
from minibar_ml.simulate.faults.rooms import choose_room_faults
from minibar_ml.simulate.faults.slow_days import slow_down
from minibar_ml.simulate.minibars.demand import (
    ABSTINENT,
    CHECK_SHAPE,
    HEAVIEST_UNITS,
    MORNING_SHARE,
    NIGHT_SHAPE,
    PARTY_CHANCE,
    PARTY_FACTOR,
    USUAL_TASTE,
    Guests,
    first_nights,
    welcome,
)
from minibar_ml.simulate.presence.records import record
from minibar_ml.simulate.presence.schedule import draw_roster, draw_schedule
from minibar_ml.simulate.presence.stays import NO_STAY, Stays, book
from quality import points
from quality.cache import cached, source_hash
from quality.flags import Flags, mark
from quality.hotels import Hotel
from quality.truth import Subject

MADE_BY = (*points.MADE_BY, "quality/yardsticks/bound.py", "quality/flags.py", "quality/truth.py")
EDGES = np.r_[0.0, np.geomspace(1e-3, 25.0, 80)]
GRID = (EDGES[1:] + EDGES[:-1]) / 2
"""Multipliers; a prior's weight between two edges stands on the one in their middle."""
CHUNK = 40_000
SPIKES: tuple[Subject, ...] = ("room spike",)


def fetch(hotel: Hotel) -> Flags:
    """Every scored check's surprise to a test that knows the guests."""
    return cached("bound", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> Flags:
    """Score the scored checks, -ln of their upper tails."""
    checks = checks_of(known)
    stays, guests = true_guests(hotel.plan)
    shares = shares_of(hotel.plan, checks, stays, guests)
    is_scored = (checks["day"] >= hotel.first_scored.toordinal()).to_numpy()
    touched = shares["stay"].isin(shares["stay"][is_scored[shares["check"].to_numpy()]])
    scored = _surprise(shares[touched].reset_index(drop=True), prior_of(hotel.plan, guests), is_scored)
    rows = checks.loc[scored.index, ["hotel_id", "room_id", "day"]].assign(score=scored)
    return mark(rows, "room", known.faults, SPIKES, hotel)


def checks_of(known: points.Points) -> pd.DataFrame:
    """The checks whose units are known, by room and day."""
    return known.frames.rooms.dropna(subset="units").sort_values(["room_id", "day"], ignore_index=True)


def true_guests(plan: HotelPlan) -> tuple[Stays, Guests]:
    """Stays and guests once more, as the simulator drew them."""
    building = build(plan)
    stays = book(plan, building)
    roster = draw_roster(plan, building)
    schedule, _ = slow_down(plan, roster, draw_schedule(plan, building, stays, roster))
    faults = choose_room_faults(plan, building, stays, record(plan, building, stays).records, schedule)
    return stays, welcome(plan, building, stays, faults)


def prior_of(plan: HotelPlan, guests: Guests) -> Any:
    """How multipliers spread over the grid."""
    if plan.guests == "gamma":
        return np.diff(stats.gamma.cdf(EDGES, plan.consumption_shape, scale=1 / plan.consumption_shape))
    others = np.diff(stats.lognorm.cdf(EDGES, guests.spread, scale=np.exp(USUAL_TASTE)))
    return guests.abstainers * np.histogram([ABSTINENT], EDGES)[0] + (1 - guests.abstainers) * others


def shares_of(plan: HotelPlan, checks: pd.DataFrame, stays: Stays, guests: Guests) -> pd.DataFrame:
    """One row a check (its place in `checks`) and stay that can have taken something before it, by stay and time.

    `rate`: units a night; `nights`: usual nights' worth; `size` of the negative binomial; `party`: the chance that one
    of the nights was a party, and `more`, what it multiplies the mean by; `most`: units a night at most; `units` found
    at the check, and `stays` that share it.
    """
    taken = _takings(plan, stays, guests)
    first, width = plan.starts_on.toordinal(), plan.days + 2
    keys = (checks["room_id"].to_numpy() - 1) * width + checks["day"].to_numpy() - first
    place = np.searchsorted(keys, taken["room"].to_numpy() * width + taken["from_day"].to_numpy())
    seen = place < len(keys)
    seen[seen] &= keys[place[seen]] // width == taken["room"].to_numpy()[seen]
    worth = taken["nights"].to_numpy()
    parts = pd.DataFrame({"check": place, "stay": taken["stay"].to_numpy(), "nights": worth, "squares": worth**2})[seen]
    grouped = parts.groupby(["stay", "check"])
    found = grouped.agg(nights=("nights", "sum"), squares=("squares", "sum"), largest=("nights", "max"))
    found = found.assign(count=grouped.size()).reset_index()
    is_gamma = plan.guests == "gamma"
    alike = found["nights"] ** 2 / found["squares"]
    return pd.DataFrame(found).assign(
        rate=guests.rate[found["stay"].to_numpy()],
        size=CHECK_SHAPE if is_gamma else NIGHT_SHAPE * alike,
        party=0.0 if is_gamma else 1 - (1 - PARTY_CHANCE) ** found["count"],
        more=1 + (PARTY_FACTOR - 1) * found["largest"] / found["nights"],
        most=np.inf if is_gamma else HEAVIEST_UNITS,
        units=checks["units"].to_numpy(dtype=float)[found["check"].to_numpy()],
        stays=found.groupby("check")["stay"].transform("size"),
    )


def _takings(plan: HotelPlan, stays: Stays, guests: Guests) -> pd.DataFrame:
    """When guests take: room, stay, the first day whose check can find it, and usual nights' worth."""
    whole, some = np.ones(len(stays.room), dtype=bool), MORNING_SHARE
    parts = []
    # what is taken in the evening is there for the next day's check, what is taken in the morning for the same day's
    for table, who, share, later in (
        (stays.of_night, whole, 1.0, 1),
        (stays.departing, whole, some, 0),
        (stays.arriving, stays.early, some, 0),
        (stays.departing, stays.late, 1.0, 1),
    ):
        room, day = np.nonzero(table != NO_STAY)
        stay = table[room, day]
        room, day, stay = (column[who[stay]] for column in (room, day, stay))
        worth = share * guests.day_effect[day]
        if plan.guests == "mixed":
            worth = worth * first_nights(day - stays.arrive[stay])
        parts.append((room, stay, day + later, worth))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame(dict(zip(("room", "stay", "from_day", "nights"), columns, strict=True)))


@dataclass(frozen=True, slots=True)
class Means:
    """Shares x grid: the mean without a party; and what else defines the distribution, as columns."""

    mean: Any
    size: Any
    party: Any
    more: Any
    units: Any

    @classmethod
    def of(cls, shares: pd.DataFrame) -> "Means":
        rate, nights, size, party, more, most, units = (
            shares[name].to_numpy(dtype=float)[:, None]
            for name in ("rate", "nights", "size", "party", "more", "most", "units")
        )
        return cls(np.minimum(rate * GRID, most) * nights, size, party, more, units)

    def likelihood(self) -> Any:
        """Log of P(units), up to what does not depend on the multiplier."""
        plain, party = (
            self.units * np.log(mean) - (self.units + self.size) * np.log(mean + self.size)
            for mean in (self.mean, self.mean * self.more)
        )
        return np.logaddexp(plain + np.log1p(-self.party), party + np.log(np.maximum(self.party, 1e-300)))

    def tail(self, others: Any) -> Any:
        """P(at least the units), where other stays took so many on average."""
        found = np.maximum(self.units, 1.0)
        plain, party = (
            special.betainc(found, self.size, (mean + others) / (mean + others + self.size))
            for mean in (self.mean, self.mean * self.more)
        )
        return np.where(self.units > 0, (1 - self.party) * plain + self.party * party, 1.0)

    def empty(self) -> Any:
        """P(nothing)."""
        plain, party = ((1 + mean / self.size) ** -self.size for mean in (self.mean, self.mean * self.more))
        return (1 - self.party) * plain + self.party * party

    def expected(self) -> Any:
        """Mean units, parties included."""
        return self.mean * (1 + self.party * (self.more - 1))


def posteriors(shares: pd.DataFrame, prior: Any) -> Iterator[tuple[pd.DataFrame, Means, Any]]:
    """In chunks of whole stays: shares, their means, and the grid's weights given the stay's earlier checks.

    Checks are evidence on a stay that had them to itself, and of each that shares them where nothing was found.
    """
    for _, chunk in shares.groupby(_starts(shares["stay"].to_numpy()) // CHUNK):
        means, stay = Means.of(chunk), chunk["stay"].to_numpy()
        is_evidence = ((chunk["stays"] == 1) | (chunk["units"] == 0)).to_numpy()
        here = np.where(is_evidence[:, None], means.likelihood(), 0.0)
        before = np.cumsum(here, axis=0) - here
        logs = before - before[_starts(stay)] + np.log(np.maximum(prior, 1e-300))
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        yield chunk, means, weights / weights.sum(axis=1, keepdims=True)


def _starts(stay: Any) -> Any:
    """For each row, in order of stays, the place of its stay's first."""
    return np.maximum.accumulate(np.where(np.r_[True, stay[1:] != stay[:-1]], np.arange(len(stay)), 0))


def expected(shares: pd.DataFrame, prior: Any) -> pd.DataFrame:
    """Of each share its `check` and `usual`, the mean units given the stay's earlier checks."""
    parts = [chunk[["check"]].assign(usual=(weights * means.expected()).sum(axis=1))
             for chunk, means, weights in posteriors(shares, prior)]  # fmt: skip
    return pd.concat(parts)


def _surprise(shares: pd.DataFrame, prior: Any, is_scored: Any) -> "pd.Series[float]":
    """-ln P(at least so many units) of each scored check that some guest can have taken from, by its place."""
    usual = expected(shares, prior)
    total = usual.groupby("check")["usual"].transform("sum")
    is_main = usual.groupby("check")["usual"].rank(method="first", ascending=False) == 1
    others, is_main = total - usual["usual"], is_main & is_scored[usual["check"].to_numpy()]
    scored: list[pd.Series[float]] = []
    for chunk, means, weights in posteriors(shares, prior):
        tail = np.sum(weights * means.tail(others.loc[chunk.index].to_numpy()[:, None]), axis=1)
        surprise = pd.Series(-np.log(np.maximum(tail, 1e-300)), index=chunk["check"])
        scored.append(surprise[is_main.loc[chunk.index].to_numpy()])
    return pd.concat(scored)
