"""How a hotel's attendants share its rooms, and in what its first one is unlike the others without doing wrong."""

from dataclasses import dataclass
from typing import Literal

Sharing = Literal["evenly", "in_turn", "own_floors"]
"""`evenly`: each day's round in even stretches, in the order of who is on duty; `in_turn`: the same, but who begins
changes every day; `own_floors`: everybody's rooms stay theirs, and colleagues take those of who is off."""


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The attendants of each hotel of a plan.

    ``overlooked`` is the share of checks at which they overlook what is missing; each has a share of their own, up to
    twice that.

    What sets the first one apart: ``minutes`` multiplies the time for each room; ``thirst`` what guests of the rooms
    of the first stretch take, ``bustle`` how often these rooms are let; ``away`` is the first and the last (exclusive)
    day index of an absence.
    """

    sharing: Sharing = "evenly"
    overlooked: float = 0.0
    minutes: float = 1.0
    thirst: float = 1.0
    bustle: float = 1.0
    away: tuple[int, int] = (0, 0)
