"""What checks that nobody has made yet would find, given all that was found before.

The predictive is that of `predictive`: a mixture of negative binomials under the posterior of the guests who are in the
room. The hotel's factor of a day ahead can only be that of the seven days before it.
"""

from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.contract import Parameters
from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.rooms import guest_mixture, visit_model
from minibar_ml.ml.rooms.predictive import Predictive, other_checks
from minibar_ml.ml.rooms.special_days import NONE, SpecialDays
from minibar_ml.ml.rooms.visit_model import LEVEL_DAYS, LEVEL_PRIOR
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame


def outlook(
    past: "DataFrame", ahead: "DataFrame", parameters: Parameters, special_days: SpecialDays = NONE
) -> Predictive:
    """The predictive of one check a room in `ahead`, in order of room; rooms without exposure have none.

    `past` holds the hotel's earlier checks (`Frames.rooms`); `ahead` one row a room, all of one day, with the same
    columns as far as `visit_model` reads them. Its units do not matter.
    """
    import pandas as pd

    done = visit_model.checks(past, by_guests=parameters["by_guests"])
    new = visit_model.checks(ahead.assign(units=0.0), by_guests=parameters["by_guests"])
    units = np.minimum(done["units"].to_numpy(dtype=float), parameters["cap"])
    mu = visit_model.expected(done, parameters, special_days)
    factor = visit_model.hotel_factor(done, units, mu)
    coming = visit_model.expected(new, parameters, special_days) * _level(done, units, mu, new)
    made = np.r_[mu * factor, coming]
    both = pd.concat([done.assign(is_new=False), new.assign(is_new=True)], ignore_index=True)
    order = np.lexsort((both["day"].to_numpy(), both["room_id"].to_numpy()))
    return _predictive(both.iloc[order], np.r_[units, np.zeros(len(new))][order], made[order], parameters)


def _level(done: "DataFrame", units: Floats, mu: Floats, new: "DataFrame") -> float:
    """The hotel's factor of the seven days before the new checks, shrunk to 1 as in `hotel_factor`."""
    if not len(new):
        return 1.0
    recent = (done["day"] >= int(new["day"].iloc[0]) - LEVEL_DAYS).to_numpy(dtype=bool)
    return float((units[recent].sum() + LEVEL_PRIOR) / (mu[recent].sum() + LEVEL_PRIOR))


def _predictive(both: "DataFrame", units: Floats, mu: Floats, parameters: Parameters) -> Predictive:
    """The predictive of the new ones of checks in order of room and day."""
    stay, wanted = visit_model.stay_number(both), both["is_new"].to_numpy(dtype=bool)
    kept = wanted | ((stay >= 0) & np.isin(stay, stay[wanted]))
    both, units, mu, stay, wanted = both[kept], units[kept], mu[kept], stay[kept], wanted[kept]
    size = float(parameters["size"])
    earlier, _ = guest_mixture.of_other_checks(stay, units, mu, size)
    weights = guest_mixture.posterior(parameters["weights"], earlier[wanted])
    next_on, of_stay = other_checks(both, stay, wanted)
    return Predictive(both[wanted], mu[wanted], weights, weights, np.full_like(next_on, UNKNOWN_DAY), of_stay, size)
