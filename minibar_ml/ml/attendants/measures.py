"""The two measures of an attendant's pace: from room to room, and in the rooms.

Where rooms come free one by one, the way to the next room is mostly waiting and says little. Where attendants dawdle
between rooms, the minutes in them do not show it. So each shift is scored by either, where there is enough of it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minibar_ml.ml.attendants import pace
from minibar_ml.ml.contract import TooLittle

if TYPE_CHECKING:
    from pandas import DataFrame

MEASURES: Mapping[str, bool] = {"between_rooms": False, "in_rooms": True}
"""By name, whether the gaps' column `in_room` is true."""
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


def score_shifts(gaps: "DataFrame", learned: Mapping[str, Mapping[str, Any]]) -> "DataFrame":
    """One row a shift and measure with enough gaps, by what is learned of each measure."""
    import pandas as pd

    scored = [
        score(of(gaps, name), one).assign(in_rooms=MEASURES[name], usual_gaps=one["usual_gaps"])
        for name, one in learned.items()
    ]
    return pd.concat(scored, ignore_index=True)


def stranger(scored: "DataFrame") -> "DataFrame":
    """Of each shift the row of the measure by which it is the stranger."""
    ordered = scored.sort_values(["day", "entity_id", "score"], kind="stable")
    return ordered.drop_duplicates(["day", "entity_id"], keep="last").reset_index(drop=True)


def score(gaps: "DataFrame", learned: Mapping[str, Any]) -> "DataFrame":
    """One row a shift with enough gaps, by one measure; see `pace.score`."""
    return pace.score(_long_enough(pace.shifts_of(gaps, learned["base"], learned["per_item"])), learned)


def _long_enough(shifts: "DataFrame") -> "DataFrame":
    return shifts[shifts["gaps"] >= LEAST_GAPS]
