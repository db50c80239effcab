"""What a check was to be expected to find, given what the same guests took at their other checks.

Guests differ by a multiplier of their own, which `guest_mixture` learns from a stay's checks: the predictive of a check
is a mixture of negative binomials under the stay's posterior (empirical Bayes; Efron 2010). A check is tested twice:
when it is new, given the stay's earlier checks, and again when the same guests' next check is there. Until then a heavy
guest's first check looks like a fault, and a fault may look like a heavy guest.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.contract import Parameters
from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.rooms import guest_mixture
from minibar_ml.ml.rooms.special_days import NONE, SpecialDays
from minibar_ml.ml.rooms.visit_model import Ints, expected, hotel_factor, stay_number
from minibar_ml.ml.stats import negative_binomial
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stay:
    """Of each check, what the same guests took elsewhere: units and number of earlier checks, units of the next one.

    `next_units` is NaN while there is no next check.
    """

    units: Floats
    checks: Ints
    next_units: Floats


@dataclass(frozen=True, slots=True)
class Predictive:
    """The predictive of each check: a mixture of negative binomials of one size.

    `weights` are checks x grid, from the stay's earlier checks; `hindsight` from those and the next one; `next_on` is
    that next check's day, UNKNOWN_DAY while there is none; `stay`, for explanations, is what the weights come from.
    `mean` and `spread` (the size of the negative binomial with the same mean and variance) summarise the mixture.
    """

    found: "DataFrame"
    mu: Floats
    weights: Floats
    hindsight: Floats
    next_on: Ints
    stay: "Stay"
    size: float

    @property
    def mean(self) -> Floats:
        """Expected units of each check."""
        return np.asarray(self.mu * (self.weights @ guest_mixture.GRID))

    @property
    def spread(self) -> Floats:
        """Size of the moment-matched negative binomial of each check."""
        second = self.mu**2 * (self.weights @ guest_mixture.GRID**2) * (1 + 1 / self.size)
        return np.asarray(self.mean**2 / np.maximum(second - self.mean**2, 1e-9))

    def at(self, rows: Flags) -> "Predictive":
        """The predictive of some checks."""
        weights, hindsight = self.weights[rows], self.hindsight[rows]
        stay = Stay(self.stay.units[rows], self.stay.checks[rows], self.stay.next_units[rows])
        return Predictive(self.found[rows], self.mu[rows], weights, hindsight, self.next_on[rows], stay, self.size)

    def again(self) -> "Predictive":
        """The same checks, with the next check of the same guests known."""
        return replace(self, weights=self.hindsight)

    def surprise(self) -> Floats:
        """-ln P(Y >= units found) of each check, in nats."""
        units = self.found["units"].to_numpy(dtype=float)[:, None]
        tail = negative_binomial.upper_tail(units, self.mu[:, None] * guest_mixture.GRID, self.size)
        return np.asarray(-np.log(np.clip(np.sum(self.weights * tail, axis=1), negative_binomial.SMALLEST, 1.0)))

    def empty(self) -> Floats:
        """P(Y = 0) of each check."""
        return np.asarray(
            np.sum(self.weights * (1 + self.mu[:, None] * guest_mixture.GRID / self.size) ** -self.size, axis=1)
        )


def predict(
    found: "DataFrame", parameters: Parameters, wanted: Flags | None = None, special_days: SpecialDays = NONE
) -> Predictive:
    """The predictive of the `wanted` rows (default: all) of `visit_model.checks`.

    All rows go into the hotel's factor; of single stays only those of wanted checks are gone through.
    """
    units = np.minimum(found["units"].to_numpy(dtype=float), parameters["cap"])
    mu = expected(found, parameters, special_days)
    mu = mu * hotel_factor(found, units, mu)
    stay = stay_number(found)
    wanted = np.ones(len(found), dtype=bool) if wanted is None else wanted
    kept = wanted | ((stay >= 0) & np.isin(stay, stay[wanted]))
    found, units, mu, stay, wanted = found[kept], units[kept], mu[kept], stay[kept], wanted[kept]
    size = float(parameters["size"])
    earlier, following = guest_mixture.of_other_checks(stay, units, mu, size)
    weights, hindsight = (
        guest_mixture.posterior(parameters["weights"], logs[wanted]) for logs in (earlier, earlier + following)
    )
    next_on, of_stay = other_checks(found, stay, wanted)
    return Predictive(found[wanted], mu[wanted], weights, hindsight, next_on, of_stay, size)


def other_checks(found: "DataFrame", stay: Ints, wanted: Flags) -> tuple[Ints, Stay]:
    """The day of the wanted checks' next check by the same guests, and what those took at their other checks."""
    day, units = found["day"].to_numpy(dtype=np.int64), found["units"].to_numpy(dtype=float)
    followed = (stay[:-1] >= 0) & (stay[:-1] == stay[1:])
    next_on, next_units = np.full(len(day), UNKNOWN_DAY), np.full(len(day), np.nan)
    next_on[:-1][followed], next_units[:-1][followed] = day[1:][followed], units[1:][followed]
    start = guest_mixture.first_of_stay(stay)
    before = np.cumsum(units) - units
    place = np.arange(len(day))
    return next_on[wanted], Stay((before - before[start])[wanted], (place - start)[wanted], next_units[wanted])
