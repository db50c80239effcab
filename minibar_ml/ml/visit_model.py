"""What a room's check is expected to find, and what the guest's earlier checks say about it.

Expected units of a check: mu = rate[room type] x weekday x guests x nights, per guest-night of exposure, by Poisson
regression over a few hundred cells (McCullagh & Nelder 1989; scikit-learn's PoissonRegressor). Guests differ: a
stay's multiplier is Gamma(a, a), so after earlier checks of the stay with S units found and M expected the predictive
is negative binomial with mean mu (a + S) / (a + M) and size 1 / (1 / (a + S) + 1 / k) (gamma-Poisson conjugacy;
Gelman et al., Bayesian Data Analysis, 3rd ed., ch. 2.6). a and k are estimated by moments.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from minibar_ml.ml.detectors.base import Parameters, TooLittle
from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.tails import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

ARRIVAL_EXPOSURE = 0.3
"""Guest-nights that a guest who arrived today has had by the time of the check."""
LONGEST_GAP = 14
"""Days since the check before, beyond which a room without known occupancy says nothing."""
CAP = 0.999
RIDGE = 1e-3
LEVEL_DAYS, LEVEL_PRIOR = 7, 100.0


def checks(rooms: "DataFrame", *, by_guests: bool) -> "DataFrame":
    """The checks that can be judged, with their exposure, in order of room and day.

    `by_guests`: exposure in guest-nights, of checks since which occupancy is known and that somebody can have slept;
    otherwise, for a hotel without stays on record, in days since the check before.
    """
    seen = rooms[rooms["previous_on"] > UNKNOWN_DAY]
    if by_guests:
        exposure = seen["guest_nights"] + ARRIVAL_EXPOSURE * seen["arriving"]
        picked = seen["known"] & (exposure > 0)
    else:
        exposure = (seen["day"] - seen["previous_on"]).astype(float)
        picked = (exposure > 0) & (exposure <= LONGEST_GAP)
    found = seen.assign(exposure=exposure.astype(float))[picked]
    return found.sort_values(["room_id", "day"], kind="stable").reset_index(drop=True)


def knows_guests(rooms: "DataFrame") -> bool:
    """Whether most checks have known occupancy, so that guests explain what is found."""
    seen = rooms[rooms["previous_on"] > UNKNOWN_DAY]
    return len(seen) > 0 and float(seen["known"].mean()) >= 0.5


def _cells(found: "DataFrame", types: list[str]) -> NDArray[np.int64]:
    """The cell of each check: room type (an unseen one is the last), weekday, guests 1..4, nights 1..3."""
    index = {name: position for position, name in enumerate(types)}
    kinds, names = pd.factorize(found["room_type"])
    kind = np.array([index.get(name, len(types)) for name in names], dtype=np.int64)[kinds]
    weekday = found["day"].to_numpy(dtype=np.int64) % 7
    guests = np.clip(found["guests"].to_numpy(dtype=np.int64), 1, 4) - 1
    nights = np.clip(found["nights"].to_numpy(dtype=np.int64), 1, 3) - 1
    return np.asarray(((kind * 7 + weekday) * 4 + guests) * 3 + nights)


def _design(types: int) -> Floats:
    """One row a cell, one-hot columns; the first guest number and night are the base, an unseen type has none set."""
    kind, weekday, guests, nights = np.unravel_index(np.arange((types + 1) * 84), (types + 1, 7, 4, 3))
    parts = [
        kind[:, None] == np.arange(types),
        weekday[:, None] == np.arange(7),
        guests[:, None] == np.arange(1, 4),
        nights[:, None] == np.arange(1, 3),
    ]
    return np.hstack(parts).astype(float)


def fit(rooms: "DataFrame", min_points: int) -> dict[str, Any] | TooLittle:
    """Learn rates and dispersion from one hotel's checks."""
    by_guests = knows_guests(rooms)
    found = checks(rooms, by_guests=by_guests)
    if len(found) < min_points or found["day"].nunique() < 7:
        need = min_points if len(found) < min_points else 7
        have = len(found) if len(found) < min_points else found["day"].nunique()
        return TooLittle(have, need, "room checks" if len(found) < min_points else "days of checks")
    units = found["units"].to_numpy(dtype=float)
    if not units.sum() > 0:
        return TooLittle(0, 1, "units found consumed")
    # Imported here, after the data were found to be enough: it takes longer than all the rest.
    from sklearn.linear_model import PoissonRegressor

    cap = max(float(np.quantile(units, CAP)), 1.0)
    types = sorted(found["room_type"].unique().tolist())
    design = _design(len(types))
    cell = _cells(found, types)
    exposure = np.bincount(cell, found["exposure"], len(design))
    taken = np.bincount(cell, np.minimum(units, cap), len(design))
    filled = exposure > 0
    model = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky")
    model.fit(design[filled], taken[filled] / exposure[filled], sample_weight=exposure[filled])
    learnt: dict[str, Any] = {
        "by_guests": by_guests,
        "types": types,
        "rates": np.exp(np.clip(model.intercept_ + design @ model.coef_, -10.0, 5.0)),
        "cap": cap,
        "a": 1.0,
        "k": 4.0,
    }
    return learnt | _dispersion(found, units, cap, expected(found, learnt))


