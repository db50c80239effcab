"""Issues and deliveries that were entered by mistake and undone."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.stores.event_kinds import KINDS
from minibar_ml.simulate.arrays import instants
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.truth import Truth

HOUR = 3600


def mistakes(truth: Truth, manner: ApplicationManner, events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Issues taken back within the hour and deliveries deleted after some minutes: nothing has moved by them."""
    plan = truth.plan
    count = rng.poisson(manner.reversals * plan.days * plan.hotels)
    stocked = np.flatnonzero(truth.building.setup.any(axis=0))
    hotel, day = rng.integers(0, plan.hotels, count), rng.integers(1, plan.days, count)
    product = rng.choice(stocked, count)
    delivered = events[events["kind"] == "delivery"]
    same_line = pd.MultiIndex.from_frame(delivered[["hotel", "product", "day"]])
    came_too = pd.MultiIndex.from_arrays([hotel, product, day]).isin(same_line)
    same_header = pd.MultiIndex.from_arrays([hotel, day]).isin(pd.MultiIndex.from_frame(delivered[["hotel", "day"]]))
    is_issue = (rng.random(count) < 0.5) | came_too
    first = rng.integers(int(14.2 * HOUR), 15 * HOUR, count)
    entered = pd.DataFrame(
        {
            "hotel": hotel,
            "product": product,
            "day": day,
            "kind": np.where(is_issue, "issue", "wrong delivery"),
            "n": truth.building.cases[product] * rng.integers(1, 3, count),
            "at": instants(plan, day, first),
        }
    )
    undo = entered.assign(
        kind=np.select([is_issue, same_header], ["taken back", "line deleted"], "delivery deleted"),
        at=instants(plan, day, first + rng.integers(300, 3000, count)),
    )
    there = _level(events, entered) >= entered["n"]
    possible = there | ~is_issue
    return pd.concat([entered[possible], undo[possible]])


def _level(events: pd.DataFrame, mistakes: pd.DataFrame) -> pd.Series:
    """Units in the depot at each mistake's instant."""
    shelf = events["kind"].map({name: kind.shelf for name, kind in KINDS.items()}) * events["n"]
    ordered = events.assign(level=shelf).sort_values("at", kind="stable")
    ordered["level"] = ordered.groupby(["hotel", "product"])["level"].cumsum()
    asked = mistakes.reset_index().sort_values("at", kind="stable")
    found = pd.merge_asof(asked, ordered[["at", "hotel", "product", "level"]], on="at", by=["hotel", "product"])
    return found.set_index("index")["level"].fillna(0).sort_index()
