"""Injected faults, and the score at which each would have alerted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

    from minibar_ml.ml.contract import Detector
    from minibar_ml.ml.evaluation.holdout import Fold


@dataclass(frozen=True, slots=True)
class InjectedFaults:
    """Injected faults: size, the score at which each alerts (-inf: never), and the rows that a forest sees of them.

    `independent` is how many of them add evidence of their own: the same check tried with twelve sizes counts once.
    """

    sizes: Floats
    found_at: Floats
    rows: "DataFrame"
    independent: int


def concatenate(parts: list[tuple[Any, Any, "DataFrame"]], independent: int | None = None) -> InjectedFaults:
    """Sizes, scores and rows of several parts as one; `independent` None: all faults are."""
    import pandas as pd

    sizes, found_at, rows = zip(*parts, strict=True) if parts else ([], [], [])
    some = [one for one in rows if len(one)]
    return InjectedFaults(
        np.concatenate([np.zeros(0), *sizes]),
        found := np.concatenate([np.zeros(0), *found_at]),
        pd.concat(some, ignore_index=True) if some else pd.DataFrame(),
        len(found) if independent is None else independent,
    )


def oddest_day(
    detector: "Detector", fold: "Fold", frames: Frames, days: Iterable[int], sizes: Mapping[int, float]
) -> tuple[Floats, Floats, "DataFrame"]:
    """Of each tampered entity, the day on which it looks oddest."""
    import pandas as pd

    scored = pd.concat([fold.score(detector, frames, day) for day in days], ignore_index=True)
    mine = scored[scored["entity_id"].isin(list(sizes))]
    mine = mine.assign(found_at=fold.due(detector, mine)).sort_values(["found_at", "score"], kind="stable")
    rows = mine.drop_duplicates("entity_id", keep="last")
    found = dict(zip(rows["entity_id"], rows["found_at"], strict=True))
    found_at = np.array([found.get(entity, -np.inf) for entity in sizes], dtype=float)
    return np.array(list(sizes.values()), dtype=float), found_at, rows.drop(columns="found_at")
