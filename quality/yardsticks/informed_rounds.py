"""Which rooms somebody would check who knew the guests: by the mean units of the day's check, by `bound`'s parameters.

That ranking sees all earlier checks of the stay, those of rooms that were left out too, so it knows more than anybody
who leaves rooms out can. It does not know the stay's own multiplier, nor what a day brings.
"""

import pandas as pd

from quality.hotels import Hotel
from quality.points import Points
from quality.yardsticks.bound import checks_of, expected, prior_of, shares_of, true_guests


def expected_units(hotel: Hotel, known: Points) -> "pd.Series[float]":
    """Mean units of every check, by room and day (ordinal)."""
    checks = checks_of(known)
    stays, guests = true_guests(hotel.plan)
    shares = expected(shares_of(hotel.plan, checks, stays, guests), prior_of(hotel.plan, guests))
    means = shares.groupby("check")["usual"].sum().reindex(checks.index, fill_value=0.0)
    return pd.Series(means.to_numpy(), pd.MultiIndex.from_frame(checks[["room_id", "day"]]))
