"""Files and rows that are refused, each with its reason in both languages."""

import csv
from datetime import date
from pathlib import Path

import pytest
from support.hotels.house_of_lists import AMBIGUOUS, DAY, IN_HOUSE, imported, workbook
from support.hotels.simulated import done

Capture = pytest.CaptureFixture[str]

PROBLEMS = [
    ("in_house", "", (), "the file is empty", "dosya boş"),
    ("in_house", "a,b\n1,2\n", ("--day", DAY), "no column for Room No; the file has: a, b", "Room No için sütun yok"),
    ("in_house", IN_HOUSE, (), "of which day is this list?", "bu liste hangi günün?"),
    ("checks", "Room,Date,Item,Qty\n", (), "there are no rows", "başlıkların altında satır yok"),
    # A failed export of the guests in house would make the whole hotel vacant.
    ("in_house", "Room,Arrival,Departure\n", ("--day", DAY), "there are no rows", "başlıkların altında satır yok"),
    ("in_house", b"\xd0\xcf\x11\xe0" + b"x" * 99, (), "this is an old .xls", "bu eski bir .xls"),
    ("in_house", b"PK\x03\x04" + b"x" * 99, (), "this is not an Excel workbook", "bu bir Excel dosyası değil"),
    ("in_house", bytes(range(256)) * 9, (), "the text's encoding is not known", "kodlaması anlaşılamadı"),
    ("in_house", IN_HOUSE, ("--hotel", "Peer", "--day", DAY), "there is no hotel Peer; there are: Pier",
     "Peer adlı otel yok"),
    ("in_house", 'Room,Arrival,Departure\n"101,2026-11-18,2026-11-22\n102,2026-11-18,2026-11-22\n', ("--day", DAY),
     "this is not CSV (line 3)", "bu CSV değil (satır 3)"),
    ("in_house", b"%PDF-1.7 x", (), "this is a PDF", "bu bir PDF"),
    # Every room would be vacant.
    ("in_house", "Room,Arrival,Departure\nTotal,0,\n", ("--day", DAY), "there are no rows",
     "başlıkların altında satır yok"),
    ("in_house", IN_HOUSE, ("--day", "2099-01-01"), "a day to come", "o gün daha gelmedi"),
    ("in_house", "Room,Pzt,Sal 24,Çar\n101,Yilmaz,,\n", ("--day", DAY), "its columns are days (Pzt, Sal 24, Çar",
     "sütunları gün (Pzt"),
    # A spreadsheet with the month first has opened a file with the day first.
    ("checks", workbook(["Room", "Date", "Item", "Qty"], ["101", date(2026, 12, 11), "Cola", 1],
                        ["102", "13.11.2026", "Cola", 1]), (), "has taken days for months (2026-12-11 beside",
     "gün ile ayı karıştırmış"),
    # A list of checks by another name; what was used would be lost.
    ("departures", "Room;Date;Product;Qty\n101;25.11.2026;Cola;2\n", ("--day", DAY), "it has products and units",
     "ürün ve adet içeriyor"),
    ("checks", "Oda No;Tarih;Su;Bira\n101;18.11.2026;2;1\n", (),
     "no column for Product; the file has: Oda No, Tarih, Su, Bira", "Product için sütun yok"),
    # A room rack; each of its rooms would be let.
    ("in_house", "Room,Type,03.11,04.11,05.11\n101,DBL,Yilmaz,,\n102,DBL,,,\n", ("--day", DAY),
     "its columns are days (03.11, 04.11, 05.11 …)", "sütunları gün (03.11, 04.11, 05.11 …)"),
    ("arrivals", "Room;Mon 3 Nov;Tue 4 Nov;Wed 5 Nov\n101;Yilmaz;;\n", ("--day", DAY),
     "its columns are days (Mon 3 Nov", "sütunları gün (Mon 3 Nov"),
    ("in_house", workbook(["Room", *(date(2026, 11, day) for day in range(3, 7))], ["101", "x", "", "", ""]),
     ("--day", DAY), "its columns are days (03.11., 04.11., 05.11. …)", "sütunları gün (03.11., 04.11., 05.11. …)"),
    ("in_house", "Room,1,2,3,4,5,6,7\n101,x,x,,,,,\n", ("--day", DAY), "its columns are days (1, 2, 3 …)",
     "sütunları gün (1, 2, 3 …)"),
    ("checks", workbook(["Room", "Date", "Item", "Qty"], ["101", "18.11.2026", "Cola", "=1+1"]), (),
     "formulas without their values (D2 of sheet Sheet)", "formülleri değerleri olmadan yazmış (Sheet sayfasında D2)"),
    ("checks", AMBIGUOUS, (), "03/04/2026 can be day/month", "gün/ay da ay/gün de olabilir"),
    ("checks", AMBIGUOUS + "101,13/01/2026,Cola,1\n101,01/13/2026,Cola,1\n", (), "some dates have the day first",
     "bazı tarihlerde gün"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "options", "english", "turkish"), PROBLEMS)
