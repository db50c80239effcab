"""The estimate of false alerts: from the body of the scores, whatever true faults stand above the threshold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from minibar_ml.ml.evaluation.false_alerts import expected
from minibar_ml.ml.faults.untouched import Untouched

THRESHOLD = 7.0


def untouched(high: np.ndarray, low: float = -np.inf, least: float = 0.0) -> Untouched:
    return Untouched(np.full(len(high), low), high, least, len(high), pd.DataFrame())


@pytest.mark.parametrize("rate", [0.8, 1.0, 1.3])
def test_an_exponential_tail_is_carried_to_the_threshold(rate: float) -> None:
    scores = np.random.default_rng(3).exponential(1 / rate, 20_000)
    assert expected(untouched(scores), THRESHOLD) == pytest.approx(20_000 * np.exp(-rate * THRESHOLD), rel=0.35)


def test_faults_above_the_threshold_are_counted_but_not_estimated() -> None:
    scores = np.random.default_rng(4).exponential(1.0, 10_000)
    clean, faulty = untouched(scores), untouched(np.r_[scores, np.full(50, 12.0)])
    assert faulty.alerts(THRESHOLD) == clean.alerts(THRESHOLD) + 50
    assert expected(faulty, THRESHOLD) == pytest.approx(expected(clean, THRESHOLD), abs=50 * np.exp(-3) + 1)


def test_what_alerted_before_does_not_alert_again() -> None:
    assert untouched(np.array([9.0]), low=8.0).alerts(8.5) == 1
    assert untouched(np.array([9.0]), low=8.6).alerts(8.5) == 0


def test_nothing_seen_is_no_proof_that_nothing_comes_but_a_few_rows_can_hardly_alert() -> None:
    unseen = [expected(replace(untouched(np.zeros(0)), scored=rows), THRESHOLD) for rows in (20, 20_000)]
    assert 0 < unseen[0] < unseen[1] < 0.1


def test_a_detector_that_never_alerts_below_is_counted_there() -> None:
    high = np.array([8.5, 9.5])
    assert expected(untouched(high, least=8.0), 8.0) == 2.0
