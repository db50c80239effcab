"""What every detector must hold, whatever it looks for: one suite over all of them, on a simulated hotel."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from support.hotels.simulated import LAST_DAY, ZONE

from minibar_ml.domain.alerting.alerts import SEVERITIES, Finding
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.ml.contract import Detector, Limits, Moment, TooLittle
from minibar_ml.ml.detection import detect_day
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import TABLES, Frames
from minibar_ml.ml.training import learn
from minibar_ml.simulate import Layout
from minibar_ml.store.engine import make_engine
from minibar_ml.store.points import frames as store_frames

MIN_POINTS = 30
CHECKED = [LAST_DAY.toordinal() - n for n in (15, 9, 6, 2, 0)]
Changed = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def frames(hotel_points: dict[Layout, str]) -> Frames:
    """All that is known of the simulated hotel."""
    since = datetime(2025, 9, 1, tzinfo=UTC)
    with make_engine(hotel_points["a"], ZONE).connect() as connection:
        return store_frames.fetch(connection, since, since + timedelta(days=100)).of_hotel(1)


def _moment(day: int) -> Moment:
    start = datetime.combine(date.fromordinal(day), time.min, ZoneInfo(ZONE))
    return Moment(1, day, start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC), True)


def _each(frames: Frames, change: Changed) -> Frames:
    return replace(frames, **{name: change(getattr(frames, name)) for name in TABLES})


def _shuffled(frames: Frames) -> Frames:
    return _each(frames, lambda frame: frame.sample(frac=1.0, random_state=3))


def _floats(frame: pd.DataFrame) -> list[str]:
    """Measured columns; keys and days are what they are."""
    return [column for column in frame.columns if frame[column].dtype == np.float64 and column != "at"]


def _set(value: float) -> Changed:
    return lambda frame: frame.assign(**dict.fromkeys(_floats(frame), value))


ODD: dict[str, Changed] = {
    "nothing": lambda frame: frame.iloc[:0],
    "one row": lambda frame: frame.iloc[:1],
    "one day": lambda frame: frame[frame["day"] == CHECKED[-1]],
    "all zeros": _set(0.0),
    "all the same": _set(3.0),
    "all unknown": _set(np.nan),
    "huge": _set(1e9),
}


def _findings(detector: Detector, frames: Frames, day: int) -> list[Finding]:
    """What a detector that learned from the days before finds on a day."""
    learned = detector.fit(frames.between(0, day - 3), MIN_POINTS)
    if isinstance(learned, TooLittle):
        return []
    moment = _moment(day)
    return detector.decide(detector.score(frames.between(0, day + 1), learned, moment), learned, Limits(), moment)


def _plain(value: Any) -> Any:
    """Parameters as values that compare: arrays as lists, figures to nine digits."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return f"{value:.9g}"
    return value.item() if isinstance(value, np.generic) else value


every_detector = pytest.mark.parametrize("detector", ALL, ids=lambda detector: detector.spec.name)


@every_detector
def test_it_learns_something_of_ten_weeks(detector: Detector, frames: Frames) -> None:
    assert not isinstance(detector.fit(frames, MIN_POINTS), TooLittle)


@every_detector
def test_what_it_reads_is_left_as_it_was(detector: Detector, frames: Frames) -> None:
    before = _each(frames, lambda frame: frame.copy(deep=True))
    _findings(detector, frames, CHECKED[0])
    for name in TABLES:
        assert_frame_equal(getattr(frames, name), getattr(before, name))


@every_detector
def test_equal_input_gives_equal_parameters_and_scores(detector: Detector, frames: Frames) -> None:
    one, other = (detector.fit(frames, MIN_POINTS) for _ in range(2))
    assert not isinstance(one, TooLittle)
    assert not isinstance(other, TooLittle)
    assert _plain(dict(one)) == _plain(dict(other))
    day = frames.between(0, CHECKED[0] + 1)
    assert_frame_equal(detector.score(day, one, _moment(CHECKED[0])), detector.score(day, other, _moment(CHECKED[0])))


@every_detector
def test_the_order_of_rows_means_nothing(detector: Detector, frames: Frames) -> None:
    for day in CHECKED:
        given, shuffled = (_findings(detector, one, day) for one in (frames, _shuffled(frames)))
        assert sorted(map(repr, given)) == sorted(map(repr, shuffled))


@every_detector
def test_a_finding_is_of_its_own_kind_finite_and_not_of_the_future(detector: Detector, frames: Frames) -> None:
    for day in CHECKED:
        for finding in _findings(detector, frames, day):
            assert finding.type in detector.spec.types
            assert finding.type in ALERT_TYPES
            assert finding.severity in SEVERITIES
            assert finding.occurred_on <= _moment(day).date + timedelta(days=1)
            figures = (finding.value, finding.expected, finding.lower, finding.upper, finding.score)
            assert all(figure is None or isfinite(figure) for figure in figures), finding


@every_detector
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:All-NaN slice")
def test_odd_data_is_no_reason_to_fail_or_to_say_what_is_not_finite(
    detector: Detector, odd: str, frames: Frames
) -> None:
    learned = detector.fit(frames.between(0, CHECKED[-1] - 3), MIN_POINTS)
    assert not isinstance(learned, TooLittle)
    strange, moment = _each(frames, ODD[odd]), _moment(CHECKED[-1])
    found = detector.decide(detector.score(strange, learned, moment), learned, Limits(), moment)
    found += _findings(detector, strange, CHECKED[-1])
    assert all(isfinite(finding.value) for finding in found)


@every_detector
def test_a_score_of_a_row_is_high_where_it_is_strange(detector: Detector, frames: Frames) -> None:
    learned = detector.fit(frames, MIN_POINTS)
    assert not isinstance(learned, TooLittle)
    scores = detector.score(frames.between(0, CHECKED[0] + 1), learned, _moment(CHECKED[0]))
    assert {"entity_id", "value", "expected", "lower", "upper", "score"} <= set(scores.columns)
    known = scores["score"].dropna()
    assert (known >= 0).all()


def test_no_detector_sees_what_comes_after_the_day(frames: Frames) -> None:
    day = CHECKED[1]
    learned = learn(frames.between(0, day - 3), MIN_POINTS, with_forests=False)

    def upside_down(frame: pd.DataFrame) -> pd.DataFrame:
        later = frame[frame["day"] > day]
        more = later.assign(**{column: later[column] * 7 + 5 for column in _floats(later)})
        return pd.concat([frame[frame["day"] <= day], more, more])

    given = detect_day(frames, learned, Limits(), _moment(day))
    changed = detect_day(_each(frames, upside_down), learned, Limits(), _moment(day))
    assert [repr(finding) for finding in given] == [repr(finding) for finding in changed]
    assert given


def test_a_stricter_budget_never_finds_more(frames: Frames) -> None:
    day = CHECKED[1]
    learned = learn(frames.between(0, day - 3), MIN_POINTS, with_forests=False)

    def found(budget: float) -> set[tuple[str, int]]:
        limits = replace(Limits(), budget=budget)
        return {(finding.type, finding.entity_id) for finding in detect_day(frames, learned, limits, _moment(day))}

    assert found(0.01) <= found(1.0) <= found(50.0)
