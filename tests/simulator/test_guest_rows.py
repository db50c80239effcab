"""How a guest list changes the rows that are there: it overwrites, adds or skips, and a deletion takes rows."""

from datetime import date

import numpy as np
import pandas as pd

from minibar_ml.simulate import HotelPlan
from minibar_ml.simulate.application.lists.booking import NO_HOUR, GuestList
from minibar_ml.simulate.application.lists.guest_rows import ARRIVAL, IN_HOUSE, GuestRows

PLAN = HotelPlan(seed=1, ends_on=date(2026, 2, 10), days=41)
TEN, EIGHTEEN = 40, 72


def a_list(*rows: tuple[int, int, int], guests: int = 2, arrive_quarter: int = NO_HOUR) -> GuestList:
    """Rows of room index, first day and last day."""
    room, arrive, depart = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    same = np.ones_like(room)
    return GuestList(room, same * guests, arrive, depart, same * arrive_quarter, same * NO_HOUR)


def left(rows: GuestRows) -> pd.DataFrame:
    return rows.table(PLAN, [f"F{n}" for n in range(9)], np.full(9, 1))


def facts(rows: GuestRows) -> list[tuple[int, int, int, str]]:
    """Id, day of arrival and of departure in January, and file of each row."""
    table = left(rows)
    return [
        (row.id, row.giris_tarihi.day, row.cikis_tarihi.day, row.islem_kodu) for row in table.itertuples()
    ]  # fmt: skip


def test_a_same_day_turnover_overwrites_the_guest_who_left() -> None:
    rows = GuestRows("standard", rooms=3)
    rows.load(a_list((0, 1, 4), (1, 1, 4)), IN_HOUSE, 0, at=100)
    rows.load(a_list((0, 4, 7), guests=3), IN_HOUSE, 1, at=200)
    assert facts(rows) == [(1, 5, 8, "F1"), (2, 2, 5, "F0")]
    changed = left(rows).set_index("id")["guncelleme_tarihi"]
    assert changed[1] == pd.Timestamp(200, unit="s", tz="UTC")
    assert pd.isna(changed[2])


def test_a_stay_a_day_apart_is_a_new_row_and_another_kind_is_left_alone() -> None:
    rows = GuestRows("standard", rooms=3)
    rows.load(a_list((0, 1, 4)), IN_HOUSE, 0, at=100)
    rows.load(a_list((0, 5, 7)), IN_HOUSE, 1, at=200)
    rows.load(a_list((0, 6, 7)), ARRIVAL, 2, at=300)
    assert facts(rows) == [(1, 2, 5, "F0"), (2, 6, 8, "F1"), (3, 7, 8, "F2")]


def test_a_former_guests_hour_stays_where_the_new_list_has_none() -> None:
    rows = GuestRows("standard", rooms=1)
    rows.load(a_list((0, 1, 4), arrive_quarter=TEN), ARRIVAL, 0, at=100)
    rows.load(a_list((0, 4, 7)), ARRIVAL, 1, at=200)
    assert left(rows)["giris_saati"].tolist() == ["10:00:00"]
    rows.load(a_list((0, 4, 7), arrive_quarter=EIGHTEEN), ARRIVAL, 2, at=300)
    assert left(rows)["giris_saati"].tolist() == ["18:00:00"]


def test_lists_of_p4001_skip_what_is_there_and_leave_both_rows_of_a_changed_stay() -> None:
    rows = GuestRows("p4001", rooms=1)
    for file, departs in enumerate((4, 4, 6)):
        rows.load(a_list((0, 1, departs)), IN_HOUSE, file, at=100)
    assert facts(rows) == [(1, 2, 5, "F0"), (2, 2, 7, "F2")]


def test_lists_before_2026_only_add_rows() -> None:
    rows = GuestRows("standard_2025", rooms=1)
    for file in range(3):
        rows.load(a_list((0, 1, 4)), IN_HOUSE, file, at=100)
    assert facts(rows) == [(1, 2, 5, "F0"), (2, 2, 5, "F1"), (3, 2, 5, "F2")]


def test_deleting_an_upload_takes_rows_that_an_earlier_file_brought() -> None:
    rows = GuestRows("standard", rooms=2)
    rows.load(a_list((0, 1, 4), (1, 1, 9)), IN_HOUSE, 0, at=100)
    rows.load(a_list((1, 1, 9)), IN_HOUSE, 1, at=200)
    rows.delete(1, at=300)
    assert facts(rows) == [(1, 2, 5, "F0")]
    rows.load(a_list((1, 1, 9)), IN_HOUSE, 2, at=400)
    assert facts(rows) == [(1, 2, 5, "F0"), (3, 2, 10, "F2")]


def test_a_table_grows_beyond_its_first_rows() -> None:
    rows = GuestRows("p4001", rooms=3000)
    rows.load(a_list(*((room, 1, 4) for room in range(3000))), IN_HOUSE, 0, at=100)
    assert len(left(rows)) == 3000
    assert left(rows)["oda_id"].tolist() == list(range(1, 3001))
