"""How a forest ranks a detector's rows."""

import numpy as np
import pandas as pd

from minibar_ml.ml import isolation_forest
from minibar_ml.ml.contract import TooLittle


def rows(count: int, **changes: float) -> pd.DataFrame:
    chance = np.random.default_rng(count)
    value = chance.poisson(1.5, count).astype(float)
    ordinary = {"value": value, "expected": 1.5, "score": value, "x_refill_gap": chance.poisson(0.02, count),
                "x_visits": 1 + chance.poisson(0.1, count)}  # fmt: skip
    return pd.DataFrame({**ordinary, **changes})


FOREST = isolation_forest.fit(rows(2000), 50)


def test_it_is_no_echo_of_the_detectors_own_score() -> None:
    assert not isinstance(FOREST, TooLittle)
    calm, sure = (isolation_forest.percentile(rows(5, score=score), FOREST) for score in (0.0, 30.0))
    assert np.array_equal(calm, sure)


def test_it_names_what_else_is_odd_and_nothing_where_only_the_value_is() -> None:
    assert not isinstance(FOREST, TooLittle)
    high = rows(3, value=14.0, x_refill_gap=0, x_visits=1)
    assert isolation_forest.oddest_features(high, FOREST) == [None] * 3
    assert isolation_forest.oddest_features(high.assign(x_visits=6), FOREST) == ["visits"] * 3
    assert isolation_forest.percentile(high, FOREST).min() > 0.95
