"""The two measures of an attendant's pace: from room to room, and in the rooms.

The way to the next room holds waiting for it, rooms that were looked at and left no record, and errands; minutes in the
rooms hold the work alone. So they decide where a shift has enough of them, and the way does elsewhere.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minibar_ml.ml.attendants import pace
from minibar_ml.ml.contract import TooLittle

if TYPE_CHECKING:
    from pandas import DataFrame

MEASURES: Mapping[str, bool] = {"between_rooms": False, "in_rooms": True}
"""By name, whether the gaps' column `in_room` is true. The last one that a shift has enough of decides."""
HISTORY_DAYS = 56
LEAST_DAYS = 7
LEAST_GAPS = 6


def of(gaps: "DataFrame", measure: str) -> "DataFrame":
    """The usable rows of one measure, of its last 56 days."""
    usable = pace.usable(gaps)
    own = usable[usable["in_room"] == MEASURES[measure]]
    return own[own["day"] > own["day"].max() - HISTORY_DAYS] if len(own) else own


def fit(gaps: "DataFrame", min_points: int) -> dict[str, Any] | TooLittle:
    """What is learned of one measure: minutes by items, attendants' usual paces, and how much days differ."""
    days = int(gaps["day"].nunique())
    if days < LEAST_DAYS:
        return TooLittle(days, LEAST_DAYS, "days of visits")
    if len(gaps) < min_points:
        return TooLittle(len(gaps), min_points, "gaps between visits")
    base, per_item = pace.fit_work(gaps)
    shifts = _long_enough(pace.shifts_of(gaps, base, per_item))
    if len(shifts) < LEAST_DAYS:
        return TooLittle(len(shifts), LEAST_DAYS, f"shifts with {LEAST_GAPS} gaps")
    return {"base": base, "per_item": per_item, "days": days, **pace.fit_paces(shifts, gaps, base, per_item)}


def judged(gaps: "DataFrame", learned: Mapping[str, Mapping[str, Any]]) -> "DataFrame":
    """One row a shift with enough of one measure, by the one that decides; see `pace.score`."""
    import pandas as pd

    scored = [
        _score(of(gaps, name), learned[name]).assign(in_rooms=in_rooms, usual_gaps=learned[name]["usual_gaps"])
        for name, in_rooms in MEASURES.items()
        if name in learned
    ]
    both = pd.concat(scored, ignore_index=True)
    return both.drop_duplicates(["entity_id", "day"], keep="last").reset_index(drop=True)


def _score(gaps: "DataFrame", learned: Mapping[str, Any]) -> "DataFrame":
    return pace.score(_long_enough(pace.shifts_of(gaps, learned["base"], learned["per_item"])), learned)


def _long_enough(shifts: "DataFrame") -> "DataFrame":
    return shifts[shifts["gaps"] >= LEAST_GAPS]
