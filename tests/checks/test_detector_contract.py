"""What every detector promises, whatever its algorithm."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.ordinary_life import LAST_DAY, moment, ordinary

from minibar_ml.domain.alerts import ALERT_TYPES, SEVERITIES, Finding
from minibar_ml.domain.metrics import METRIC_TYPES
from minibar_ml.ml.contract import Detector, Limits, TooLittle
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import TABLES, Frames

COLUMNS = {"entity_id", "value", "expected", "lower", "upper", "score"}
MEASURED = ("units", "refilled", "issued", "written_off", "returned", "level", "minutes", "items", "handed_out")
detectors = pytest.mark.parametrize("detector", ALL, ids=lambda detector: detector.name)
HOTEL = ordinary(11)


def each(frames: Frames, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Frames:
    return replace(frames, **{name: change(getattr(frames, name).copy()) for name in TABLES})


def measured_as(value: float) -> Frames:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**{name: value for name in MEASURED if name in table})

    return each(HOTEL, change)


def whole_cycle(detector: Detector, frames: Frames, loose: bool = False) -> list[Finding]:
    """Fit to the past, score the last day and decide; `loose` asks for no evidence, so that more is found."""
    parameters = detector.fit(frames.between(0, LAST_DAY), 1)
    if isinstance(parameters, TooLittle):
        assert parameters.have < parameters.need
        return []
    scores = detector.score(frames.between(0, LAST_DAY + 1), parameters, moment())
    assert set(scores.columns) >= COLUMNS
    return detector.decide(scores, parameters, Limits(budget=1e6) if loose else Limits(), moment())


def in_order(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda found: (found.type, found.entity_id, found.occurred_on))


def figures(findings: list[Finding]) -> list[object]:
    return [(f.entity_id, f.reason, f.severity, pytest.approx(f.value), f.occurred_on) for f in in_order(findings)]


def test_names_are_told_apart() -> None:
    assert len({detector.name for detector in ALL}) == len(ALL)


@detectors
def test_it_names_known_types_and_a_known_metric(detector: Detector) -> None:
    assert set(detector.types) <= set(ALERT_TYPES)
    assert detector.metric in METRIC_TYPES


@detectors
def test_its_findings_are_of_its_types_and_of_the_judged_hotel(detector: Detector) -> None:
    for found in whole_cycle(detector, HOTEL, loose=True):
        assert found.type in detector.types
        assert found.hotel_id == moment().hotel_id
        assert found.severity in SEVERITIES
        assert found.detector == detector.name
        assert np.isfinite(found.value)
        assert found.occurred_on.toordinal() <= LAST_DAY


@detectors
def test_inputs_are_not_mutated(detector: Detector) -> None:
    frames = each(HOTEL, lambda table: table)
    whole_cycle(detector, frames, loose=True)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(frames, name), getattr(HOTEL, name))


@detectors
def test_deciding_does_not_change_the_scores(detector: Detector) -> None:
    parameters = detector.fit(HOTEL.between(0, LAST_DAY), 1)
    assert not isinstance(parameters, TooLittle)
    scores = detector.score(HOTEL, parameters, moment())
    before = scores.copy()
    detector.decide(scores, parameters, Limits(), moment())
    pd.testing.assert_frame_equal(scores, before)


@detectors
def test_the_same_rows_give_the_same_findings(detector: Detector) -> None:
    assert whole_cycle(detector, HOTEL, loose=True) == whole_cycle(detector, HOTEL, loose=True)


@detectors
def test_the_order_of_rows_does_not_matter(detector: Detector) -> None:
    shuffled = each(HOTEL, lambda table: table.sample(frac=1, random_state=3))
    assert figures(whole_cycle(detector, shuffled, loose=True)) == figures(whole_cycle(detector, HOTEL, loose=True))


@detectors
def test_tomorrow_changes_nothing_about_today(detector: Detector) -> None:
    def add_a_wild_day(table: pd.DataFrame) -> pd.DataFrame:
        tomorrow = table[table["day"] == LAST_DAY].assign(day=LAST_DAY + 1)
        if "at" in tomorrow:
            tomorrow["at"] += 86400.0
        return pd.concat([table, tomorrow.assign(**{name: 900.0 for name in MEASURED if name in tomorrow})])

    assert whole_cycle(detector, each(HOTEL, add_a_wild_day), loose=True) == whole_cycle(detector, HOTEL, loose=True)


@detectors
@pytest.mark.parametrize("value", [0.0, 3.0, float("nan")], ids=["all zeros", "constant", "NaN"])
def test_a_series_without_variation_is_no_statistical_fault(detector: Detector, value: float) -> None:
    assert [f for f in whole_cycle(detector, measured_as(value)) if f.score is not None] == []


@detectors
@pytest.mark.parametrize("column", MEASURED)
def test_missing_figures_among_good_ones_are_borne(detector: Detector, column: str) -> None:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**{column: table[column].where(table.index % 5 > 0)}) if column in table else table

    whole_cycle(detector, each(HOTEL, change), loose=True)


@detectors
@pytest.mark.parametrize("day", [LAST_DAY - 1, LAST_DAY], ids=["yesterday", "today"])
def test_a_single_point_is_borne(detector: Detector, day: int) -> None:
    one = each(HOTEL, lambda table: table[table["day"] == day].head(1))
    assert [f for f in whole_cycle(detector, one) if f.score is not None] == []


@detectors
def test_a_hotel_without_rows_is_silent(detector: Detector) -> None:
    assert whole_cycle(detector, each(HOTEL, lambda table: table.head(0))) == []


@detectors
def test_a_day_without_rows_is_borne(detector: Detector) -> None:
    whole_cycle(detector, each(HOTEL, lambda table: table[table["day"] < LAST_DAY]))


@detectors
def test_an_ordinary_hotel_is_quiet(detector: Detector) -> None:
    assert sum(len(whole_cycle(detector, ordinary(seed))) for seed in range(500, 506)) <= 1