def expected(found: "DataFrame", parameters: Parameters) -> Floats:
    """mu of each check, in units."""
    return np.asarray(found["exposure"].to_numpy(dtype=float) * parameters["rates"][_cells(found, parameters["types"])])


def _dispersion(found: "DataFrame", units: Floats, cap: float, mu: Floats) -> dict[str, float]:
    """a from how checks of one stay move together, k from what is left of the spread of single checks."""
    units = np.minimum(units, cap)
    residual = units - mu
    total = float(np.sum(residual**2 - mu) / np.sum(mu**2))
    between = 1.0
    stay = _stay_number(found)
    known = stay >= 0
    if known.any():
        sums = [np.bincount(stay[known], values[known]) for values in (residual, residual**2, mu, mu**2)]
        pairs = float(np.sum(sums[2] ** 2 - sums[3]))
        if pairs > 0:
            between = float(np.sum(sums[0] ** 2 - sums[1])) / pairs
    between = float(np.clip(between, 0.05, 5.0))
    within = float(np.clip((1 + total) / (1 + between) - 1, 0.02, 2.0))
    return {"a": 1 / between, "k": 1 / within}


def _stay_number(found: "DataFrame") -> NDArray[np.int64]:
    """A number for each (room, stay) whose check covers just that stay; -1 elsewhere."""
    single = ((found["stays"] == 1) & (found["stay_on"] > UNKNOWN_DAY)).to_numpy()
    key = found["room_id"].to_numpy(dtype=np.int64) * 10_000_000 + found["stay_on"].to_numpy(dtype=np.int64)
    _, number = np.unique(key, return_inverse=True)
    return np.where(single, number, -1)


@dataclass(frozen=True, slots=True)
class Predictive:
    """Each check with the mean and size of its negative binomial predictive, before it was seen."""

    found: "DataFrame"
    mean: Floats
    size: Floats


def predict(rooms: "DataFrame", parameters: Parameters) -> Predictive:
    """The predictive of every check in `rooms`, each from what lay before it."""
    found = checks(rooms, by_guests=parameters["by_guests"])
    mu = expected(found, parameters)
    units = np.minimum(found["units"].to_numpy(dtype=float), parameters["cap"])
    before_units, before_mu = _earlier_in_stay(_stay_number(found), units, mu)
    a, k = parameters["a"], parameters["k"]
    mean = mu * (a + before_units) / (a + before_mu) * _level(found, units, mu)
    size = 1.0 / (1.0 / (a + before_units) + 1.0 / k)
    return Predictive(found, mean, size)


def _earlier_in_stay(stay: Any, units: Floats, mu: Floats) -> tuple[Floats, Floats]:
    """Sums over the earlier checks of the same stay; rows are in order of room and day."""
    order = np.argsort(stay, kind="stable")
    sums = []
    for values in (units, mu):
        run = np.cumsum(values[order]) - values[order]
        starts = np.r_[True, stay[order][1:] != stay[order][:-1]] if len(order) else np.zeros(0, dtype=bool)
        base = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0)) if len(order) else order
        earlier = np.empty(len(order))
        earlier[order] = run - run[base]
        sums.append(np.where(stay >= 0, np.maximum(earlier, 0.0), 0.0))
    return sums[0], sums[1]


def _level(found: "DataFrame", units: Floats, mu: Floats) -> Floats:
    """The hotel's level of the seven days before each check's day, shrunk to 1: season without a calendar."""
    if not len(found):
        return np.zeros(0)
    day = found["day"].to_numpy(dtype=int)
    offset = day - day.min()
    taken, thought = (np.r_[0.0, np.cumsum(np.bincount(offset, values))] for values in (units, mu))
    start = np.maximum(offset - LEVEL_DAYS, 0)
    sums = [total[offset] - total[start] for total in (taken, thought)]
    return np.asarray((sums[0] + LEVEL_PRIOR) / (sums[1] + LEVEL_PRIOR))
