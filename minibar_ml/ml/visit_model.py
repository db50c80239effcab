"""What a room's check is expected to find, and what the guest's earlier checks say about it.

Expected units of a check: mu = rate[room type] x weekday x guests x nights, per guest-night of exposure, by Poisson
regression over a few hundred cells (McCullagh & Nelder 1989; scikit-learn's PoissonRegressor).

Guests differ by a multiplier of their own, which `appetites` learns from the stay's earlier checks: the predictive of a
check is a mixture of negative binomials under the stay's posterior (empirical Bayes; Efron 2010).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from minibar_ml.ml import appetites, tails
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
    found = seen.assign(exposure=exposure.astype(float))[picked & seen["units"].notna()]
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
    if not found["units"].any():
        return TooLittle(0, 1, "units found consumed")
    # Imported here, after the data were found to be enough: it takes longer than all the rest.
    from sklearn.linear_model import PoissonRegressor

    units = found["units"].to_numpy(dtype=float)
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
    }
    return learnt | appetites.fit(_stay_number(found), np.minimum(units, cap), expected(found, learnt))


def expected(found: "DataFrame", parameters: Parameters) -> Floats:
    """mu of each check, in units."""
    return np.asarray(found["exposure"].to_numpy(dtype=float) * parameters["rates"][_cells(found, parameters["types"])])


def _stay_number(found: "DataFrame") -> NDArray[np.int64]:
    """A number for each (room, stay) whose check covers just that stay; -1 elsewhere."""
    single = ((found["stays"] == 1) & (found["stay_on"] > UNKNOWN_DAY)).to_numpy()
    key = found["room_id"].to_numpy(dtype=np.int64) * 10_000_000 + found["stay_on"].to_numpy(dtype=np.int64)
    _, number = np.unique(key, return_inverse=True)
    return np.where(single, number, -1)


@dataclass(frozen=True, slots=True)
class Predictive:
    """The predictive of each check before it was seen: a mixture of negative binomials of one size.

    `weights` are checks x grid; `mean` and `spread` (the size of the negative binomial with the same mean and
    variance) tell the mixture to people.
    """

    found: "DataFrame"
    mu: Floats
    weights: Floats
    size: float

    @property
    def mean(self) -> Floats:
        """Expected units of each check, given the stay so far."""
        return np.asarray(self.mu * (self.weights @ appetites.GRID))

    @property
    def spread(self) -> Floats:
        """Size of the moment-matched negative binomial of each check."""
        second = self.mu**2 * (self.weights @ appetites.GRID**2) * (1 + 1 / self.size)
        return np.asarray(self.mean**2 / np.maximum(second - self.mean**2, 1e-9))

    def at(self, rows: NDArray[np.bool_]) -> "Predictive":
        """The predictive of some checks."""
        return Predictive(self.found[rows], self.mu[rows], self.weights[rows], self.size)

    def upper_tail(self) -> Floats:
        """P(Y >= units found) of each check."""
        units = self.found["units"].to_numpy(dtype=float)[:, None]
        tail = tails.upper_tail(units, self.mu[:, None] * appetites.GRID, self.size)
        return np.asarray(np.maximum(np.sum(self.weights * tail, axis=1), tails.SMALLEST))

    def empty(self) -> Floats:
        """P(Y = 0) of each check."""
        return np.asarray(
            np.sum(self.weights * (1 + self.mu[:, None] * appetites.GRID / self.size) ** -self.size, axis=1)
        )


def predict(rooms: "DataFrame", parameters: Parameters) -> Predictive:
    """The predictive of every check in `rooms`, each from what lay before it."""
    found = checks(rooms, by_guests=parameters["by_guests"])
    units = np.minimum(found["units"].to_numpy(dtype=float), parameters["cap"])
    mu = expected(found, parameters)
    mu = mu * _level(found, units, mu)
    size = float(parameters["size"])
    weights = appetites.posterior(parameters["weights"], _stay_number(found), units, mu, size)
    return Predictive(found, mu, weights, size)


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
