"""What a room's check is expected to find, before anything is known of the guest.

Expected units of a check: mu = exposure x rate[room type] x weekday x guests x nights x part of the stay, by Poisson
regression over at most a few thousand cells (McCullagh & Nelder 1989; scikit-learn's PoissonRegressor), times the
factor of the whole hotel: that of the week before and of the same day's other checks. So a season or a heat wave needs
no calendar; the check after a holiday or event has, besides, the factor that is known of such checks. What the guests'
own checks add is in `predictive`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from minibar_ml.ml.contract import Parameters, TooLittle
from minibar_ml.ml.frames import UNKNOWN_DAY, Frames
from minibar_ml.ml.once import once
from minibar_ml.ml.rooms import guest_mixture
from minibar_ml.ml.rooms.special_days import NONE, SpecialDays, is_special, separable, special_factor
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

Ints = NDArray[np.int64]

ARRIVAL_EXPOSURE = 0.3
"""Guest-nights that a guest who arrived today counts for; the rate of such checks is learned with them."""
LONGEST_STAY_DAYS = 28
"""Days before a check in which its guests' other checks, and a run of empty checks, are looked for."""
LONGEST_GAP = 14
"""Days since the check before, beyond which a room without known occupancy says nothing."""
LEAST_DAYS = 7
MOST_CHECKS = 200_000
"""Checks of the past that are looked at for how high scores go; more only cost time."""
CAP = 0.999
RIDGE = 1e-3
LEVEL_DAYS, LEVEL_PRIOR = 7, 100.0
WEEKDAYS, GUESTS, NIGHTS, PARTS = 7, 4, 3, 4
CELLS_A_TYPE = WEEKDAYS * GUESTS * NIGHTS * PARTS


def checks(rooms: "DataFrame", *, by_guests: bool) -> "DataFrame":
    """The checks that can be scored, with their exposure, in order of room and day.

    `by_guests`: exposure in guest-nights, of checks since which occupancy is known and that somebody can have slept;
    otherwise, for a hotel without stays on record, in days since the check before.
    """
    previous_on = rooms["previous_on"].to_numpy()
    if by_guests:
        exposure = rooms["guest_nights"].to_numpy(dtype=float) + ARRIVAL_EXPOSURE * rooms["arriving"].to_numpy()
        picked = rooms["known"].to_numpy(dtype=bool) & (exposure > 0)
    else:
        exposure = (rooms["day"].to_numpy() - previous_on).astype(float)
        picked = (exposure > 0) & (exposure <= LONGEST_GAP)
    picked = picked & (previous_on > UNKNOWN_DAY) & rooms["units"].notna().to_numpy()
    found = rooms[picked]
    room, day = found["room_id"].to_numpy(), found["day"].to_numpy()
    order = np.lexsort((day, room))
    if not np.array_equal(order, np.arange(len(order))):
        found = found.iloc[order]
    return found.assign(exposure=exposure[picked][order]).reset_index(drop=True)


