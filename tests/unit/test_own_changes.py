"""Which alerts a run compares with their records: all on a day's first run, then those whose records have changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from minibar_ml.jobs.detection.scope import own_changes
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml.contract import Limits
from minibar_ml.store.jobs.runs import Change, LastRun, Since

NOW = datetime(2025, 11, 11, 9, tzinfo=UTC)
PLAN = DetectionPlan(
    as_of=NOW,
    zone=ZoneInfo("Europe/Nicosia"),
    limits=Limits(),
    lang="en",
    lookback_days=3,
    training_days=30,
    min_points=10,
)
CHANGES = (Change(date(2025, 11, 9), 1, "room", 7, "room_consumption"),)
QUARTER_AGO = Since(LastRun(NOW - timedelta(minutes=15), NOW, {}), NOW, CHANGES)


def test_later_in_a_day_only_what_has_changed_is_compared() -> None:
    assert own_changes(PLAN, QUARTER_AGO) == CHANGES


def test_the_first_run_of_a_day_of_the_hotel_compares_all() -> None:
    midnight = replace(PLAN, as_of=datetime(2025, 11, 11, 22, 5, tzinfo=UTC))
    late = replace(QUARTER_AGO, last=LastRun(midnight.as_of - timedelta(minutes=15), NOW, {}))
    assert own_changes(midnight, late) is None


def test_all_are_compared_where_it_is_not_known_what_has_changed() -> None:
    put_right = LastRun(NOW - timedelta(minutes=15), NOW, {"was_ahead": True})
    for unknown in (Since(), replace(QUARTER_AGO, is_ahead=True), replace(QUARTER_AGO, is_afresh=True),
                    replace(QUARTER_AGO, last=put_right)):  # fmt: skip
        assert own_changes(PLAN, unknown) is None
