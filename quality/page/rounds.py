"""Rounds that leave rooms out: what is found the same day, later, and for how much, by policy and share of visits."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from pandas import DataFrame

from minibar_ml.cli.rounds import SHARE
from quality.page.tables import markdown
from quality.rounds import KNOWING, POLICIES, SHARES, HotelRounds, Walked

HEADING = "## Rounds that leave rooms out"
NAMES = (*POLICIES, KNOWING)
TENTHS = 10
WORDS = """\
`minibar-ml rounds` chooses rooms in house to check; here compared with the rooms checked longest ago and with random
ones, at equal numbers of visits, on the {count} hotels of this set whose lists say who is there and whose attendants
check every room every day, so that it is known what a room that was left out had used. A policy does not see the units
of a room that it leaves out before its next check, and learns only from what it has seen. Departures and rooms
unchecked for 3 nights are visited by every policy; departures are not counted. That guests take less from a minibar
that was not refilled is left out of account, and so are signs at doors and open alerts. Lift is the share of units
found the same day, divided by that of the other policy. Units and money a visit are those found the same day, at the
mean sale price of what that hotel's guests take, in the simulator's currency. Days late are those of units found
later. *{knowing}* is no policy but the bound: the rooms by their true mean units, from all parameters of the simulated
guests and all earlier checks, those that the policy left out too.
"""
CHANCES = """\
Reliability: of the rooms in house of all days (60 % of visits), those whose chance was within a tenth, and how many of
them had used something.
"""


def section(hotels: Mapping[str, HotelRounds]) -> str:
    """Heading, words and the tables."""
    words = WORDS.format(count=len(hotels), knowing=KNOWING).strip()
    tables = policies(hotels), by_hotel(hotels)
    return "\n\n".join([HEADING, words, _verdict(hotels), *tables, CHANCES.strip(), chances(hotels)])


def _verdict(hotels: Mapping[str, HotelRounds]) -> str:
    found, bound = (found_within(_walks(hotels.values(), name, SHARE), 0) for name in ("rounds", KNOWING))
    verdict = "met" if found >= 0.9 else "**not met**"
    goal = "The goal is 90 % of the units on the same day with 60 % of the visits"
    return f"{goal}: {found:.1%} (bound {bound:.1%}), {verdict}."


def policies(hotels: Mapping[str, HotelRounds]) -> str:
    """One line a policy and share of visits, over all hotels together."""
    head = ("policy", "visits", "same day", "within a day", "within 2 days", "days late", "lift of rounds",
            "units per visit", "money per visit")  # fmt: skip
    return markdown(head, [_line(hotels.values(), name, share) for share in SHARES for name in NAMES])


def _line(hotels: Iterable[HotelRounds], name: str, share: float) -> list[str]:
    found = list(hotels)
    walks = _walks(found, name, share)
    visits = sum(one.visits for one in walks)
    money = sum(one.price * walk.waited[0] for one in found for walk in one.walks[name, share])
    lift = found_within(_walks(found, "rounds", share), 0) / found_within(walks, 0)
    return [
        name,
        f"{visits / sum(one.rooms for one in walks):.1%}",
        *(f"{found_within(walks, days):.1%}" for days in (0, 1, 2)),
        f"{_days_late(walks):.2f}",
        f"{lift:.2f}",
        f"{sum(one.waited[0] for one in walks) / visits:.2f}",
        f"{money / visits:,.0f}",
    ]


def by_hotel(hotels: Mapping[str, HotelRounds]) -> str:
    """One line a hotel, at the default share: the same day, by policy, and for how many rooms something was used."""
    rows = []
    for name, one in hotels.items():
        own = {policy: one.walks[policy, SHARE] for policy in NAMES}
        used = pd.concat([part for walk in own["rounds"] for part in walk.chances])["used"].mean()
        visits = sum(walk.visits for walk in own["rounds"]) / sum(walk.rooms for walk in own["rounds"])
        shares = (f"{found_within(walks, 0):.1%}" for walks in own.values())
        rows.append([name, f"{used:.0%}", f"{visits:.1%}", *shares])
    return markdown(("hotel", "rooms to refill", "visits", *NAMES), rows)


def chances(hotels: Mapping[str, HotelRounds]) -> str:
    """By tenth of the chances: rooms, mean chance, share that was used."""
    found = reliability(_walks(hotels.values(), "rounds", SHARE))
    columns = (found.index.tolist(), *(found[name].tolist() for name in ("rooms", "chance", "used")))
    rows = [
        [f"{10 * tenth} to {10 * tenth + 10} %", f"{rooms:,}", f"{chance:.3f}", f"{used:.3f}"]
        for tenth, rooms, chance, used in zip(*columns, strict=True)
    ]
    return markdown(("chance", "rooms", "mean chance", "had used"), rows)


def reliability(walks: Sequence[Walked]) -> DataFrame:
    """The same as a frame, by number of the tenth."""
    every = pd.concat([part for walk in walks for part in walk.chances]).dropna()
    bins = np.minimum((every["chance"] * TENTHS).astype(int), TENTHS - 1)
    return every.groupby(bins).agg(rooms=("used", "size"), chance=("chance", "mean"), used=("used", "mean"))


def found_within(walks: Sequence[Walked], days: int) -> float:
    """The share of all hotels' units that was found after at most so many days."""
    return sum(one.found_within(days) * one.units for one in walks) / sum(one.units for one in walks)


def _days_late(walks: Sequence[Walked]) -> float:
    """Days until what a room that was left out had used was found, on average over these units."""
    late = [(days, units) for one in walks for days, units in one.waited.items() if days]
    return sum(days * units for days, units in late) / sum(units for _, units in late)


def _walks(hotels: Iterable[HotelRounds], name: str, share: float) -> list[Walked]:
    return [walk for one in hotels for walk in one.walks[name, share]]
