"""Stays as guest lists name them: a row a kind of list, hours only where that list has them."""

import numpy as np
import pandas as pd

STAY_RECORDS = "misafir_kayitlari"


def list_stays(records: pd.DataFrame, *, leave_out: bool) -> pd.DataFrame:
    """Each valid stay as arrival and as departure where that hour is known, and in house, without hours.

    With ``leave_out`` a quarter of the stays that stand on another list are missing in house.
    """
    valid = records[records["durum"] == "aktif"]
    arrival = valid.assign(cikis_saati=None, kayit_tipi="arrival", code="A", place=0)
    in_house = valid.assign(giris_saati=None, cikis_saati=None, kayit_tipi="in_house", code="I", place=1)
    departure = valid.assign(giris_saati=None, kayit_tipi="departure", code="D", place=2)
    known_arrival = arrival["giris_saati"].notna() | (leave_out & (arrival["id"] % 3 > 0))
    known_departure = departure["cikis_saati"].notna()
    listed = (in_house["id"] % 4 > 0) | ~(known_arrival | known_departure) | (not leave_out)
    rows = pd.concat([arrival[known_arrival], in_house[listed], departure[known_departure]])
    rows["islem_kodu"] = rows["islem_kodu"] + np.asarray(rows["code"])
    rows["id"] = rows["id"] * 3 + rows["place"]
    return rows.sort_values("id").drop(columns=["durum", "otel_id", "code", "place"])
