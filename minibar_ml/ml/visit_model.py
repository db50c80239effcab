"""What a room's check is expected to find, and what the guest's earlier checks say about it.

Expected units of a check: mu = rate[room type] x weekday x guests x nights, per guest-night of exposure, by Poisson
regression over a few hundred cells (McCullagh & Nelder 1989; scikit-learn's PoissonRegressor).

A check that tells of a holiday's or event's evening has a level of its own besides its weekday's.

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
ORDINARY_DAYS, SPECIAL_DAYS, SPECIAL_PRIOR_DAYS = 7, 2, 2
"""Least days of checks of either kind to tell holidays and events apart, and the ordinary days they are shrunk by."""
NONE: frozenset[int] = frozenset()


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


def special(found: "DataFrame", evenings: frozenset[int]) -> NDArray[np.bool_]:
    """Which checks find what went on special evenings: at least half of the evenings since the check before were such.

    The check of a morning tells of the evening before it, so the morning after a holiday is special, and the holiday's
    own morning only as the end of its eve.
    """
    day, previous = (found[name].to_numpy(dtype=np.int64) for name in ("day", "previous_on"))
    if not len(found) or not evenings:
        return np.zeros(len(found), dtype=bool)
    first = int(previous.min())
    total = np.r_[0, np.cumsum(np.isin(np.arange(first, int(day.max())), list(evenings)))]
    nights = total[day - first] - total[previous - first]
    return np.asarray((nights > 0) & (2 * nights >= day - previous))


def fit(rooms: "DataFrame", min_points: int, evenings: frozenset[int] = NONE) -> dict[str, Any] | TooLittle:
    """Learn rates and dispersion from one hotel's checks; `evenings` are the days whose evening is special."""
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
    apart = _told_apart(found, evenings, min_points)
    usual = found[~apart]
    cell = _cells(usual, types)
    exposure = np.bincount(cell, usual["exposure"], len(design))
    taken = np.bincount(cell, np.minimum(units[~apart], cap), len(design))
    filled = exposure > 0
    model = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky")
    model.fit(design[filled], taken[filled] / exposure[filled], sample_weight=exposure[filled])
    learnt: dict[str, Any] = {
        "by_guests": by_guests,
        "types": types,
        "rates": np.exp(np.clip(model.intercept_ + design @ model.coef_, -10.0, 5.0)),
        "cap": cap,
        "special": 1.0,
    }
    learnt["special"] = _special_level(found[apart], np.minimum(units[apart], cap), learnt)
    return learnt | appetites.fit(_stay_number(found), np.minimum(units, cap), expected(found, learnt, evenings))


def _told_apart(found: "DataFrame", evenings: frozenset[int], min_points: int) -> NDArray[np.bool_]:
    """The special checks, where they and the ordinary ones are enough to learn from apart; else none."""
    apart = special(found, evenings)
    enough = found["day"][apart].nunique() >= SPECIAL_DAYS and found["day"][~apart].nunique() >= ORDINARY_DAYS
    return apart if enough and np.sum(~apart) >= min_points else np.zeros(len(found), dtype=bool)


def _special_level(found: "DataFrame", units: Floats, learnt: Parameters) -> float:
    """What special checks find for one unit expected of their weekday, shrunk to 1 by two ordinary days."""
    prior = SPECIAL_PRIOR_DAYS * (thought := float(expected(found, learnt).sum())) / max(found["day"].nunique(), 1)
    return (float(units.sum()) + prior) / (thought + prior) if thought > 0 else 1.0


def expected(found: "DataFrame", parameters: Parameters, evenings: frozenset[int] = NONE) -> Floats:
    """mu of each check, in units."""
    usual = found["exposure"].to_numpy(dtype=float) * parameters["rates"][_cells(found, parameters["types"])]
    return np.asarray(usual * np.where(special(found, evenings), parameters["special"], 1.0))


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


def predict(rooms: "DataFrame", parameters: Parameters, evenings: frozenset[int] = NONE) -> Predictive:
    """The predictive of every check in `rooms`, each from what lay before it."""
    found = checks(rooms, by_guests=parameters["by_guests"])
    units = np.minimum(found["units"].to_numpy(dtype=float), parameters["cap"])
    mu = expected(found, parameters, evenings)
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