def some_rooms(rooms: "DataFrame") -> "DataFrame":
    """All rooms, or as many as make 200,000 checks; whole rooms, so that runs and stays stay whole."""
    every = -(-len(rooms) // MOST_CHECKS)
    return rooms[rooms["room_id"] % every == 0] if every > 1 else rooms


def knows_guests(rooms: "DataFrame") -> bool:
    """Whether most checks have known occupancy, so that guests explain what is found."""
    seen = rooms["previous_on"] > UNKNOWN_DAY
    return bool(seen.any()) and float(rooms["known"][seen].mean()) >= 0.5


@once
def of_past(past: Frames, min_points: int) -> dict[str, Any] | TooLittle:
    """What `fit` learns from the checks of one hotel's past."""
    return fit(past.rooms, min_points, past.calendar.special_days())


def fit(rooms: "DataFrame", min_points: int, special_days: SpecialDays = NONE) -> dict[str, Any] | TooLittle:
    """Learn rates, and how guests differ, from one hotel's checks; see `Calendar.special_days`."""
    by_guests = knows_guests(rooms)
    found = checks(rooms, by_guests=by_guests)
    days = int(found["day"].nunique())
    if days < LEAST_DAYS:
        return TooLittle(days, LEAST_DAYS, "days of checks")
    if len(found) < min_points:
        return TooLittle(len(found), min_points, "room checks")
    if not found["units"].any():
        return TooLittle(0, 1, "units found consumed")
    units = found["units"].to_numpy(dtype=float)
    cap = max(float(np.quantile(units, CAP)), 1.0)
    units, types = np.minimum(units, cap), sorted(found["room_type"].unique().tolist())
    apart = separable(found, special_days, min_points)
    learned = {"by_guests": by_guests, "types": types, "cap": cap, "special": 1.0}
    learned["rates"] = _rates(found[~apart], units[~apart], types)
    learned["special"] = special_factor(found["day"][apart].nunique(), units[apart], expected(found[apart], learned))
    return learned | guest_mixture.fit(stay_number(found), units, expected(found, learned, special_days))


def _rates(found: "DataFrame", units: Floats, types: list[str]) -> Floats:
    """Units per unit of exposure in each cell, by Poisson regression on the cells' totals."""
    cells, size = _cells(found, types), (len(types) + 1) * CELLS_A_TYPE
    exposure, taken = (np.bincount(cells, values, size).astype(float) for values in (found["exposure"], units))
    # Imported here, after the data were found to be enough: it takes longer than all the rest.
    from sklearn.linear_model import PoissonRegressor

    design = _design(len(types))
    filled = exposure > 0
    model = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky")
    model.fit(design[filled], taken[filled] / exposure[filled], sample_weight=exposure[filled])
    return np.asarray(np.exp(np.clip(model.intercept_ + design @ model.coef_, -10.0, 5.0)))


def _cells(found: "DataFrame", types: list[str]) -> Ints:
    """The cell of each check: room type (an unseen one is the last), weekday, guests 1..4, nights 1..3, part of stay.

    Guests take most in their first night and ever less later; who has only just arrived has taken next to nothing.
    """
    index = {name: position for position, name in enumerate(types)}
    kinds, names = pd.factorize(found["room_type"])
    kind = np.array([index.get(name, len(types)) for name in names], dtype=np.int64)[kinds]
    day, nights = (found[name].to_numpy(dtype=np.int64) for name in ("day", "nights"))
    since_arrival = day - found["stay_on"].to_numpy(dtype=np.int64)
    part = np.where(nights == 0, PARTS - 1, np.clip(since_arrival, 1, PARTS - 1) - 1)
    guests = np.clip(found["guests"].to_numpy(dtype=np.int64), 1, GUESTS) - 1
    return np.ravel_multi_index(
        (kind, day % WEEKDAYS, guests, np.clip(nights, 1, NIGHTS) - 1, part),
        (len(types) + 1, WEEKDAYS, GUESTS, NIGHTS, PARTS),
    ).astype(np.int64)


def _design(types: int) -> Floats:
    """One row a cell, one-hot columns; the first guest number, night and part are the base, an unseen type has none."""
    shape = (types + 1, WEEKDAYS, GUESTS, NIGHTS, PARTS)
    kind, weekday, guests, nights, part = np.unravel_index(np.arange(np.prod(shape)), shape)
    parts = [
        kind[:, None] == np.arange(types),
        weekday[:, None] == np.arange(WEEKDAYS),
        guests[:, None] == np.arange(1, GUESTS),
        nights[:, None] == np.arange(1, NIGHTS),
        part[:, None] == np.arange(1, PARTS),
    ]
    return np.hstack(parts).astype(float)


def expected(found: "DataFrame", parameters: Parameters, special_days: SpecialDays = NONE) -> Floats:
    """mu of each check, in units, before the hotel's factor; see `Calendar.special_days`."""
    usual = found["exposure"].to_numpy(dtype=float) * parameters["rates"][_cells(found, parameters["types"])]
    return np.asarray(usual * np.where(is_special(found, special_days), parameters["special"], 1.0))


def stay_number(found: "DataFrame") -> Ints:
    """A number for each (room, stay) whose check covers just that stay; -1 elsewhere.

    Rows are in order of room and day, so a stay's rows stand together and its number never falls.
    """
    single = ((found["stays"] == 1) & (found["stay_on"] > UNKNOWN_DAY)).to_numpy()
    room, stay_on = found["room_id"].to_numpy(), found["stay_on"].to_numpy()
    starts = np.ones(len(found), dtype=bool)
    starts[1:] = (room[1:] != room[:-1]) | (stay_on[1:] != stay_on[:-1])
    return np.where(single, np.cumsum(starts) - 1, -1)


def hotel_factor(found: "DataFrame", units: Floats, mu: Floats) -> Floats:
    """The factor of the whole hotel at each check, 1 on a usual day.

    It is that of the seven days before, then that of the same day's other checks. Both are shrunk by 100 expected
    units: the week's to 1, the day's to the week's.
    """
    if not len(found):
        return np.zeros(0)
    day = found["day"].to_numpy(dtype=np.int64)
    offset = day - day.min()
    taken, thought = (np.bincount(offset, values) for values in (units, mu))
    sums = [np.r_[0.0, np.cumsum(values)] for values in (taken, thought)]
    last = np.arange(len(taken))
    week = np.divide(*(s[last] - s[np.maximum(last - LEVEL_DAYS, 0)] + LEVEL_PRIOR for s in sums))[offset]
    others = (taken[offset] - units + LEVEL_PRIOR) / ((thought[offset] - mu) * week + LEVEL_PRIOR)
    return np.asarray(week * others)
