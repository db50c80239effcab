"""Cold start: from days with metric points to a phase, and what it does to a hotel's alerts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from support.alerts.findings import HIGH_ROOM

from minibar_ml.domain.hotels.phases import History, phase_of
from minibar_ml.i18n.messages import sentences
from minibar_ml.ml.contract import Limits, Moment, TooLittle
from minibar_ml.ml.detection import detect_day
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import as_provisional, before, days_on_record
from minibar_ml.ml.training import FittedModels, learn
from minibar_ml.store.points.frames import TYPES

DAY = date(2025, 11, 19).toordinal()
COLUMNS = {
    "rooms": "room_id units refilled visits products_found attendant_id last_by room_type known nights guest_nights"
    " guests arriving stays stay_on previous_on occupancy",
    "vacant": "room_id units products_found previous_on evidence check_hour hidden again_by",
    "products": "product_id units refilled",
    "outflow": "product_id units issued written_off returned",
    "levels": "product_id at level kind",
    "gaps": "attendant_id in_room minutes items",
    "requests": "room_id at minutes open",
    "custody": "attendant_id units handed_out",
}


def _frames(days: int = 0, **rows: list[dict[str, object]]) -> Frames:
    """Frames of hotel 1: one vacant room each of so many days before DAY, and these rows."""
    rows["vacant"] = rows.get("vacant", []) + [_vacant(DAY - n - 1) for n in range(days)]
    made = {}
    for name in COLUMNS:
        columns = ["hotel_id", "day", *COLUMNS[name].split()]
        frame = pd.DataFrame(rows.get(name, []), columns=columns)
        made[name] = frame.astype({column: TYPES[column] for column in columns})
    return Frames(**made)


def _vacant(day: int) -> dict[str, object]:
    return {
        "hotel_id": 1,
        "day": day,
        "room_id": 101,
        "units": 2.0,
        "products_found": 1,
        "previous_on": day - 1,
        "evidence": 0,
        "check_hour": -1,
        "hidden": 0.0,
        "again_by": 0,
    }


@pytest.mark.parametrize(
    ("days", "phase"),
    [(0, "learning"), (6, "learning"), (7, "provisional"), (13, "provisional"), (14, "normal"), (400, "normal")],
)
def test_a_week_ends_learning_and_a_fortnight_the_provisional_phase(days: int, phase: str) -> None:
    assert phase_of(days) == phase
    assert History.of(days) == History(days, phase)  # type: ignore[arg-type]


def test_a_day_counts_once_whatever_was_recorded_on_it() -> None:
    custody = {"hotel_id": 1, "day": DAY - 1, "attendant_id": 5, "units": 0.0, "handed_out": 20.0}
    assert days_on_record(_frames(3, custody=[custody, {**custody, "day": DAY}])).tolist() == [
        DAY - 3, DAY - 2, DAY - 1, DAY,
    ]  # fmt: skip
    assert days_on_record(_frames()).tolist() == []


def test_neither_the_checked_day_nor_one_beyond_the_window_is_history() -> None:
    recorded = days_on_record(_frames(20, vacant=[_vacant(DAY), _vacant(DAY + 1)]))
    assert before(recorded, DAY, 60) == History(20, "normal")
    assert before(recorded, DAY, 9) == History(9, "provisional")
    assert before(recorded, DAY - 15, 60) == History(5, "learning")


def test_from_less_than_a_week_nothing_is_learnt_but_rules_have_what_they_need() -> None:
    learned = learn(_frames(6), min_points=1)
    short = TooLittle(6, 7, "days of history")
    assert {name: value for name, value in learned.parameters.items() if isinstance(value, TooLittle)} == {
        detector.spec.name: short for detector in ALL if not detector.spec.is_rule
    }
    assert short not in learn(_frames(7), min_points=1).parameters.values()


class _Always:
    """A detector that finds the same room every day; by its name, that of a rule or of one that learns."""

    def __init__(self, name: str) -> None:
        self.spec = next(detector.spec for detector in ALL if detector.spec.name == name)

    def score(self, *_: object) -> pd.DataFrame:
        return pd.DataFrame({"entity_id": [1126]})

    def decide(self, *_: object) -> list[object]:
        return [replace(HIGH_ROOM, detector=self.spec.name)]


@pytest.mark.parametrize(
    ("days", "printed"),
    [
        (5, {"vacant_room": None}),
        (9, {"vacant_room": None, "room_consumption": ("provisional", 9)}),
        (14, {"vacant_room": None, "room_consumption": None}),
    ],
)
def test_only_rules_speak_at_first_and_then_what_is_learnt_says_that_it_is_provisional(
    monkeypatch: pytest.MonkeyPatch, days: int, printed: dict[str, object]
) -> None:
    monkeypatch.setattr("minibar_ml.ml.detection.ALL", (_Always("vacant_room"), _Always("room_consumption")))
    noon = datetime(2025, 11, 19, 12, tzinfo=UTC)
    moment, learned = Moment(1, DAY, noon, noon, True), FittedModels({"vacant_room": {}, "room_consumption": {}})
    found = detect_day(_frames(), learned, Limits(), moment, history=History.of(days))
    facts = {one.detector: one.facts or {} for one in found}
    assert {name: (f["phase"], f["history_days"]) if "phase" in f else None for name, f in facts.items()} == printed


def test_a_provisional_alert_keeps_its_severity_and_says_so_in_its_message() -> None:
    (finding,) = as_provisional([HIGH_ROOM], History.of(9))
    assert finding.severity == HIGH_ROOM.severity
    assert sentences(finding, "1126", "en")[0].endswith(" Provisional: based on only 9 days of history.")
    assert sentences(finding, "1126", "tr")[0].endswith(" Geçici değerlendirme: yalnızca 9 günlük geçmişe dayanıyor.")
    assert "Provisional" not in sentences(HIGH_ROOM, "1126", "en")[0]


def test_the_day_on_which_data_come_back_is_not_silent() -> None:
    days = np.array([DAY, DAY + 6])
    assert before(days, DAY + 5, 30).silent_days == 4
    assert before(days, DAY + 6, 30).silent_days == 0
