"""misafir_kayitlari as uploads leave it: a list overwrites what touches it, adds, or skips."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.lists.booking import NO_HOUR, GuestList
from minibar_ml.simulate.arrays import Flags, Ints, dates
from minibar_ml.simulate.manner import Lists
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.records import clock_text

KINDS = ("in_house", "arrival", "departure")
IN_HOUSE, ARRIVAL, DEPARTURE = range(3)
NEVER, NOTHING = -1, -1
_COLUMNS = (
    "room", "kind", "guests", "arrive", "depart", "arrive_quarter", "depart_quarter", "file", "made", "changed", "gone",
)  # fmt: skip


class GuestRows:
    """The table's rows by index (the id is the index + 1); instants are seconds since 1970, ``NEVER`` where unset."""

    def __init__(self, lists: Lists, rooms: int) -> None:
        """Start with an empty table."""
        self._lists = lists
        self._count = 0
        self._columns = {name: np.full(1024, NEVER, dtype=np.int64) for name in _COLUMNS}
        self._latest = np.full((len(KINDS), rooms), NOTHING)

    def __getitem__(self, column: str) -> Ints:
        """A column of all rows, deleted ones included."""
        return self._columns[column][: self._count]

    def load(self, rows: GuestList, kind: int, file: int, at: int) -> None:
        """Load a list, as the plan's kind of file is loaded."""
        latest = self._latest[kind, rows.room]
        there = latest != NOTHING
        arrive, depart = self._columns["arrive"][latest], self._columns["depart"][latest]
        if self._lists == "standard":
            known = there & (arrive <= rows.depart) & (depart >= rows.arrive)
            self._overwrite(latest[known], rows, known, file, at)
        elif self._lists == "p4001":
            known = there & (arrive == rows.arrive) & (depart == rows.depart)
        else:
            known = np.zeros(len(rows), dtype=bool)
        self._insert(rows, ~known, kind, file, at)

    def delete(self, file: int, at: int) -> None:
        """Remove every row that bears the file's mark, those taken over from an earlier file included."""
        marked = np.flatnonzero((self["file"] == file) & (self["gone"] == NEVER))
        self["gone"][marked] = at
        self._latest[self["kind"][marked], self["room"][marked]] = NOTHING

    def on_day(self, kind: int, day: int) -> Ints:
        """Rows that make the day's tasks: present, arriving or leaving that day; a room's with the highest id."""
        arrive, depart = self["arrive"], self["depart"]
        wanted = [(arrive <= day) & (depart >= day), arrive == day, depart == day][kind]
        index = np.flatnonzero((self["kind"] == kind) & (self["gone"] == NEVER) & wanted)
        _, last = np.unique(self["room"][index][::-1], return_index=True)
        return np.sort(index[len(index) - 1 - last])

    def table(self, plan: HotelPlan, codes: list[str], keepers: Ints) -> pd.DataFrame:
        """What is still there; ``codes`` and ``keepers`` (user ids) are by file."""
        kept = self["gone"] == NEVER
        file = self["file"][kept]
        return pd.DataFrame(
            {
                "id": np.flatnonzero(kept) + 1,
                "oda_id": self["room"][kept] + 1,
                "islem_kodu": np.array(codes, dtype=object)[file],
                "misafir_sayisi": self["guests"][kept],
                "giris_tarihi": dates(plan, self["arrive"][kept]),
                "giris_saati": _clock(self["arrive_quarter"][kept]),
                "cikis_tarihi": dates(plan, self["depart"][kept]),
                "cikis_saati": _clock(self["depart_quarter"][kept]),
                "kayit_tipi": np.array(KINDS, dtype=object)[self["kind"][kept]],
                "olusturma_tarihi": instant(self["made"][kept]),
                "guncelleme_tarihi": instant(self["changed"][kept]),
                "olusturan_id": keepers[file],
            }
        )

    def _overwrite(self, index: Ints, rows: GuestList, known: Flags, file: int, at: int) -> None:
        for name in ("guests", "arrive", "depart"):
            self[name][index] = getattr(rows, name)[known]
        for name in ("arrive_quarter", "depart_quarter"):
            # an hour only where the list has one: a former guest's may stay
            hour = getattr(rows, name)[known]
            self[name][index[hour != NO_HOUR]] = hour[hour != NO_HOUR]
        self["file"][index] = file
        self["changed"][index] = at

    def _insert(self, rows: GuestList, new: Flags, kind: int, file: int, at: int) -> None:
        first, self._count = self._count, self._count + int(new.sum())
        if self._count > len(self._columns["room"]):
            for name, column in self._columns.items():
                self._columns[name] = np.concatenate([column, np.full(self._count, NEVER, dtype=np.int64)])
        for name in ("room", "guests", "arrive", "depart", "arrive_quarter", "depart_quarter"):
            self[name][first:] = getattr(rows, name)[new]
        for name, value in (("kind", kind), ("file", file), ("made", at)):
            self[name][first:] = value
        self._latest[kind, rows.room[new]] = np.arange(first, self._count)


def instant(seconds: Ints) -> pd.Series:
    """Instants of seconds since 1970; NaT for ``NEVER``."""
    known = pd.Series(pd.to_datetime(np.maximum(seconds, 0), unit="s", utc=True))
    return known.mask(seconds == NEVER)


def _clock(quarter: Ints) -> pd.Series:
    text = pd.Series(clock_text(np.maximum(quarter, 0)), dtype=object)
    return text.mask(quarter == NO_HOUR, None)
