"""A simulated hotel's tables as the lists of `minibar-ml import`: rows by field, each list by its day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from minibar_ml.domain.imports import ImportKind
from minibar_ml.simulate.hotel import SourceData

Row = dict[str, Any]
ROLES = {"sistem_yoneticisi": "administrator", "admin": "administrator", "depo_sorumlusu": "storekeeper"}
KINDS = {"giris": "delivery", "cikis": "issue", "devir": "count", "sayim": "count", "fire": "write_off"}
"""The ledger's words; what was moved between depots is on no list."""
NOTE = "ekstra_tuketim"


@dataclass(frozen=True, slots=True)
class HotelList:
    """One list: its kind, its day (None: not of a day) and its rows by field."""

    kind: ImportKind
    day: date | None
    rows: list[Row]


def lists_of(data: SourceData, timezone: str, days: int) -> Iterator[HotelList]:
    """The lists of the last `days` days of one hotel in the ideal manner, in the order of their days.

    Raises ValueError for the application's manner, whose tables overwrite what lists keep.
    """
    if data.manner is not None:
        raise ValueError("lists are made of the ideal manner's tables")
    tables = data.tables
    names = {row["id"]: row["oda_no"] for row in _rows(tables["odalar"])}
    products = {row["id"]: row["urun_adi"] for row in _rows(tables["urunler"])}
    logins = {row["id"]: row["kullanici_adi"] for row in _rows(tables["kullanicilar"])}
    yield HotelList("rooms", None, list(_rooms(tables)))
    yield HotelList("products", None, list(_products(tables)))
    yield HotelList("people", None, list(_people(tables)))
    checks = _checks(tables, timezone, names, products, logins)
    movements = _movements(tables, timezone, products)
    stays = [row for row in _rows(tables["misafir_kayitlari"]) if row["durum"] == "aktif"]
    last = max(row["on"] for row in checks)
    for day in (last - timedelta(days=days - 1 - n) for n in range(days)):
        yield from _guests(stays, names, day)
        yield HotelList("checks", day, [row for row in checks if row["on"] == day])
        yield HotelList("movements", day, [row for row in movements if row["on"] == day])


def _rows(table: pd.DataFrame) -> list[Row]:
    clean = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in clean.to_dict("records")]


def _rooms(tables: dict[str, pd.DataFrame]) -> Iterator[Row]:
    floors = {row["id"]: row["kat_adi"] for row in _rows(tables["katlar"])}
    types = {row["id"]: row["ad"] for row in _rows(tables["oda_tipleri"])}
    for row in _rows(tables["odalar"]):
        yield {"room": row["oda_no"], "floor": floors[row["kat_id"]], "type": types.get(row["oda_tipi_id"]),
               "is_active": "Yes" if row["aktif"] else "No"}  # fmt: skip


def _products(tables: dict[str, pd.DataFrame]) -> Iterator[Row]:
    for row in _rows(tables["urunler"]):
        yield {"name": row["urun_adi"], "code": row["urun_kodu"], "sale_price": row["satis_fiyati"],
               "purchase_price": row["alis_fiyati"], "critical_units": row["kritik_stok_seviyesi"],
               "is_active": "Yes" if row["aktif"] else "No"}  # fmt: skip


def _people(tables: dict[str, pd.DataFrame]) -> Iterator[Row]:
    for row in _rows(tables["kullanicilar"]):
        yield {"name": f"{row['ad']} {row['soyad']}", "login": row["kullanici_adi"],
               "role": ROLES.get(row["rol"], "attendant"), "email": row["email"],
               "is_active": "Yes" if row["aktif"] else "No"}  # fmt: skip


def _guests(stays: list[Row], names: dict[int, str], day: date) -> Iterator[HotelList]:
    """The three lists of a day: who sleeps there, who comes with an hour, who leaves with one."""
    found: dict[ImportKind, dict[str, Row]] = {"in_house": {}, "arrivals": {}, "departures": {}}
    for stay in sorted(stays, key=lambda stay: (stay["giris_tarihi"], stay["cikis_tarihi"], stay["id"])):
        arrives, departs = stay["giris_tarihi"].date(), stay["cikis_tarihi"].date()
        room = names[stay["oda_id"]]
        row = {"room": room, "arrives_on": arrives, "departs_on": departs, "guests": stay["misafir_sayisi"]}
        # Of two records of one night a list has the later arrival's.
        if arrives <= day < departs:
            found["in_house"][room] = row
        if arrives == day and stay["giris_saati"]:
            found["arrivals"][room] = {**row, "at": stay["giris_saati"][:5]}
        if departs == day and stay["cikis_saati"]:
            found["departures"][room] = {**row, "at": stay["cikis_saati"][:5]}
    yield from (HotelList(kind, day, list(rows.values())) for kind, rows in found.items())


def _checks(
    tables: dict[str, pd.DataFrame],
    timezone: str,
    names: dict[int, str],
    products: dict[int, str],
    logins: dict[int, str],
) -> list[Row]:
    """A row a product that was looked at. What the office notes of extras is no check and on no such list."""
    lines: dict[int, list[Row]] = {}
    for line in _rows(tables["minibar_islem_detay"]):
        lines.setdefault(line["islem_id"], []).append(line)
    found: list[Row] = []
    seen = set()
    for visit in _rows(tables["minibar_islemleri"]):
        at = visit["islem_tarihi"].tz_convert(timezone)
        if visit["islem_tipi"] == NOTE or (key := (visit["oda_id"], at)) in seen:
            continue
        seen.add(key)
        head = {
            "room": names[visit["oda_id"]],
            "on": at.date(),
            "at": f"{at:%H:%M:%S}",
            "person": logins[visit["personel_id"]],
        }
        of_visit = [_line(line, visit["islem_tipi"], products) for line in lines.get(visit["id"], [])]
        if not any(line["consumed"] or line["refilled"] for line in of_visit):
            head["result"] = "empty"
        found += [{**head, **line} for line in of_visit] or [head]
    return found


def _line(line: Row, kind: str, products: dict[int, str]) -> Row:
    """What a line says, as the source contract reads it."""
    added, used, extra = line["eklenen_miktar"] or 0, line["tuketim"] or 0, line["ekstra_miktar"] or 0
    # An extra stands in two columns.
    refilled = max(added, extra) if kind == "ekstra_ekleme" else added + extra
    consumed = added if kind == "setup_kontrol" else 0 if kind == "ilk_dolum" else used
    return {
        "product": products[line["urun_id"]],
        "consumed": consumed,
        "refilled": refilled,
        "price": line["satis_fiyati"],
        "is_complimentary": "Yes" if line["bedelsiz"] else None,
    }


def _movements(tables: dict[str, pd.DataFrame], timezone: str, products: dict[int, str]) -> list[Row]:
    """The ledger; what a count found is the level after it."""
    found: list[Row] = []
    levels: dict[int, int] = {}
    signs = {"giris": 1, "devir": 1, "sayim": 1, "cikis": -1, "fire": -1}
    ledger = sorted(_rows(tables["stok_hareketleri"]), key=lambda row: (row["islem_tarihi"], row["id"]))
    for row in ledger:
        kind = row["hareket_tipi"]
        if kind not in KINDS:
            continue
        product = row["urun_id"]
        levels[product] = levels.get(product, 0) + signs[kind] * row["miktar"]
        at = row["islem_tarihi"].tz_convert(timezone)
        units = levels[product] if KINDS[kind] == "count" else row["miktar"]
        found.append({"on": at.date(), "at": f"{at:%H:%M:%S}", "product": products[product], "kind": KINDS[kind],
                      "units": units})  # fmt: skip
    return found
