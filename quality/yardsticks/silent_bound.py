"""What a test of silence could find that knew the guests: each unbroken run of empty checks, by `bound`'s parameters.

A run's score is -ln of the probability that ordinary guests leave all of its checks empty, given what they took
before it: no test that sees only checks orders runs of one length better. It knows who slept where, all rates and all
spreads, and needs no least number of nights or stays. What it leaves aside is what `bound` leaves aside.
"""

import numpy as np
import pandas as pd

from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.simulate import HotelPlan
from quality import points
from quality.cache import cached, source_hash
from quality.flags import NO_FAULT, Flags, mark
from quality.hotels import Hotel
from quality.truth import Subject
from quality.yardsticks import bound
from quality.yardsticks.bound import checks_of, posteriors, prior_of, shares_of, true_guests

MADE_BY = (*bound.MADE_BY, "quality/yardsticks/silent_bound.py")
SILENT: tuple[Subject, ...] = ("silent room",)


def fetch(hotel: Hotel) -> Flags:
    """What each run of empty checks had come to on scored days, to a test that knows the guests."""
    return cached("silence", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> Flags:
    """Score the runs that reach into scored days; a run is one alert, however often it is scored.

    Without stays on record nobody calls a room silent.
    """
    if not hotel.plan.has_stays:
        return Flags(np.zeros(0), np.zeros(0, dtype=np.int64), 0)
    checks = checks_of(known)
    checks = checks.assign(run=(checks["units"] > 0).groupby(checks["room_id"]).cumsum())
    empty = checks.assign(quiet=quiet(hotel.plan, checks))[checks["units"] == 0]
    rows = empty.assign(score=empty.groupby(["room_id", "run"])["quiet"].cumsum())
    recent = rows[rows["day"] >= hotel.first_scored.toordinal()].reset_index(drop=True)
    return _as_runs(recent, mark(recent, "room", known.faults, SILENT, hotel))


def quiet(plan: HotelPlan, checks: pd.DataFrame) -> Floats:
    """-ln P(nothing found) of each check, given what its guests took before; 0 where none was there to take."""
    stays, guests = true_guests(plan)
    found = np.zeros(len(checks))
    for chunk, means, weights in posteriors(shares_of(plan, checks, stays, guests), prior_of(plan, guests)):
        np.add.at(found, chunk["check"].to_numpy(), -np.log(np.sum(weights * means.empty(), axis=1)))
    return found


def _as_runs(rows: pd.DataFrame, flags: Flags) -> Flags:
    """One row a run and fault that explains it; a run that any fault explains is not a false one as well."""
    scored = pd.DataFrame({"room": rows["room_id"], "run": rows["run"], "score": flags.score, "fault": flags.fault})
    highest = scored.groupby(["room", "run", "fault"], as_index=False)["score"].max()
    explained = (highest["fault"] != NO_FAULT).groupby([highest["room"], highest["run"]]).transform("any")
    kept = highest[(highest["fault"] != NO_FAULT) | ~explained]
    return Flags(kept["score"].to_numpy(dtype=float), kept["fault"].to_numpy(dtype=np.int64), flags.faults)
