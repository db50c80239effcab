"""What guest lists, tasks and signs held on each evening, and what later evenings have lost of it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from minibar_ml.simulate import ApplicationManner, HotelPlan, evenings, generate

CAREFUL = ApplicationManner(missed_lists=0, late_lists=0, deleted_lists=0, no_shows=0, changed_stays=0)
PLAN = HotelPlan(seed=3, ends_on=date(2026, 2, 28), rooms=30, days=16, manner=CAREFUL)


def nights(plan: HotelPlan, stays: pd.DataFrame, rooms: int) -> NDArray[np.bool_]:
    """Nights within the plan's days that in-house rows cover, by room and day."""
    covered = np.zeros((rooms, plan.days), dtype=bool)
    for row in stays[stays["kayit_tipi"] == "in_house"].itertuples():
        first, until = ((day.date() - plan.starts_on).days for day in (row.giris_tarihi, row.cikis_tarihi))
        covered[row.oda_id - 1, max(first, 0) : max(until, 0)] = True
    return covered


@pytest.mark.parametrize("manner", [CAREFUL, ApplicationManner(), ApplicationManner(paths="2025", lists="p4001")])
def test_the_last_evening_is_what_the_hotels_tables_hold(manner: ApplicationManner) -> None:
    plan = replace(PLAN, manner=manner)
    whole = generate(plan).tables
    *_, last = evenings(plan)
    assert len(last.tables) >= 7
    for name, table in last.tables.items():
        pd.testing.assert_frame_equal(table, whole[name], obj=name)


def test_evenings_together_know_every_night_and_the_last_one_does_not() -> None:
    known: NDArray[np.bool_] | None = None
    for evening in evenings(PLAN):
        last = nights(PLAN, evening.tables["misafir_kayitlari"], len(evening.occupied))
        known = last if known is None else known | last
        occupied = evening.occupied
    assert known is not None
    # the last night's guests stand on the next morning's list
    np.testing.assert_array_equal(known[:, :-1], occupied[:, :-1])
    lost = (known & ~last).sum() / known.sum()
    assert 0.05 < lost < 0.4


def test_what_an_evening_said_of_tasks_holds_on_the_next() -> None:
    before: pd.DataFrame | None = None
    for evening in evenings(replace(PLAN, manner=ApplicationManner(deleted_lists=0))):
        rooms = evening.tables["gorev_detaylari"]
        if before is not None:
            facts = ["id", "oda_id", "durum", "varis_saati", "cikis_saati", "kontrol_zamani"]
            pd.testing.assert_frame_equal(rooms[facts].iloc[: len(before)], before[facts], check_dtype=False)
        before = rooms
    assert before is not None and len(before) > 300


def test_nothing_is_overwritten_in_the_ideal_manner() -> None:
    with pytest.raises(ValueError, match="ideal"):
        next(evenings(replace(PLAN, manner=None)))