def test_a_file_that_is_no_such_list_is_refused_in_words(
    house: str, capsys: Capture, kind: str, content: str | bytes, options: tuple[str, ...], english: str, turkish: str
) -> None:
    capsys.readouterr()
    assert imported(house, kind, content, *options) == 6
    assert english in capsys.readouterr().out
    done(house, "config", "set", "lang", "tr")
    capsys.readouterr()
    assert imported(house, kind, content, *options) == 6
    assert turkish in capsys.readouterr().out


BAD_CELLS = [
    ("in_house", "Room,Arrival,Departure,Adults\n101,2026-11-18,yarın,2\n", "yarın", "is not a date", "tarih değil"),
    ("in_house", "Room,Arrival,Departure,Adults\n,2026-11-18,2026-11-22,2\n", "", "is missing", "boş"),
    ("in_house", "Room,Arrival,Departure,Adults\n101,2026-11-18,2026-11-17,2\n", "2026-11-17",
     "the second date is before",
     "ikinci tarih birinciden önce"),
    ("in_house", "Room,Arrival,Departure,Adults\n101,2026-11-21,2026-11-25,2\n", "2026-11-21",
     "does not belong on the list",
     "o günün listesine ait değil"),
    ("in_house", "Room,Arrival,Departure,Adults\n101,2026-11-18,2026-11-22,two\n", "two", "is not a number",
     "sayı değil"),
    ("in_house", "Room,Arrival,Departure,Adults\n101,2026-11-18,2026-11-22,1.5\n", "1.5", "is not a whole number",
     "tam sayı değil"),
    ("in_house", "Room,Arrival,Departure,Adults\n101,2026-11-18,2026-11-22,99\n", "99", "is too large", "çok büyük"),
    ("arrivals", "Room,Arrival,Departure,Arr.Time\n101,2026-11-20,2026-11-22,late\n", "late", "is not a time",
     "saat değil"),
    ("checks", "Room;Date;Item;Qty\n101;2026-11-18;Cola;1,5\n", "1,5", "is not a whole number", "tam sayı değil"),
    ("checks", "Room,Date,Item,Qty\n101,2026-11-18,Cola,-1\n", "-1", "is negative", "eksi"),
    ("checks", "Room,Date,Item,Qty\n101,2026-11-18,Kola,1\n", "Kola", "there is no such product", "böyle bir ürün yok"),
    ("checks", "Room,Date,Item,Qty\n101,2126-11-18,Cola,1\n", "2126-11-18", "is in the future", "gelecekte"),
    ("checks", "Room,Date,Result\n101,2026-11-18,perhaps\n", "perhaps",
     "is no result known here: write Found, Nothing Used or DND", "bilinen bir sonuç değil"),
    ("people", "Name,Role\nAyşe,Chef\n", "Chef", "is no role known here: write Administrator, Storekeeper or Attendant",
     "bilinen bir görev değil"),
    ("movements", "Date,Product,Movement,Units\n2026-11-18,Cola,Gift,3\n", "Gift", "is no movement known here",
     "bilinen bir hareket değil"),
    ("checks", "Room,Date,Item,Qty,Result\n101,2026-11-18,Cola,1,DND\n", "DND", "nobody entered the room",
     "odaya girilmemiş"),
    ("products", "Product,Price\nTea,1.250\n", "1.250", "may be more than a thousand", "ondalık sayı da olabilir"),
    ("movements", "Date,Product,Movement,Units,Reference\n2026-11-18,Cola,Reversal,3,X9\n", "X9",
     "no movement of this product has that reference", "fiş numaralı hareketi yok"),
    ("checks", "Room,Date,Item,Qty,Hotel\n101,2026-11-18,Cola,1,Elsewhere\n", "Elsewhere", "there is no such hotel",
     "böyle bir otel yok"),
    ("rooms", "Room No\n" + "9" * 201 + "\n", "9" * 200, "is longer than 200 characters", "200 karakterden uzun"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "value", "english", "turkish"), BAD_CELLS)
def test_a_rejected_row_names_its_line_column_value_and_reason(
    house: str, kind: str, content: str, value: str, english: str, turkish: str
) -> None:
    for lang, said in (("en", english), ("tr", turkish)):
        done(house, "config", "set", "lang", lang)
        assert imported(house, kind, content, *(("--day", DAY) if kind in ("in_house", "arrivals") else ())) == 6
        row = list(csv.reader(Path("list.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()))[1]
        assert (row[0], row[2].lstrip("'")) == ("2", value)
        assert said in row[3]
