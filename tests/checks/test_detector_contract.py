"""What every detector promises, whatever its algorithm."""

import pkgutil
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, moment, ordinary

from minibar_ml.domain.alerting.alerts import SEVERITIES, Finding
from minibar_ml.domain.alerting.kinds import ALERT_TYPES, KINDS
from minibar_ml.domain.metrics import METRIC_TYPES
from minibar_ml.i18n import Lang
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.wordings import WORDINGS
from minibar_ml.ml import detectors as detectors_package
from minibar_ml.ml.contract import Detector, Limits, TooLittle
from minibar_ml.ml.detectors import ALL, shares
from minibar_ml.ml.evaluation.holdout import UNLIMITED
from minibar_ml.ml.frames import LOOK_BACK_DAYS, POINTS, TABLES, Frames

COLUMNS = {"entity_id", "value", "expected", "lower", "upper", "score"}
MEASURED = ("units", "refilled", "issued", "written_off", "returned", "level", "minutes", "items", "handed_out")
detectors = pytest.mark.parametrize("detector", ALL, ids=lambda detector: detector.spec.name)
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


def test_every_detector_has_a_name_of_its_own() -> None:
    assert len({detector.spec.name for detector in ALL}) == len(ALL)


def test_every_detector_module_is_listed() -> None:
    modules = {module.name for module in pkgutil.iter_modules(detectors_package.__path__)}
    assert modules == {type(detector).__module__.rpartition(".")[2] for detector in ALL}


def test_the_shares_leave_some_of_the_budget_to_rules() -> None:
    of_rules = sum(detector.spec.share for detector in ALL if detector.spec.is_rule)
    assert 0 < sum(shares().values()) < 1 - of_rules


def test_every_reason_belongs_to_one_detector() -> None:
    reasons = [reason for detector in ALL for reason in detector.spec.reasons]
    assert len(set(reasons)) == len(reasons)


def test_every_type_is_raised_by_a_detector_or_is_about_the_program_itself() -> None:
    raised = {name for detector in ALL for name in detector.spec.types}
    assert {name for name in ALERT_TYPES if name not in raised} <= {
        name for name, kind in KINDS.items() if kind.is_operational
    }


@detectors
def test_its_spec_names_what_is_known_elsewhere(detector: Detector) -> None:
    spec = detector.spec
    assert spec.types and set(spec.types) <= set(ALERT_TYPES)
    assert spec.metric in METRIC_TYPES
    assert spec.reasons and spec.reasons.keys() <= WORDINGS.keys()
    assert spec.reads and spec.reads.keys() <= set(TABLES)
    assert spec.explained_by.keys() <= spec.reasons.keys()
    assert {other for others in spec.explained_by.values() for other in others} <= {
        reason for other in ALL for reason in other.spec.reasons
    }


@detectors
def test_it_looks_no_further_back_than_any_detector_may(detector: Detector) -> None:
    assert all(0 <= days <= LOOK_BACK_DAYS for days in detector.spec.reads.values())


@detectors
def test_a_detector_that_learns_has_a_share_and_faults_to_be_measured_by(detector: Detector) -> None:
    spec = detector.spec
    assert spec.is_rule == (spec.inject is None)
    assert spec.is_rule or (spec.share > 0 and spec.learns_from in POINTS)


@detectors
def test_it_scores_from_the_frames_and_days_that_it_says_it_reads(detector: Detector) -> None:
    parameters = detector.fit(HOTEL.between(0, LAST_DAY), 1)
    assert not isinstance(parameters, TooLittle)
    reads = detector.spec.reads
    seen = HOTEL.seen_on(LAST_DAY, {name: reads.get(name, 0) for name in TABLES})
    unread = {name: getattr(seen, name).iloc[:0] for name in TABLES if name not in reads}
    given, whole = (detector.score(frames, parameters, moment()) for frames in (replace(seen, **unread), HOTEL))
    # What else a row holds is for `decide` alone, such as a number that a run of checks happens to have.
    columns = sorted(COLUMNS)
    pd.testing.assert_frame_equal(given[columns].reset_index(drop=True), whole[columns].reset_index(drop=True))


@detectors
def test_its_findings_are_of_its_types_and_of_the_scored_hotel(detector: Detector) -> None:
    for found in whole_cycle(detector, HOTEL, loose=True):
        assert found.type in detector.spec.types
        assert found.reason in detector.spec.reasons
        assert found.hotel_id == moment().hotel_id
        assert found.severity in SEVERITIES
        assert found.detector == detector.spec.name
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


@pytest.mark.parametrize("detector", [one for one in ALL if one.spec.sizeable], ids=lambda one: one.spec.name)
def test_rows_of_size_are_those_that_it_decides_on_where_evidence_does_not_matter(detector: Detector) -> None:
    rooms = HOTEL.rooms.assign(units=HOTEL.rooms["units"] + 8 * (HOTEL.rooms["room_id"] % 2))
    slow = 1 + 2 * (HOTEL.gaps["attendant_id"] == HOTEL.gaps["attendant_id"].min())
    frames = replace(HOTEL, rooms=rooms, gaps=HOTEL.gaps.assign(minutes=HOTEL.gaps["minutes"] * slow))
    parameters = detector.fit(HOTEL.between(0, LAST_DAY), 1)
    assert not isinstance(parameters, TooLittle) and detector.spec.sizeable
    scores = detector.score(frames, parameters, moment())
    scores = scores.assign(entity_id=np.arange(len(scores)))
    large = np.flatnonzero(detector.spec.sizeable(scores, Limits()))
    assert 0 < len(large) < len(scores)
    assert [one.entity_id for one in detector.decide(scores, parameters, Limits(budget=UNLIMITED), moment())] == [
        *large
    ]


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
def test_missing_figures_among_good_ones_are_tolerated(detector: Detector, column: str) -> None:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**{column: table[column].where(table.index % 5 > 0)}) if column in table else table

    for found in whole_cycle(detector, each(HOTEL, change), loose=True):
        assert np.isfinite(found.value)
        assert all(np.isfinite(one) for one in (found.expected, found.score, found.impact) if one is not None)


@detectors
@pytest.mark.parametrize("day", [LAST_DAY - 1, LAST_DAY], ids=["yesterday", "today"])
def test_a_single_point_is_tolerated(detector: Detector, day: int) -> None:
    one = each(HOTEL, lambda table: table[table["day"] == day].head(1))
    assert [f for f in whole_cycle(detector, one) if f.score is not None] == []


@detectors
def test_a_hotel_without_rows_is_silent(detector: Detector) -> None:
    assert whole_cycle(detector, each(HOTEL, lambda table: table.head(0))) == []


@detectors
def test_a_day_without_rows_is_tolerated(detector: Detector) -> None:
    def without(day: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
        return lambda table: table[table["day"] != day]

    found = whole_cycle(detector, each(HOTEL, without(LAST_DAY)), loose=True)
    assert all(np.isfinite(one.value) for one in found)
    if not detector.spec.is_state:
        assert found == []


@detectors
def test_an_ordinary_hotel_is_quiet(detector: Detector) -> None:
    assert sum(len(whole_cycle(detector, ordinary(seed))) for seed in range(500, 506)) <= 1


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_every_detector_has_a_name(lang: Lang) -> None:
    names = {label("detector", detector.spec.name, lang) for detector in ALL}
    assert len(names) == len(ALL)
    assert not any("_" in name for name in names)
