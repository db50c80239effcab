"""Empty lists to fill in: the headings of a kind and three example rows, in English or Turkish."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta

from minibar_ml.domain.imports import ImportKind
from minibar_ml.domain.languages import Lang
from minibar_ml.intake.kinds import FIELDS, WORDS
from minibar_ml.intake.tables import Cell

EXAMPLES: dict[ImportKind, tuple[dict[str, object], ...]] = {
    "rooms": ({"room": "101", "floor": "1", "type": "Standard"}, {"room": "102", "floor": "1", "type": "Standard"},
              {"room": "201", "floor": "2", "type": "Suite"}),
    "products": ({"name": "Cola 33 cl", "code": "1001", "sale_price": 3.5, "purchase_price": 0.8, "critical_units": 48},
                 {"name": "Water 50 cl", "code": "1002", "sale_price": 2.0, "purchase_price": 0.2,
                  "critical_units": 96},
                 {"name": "Peanuts", "code": "1003", "sale_price": 4.0, "purchase_price": 1.1, "critical_units": 24}),
    "people": ({"name": "Ayşe Yılmaz", "login": "ayse", "role": "attendant"},
               {"name": "Can Demir", "login": "can", "role": "storekeeper"},
               {"name": "Ece Kaya", "login": "ece", "role": "administrator", "email": "ece@example.com"}),
    "in_house": ({"room": "101", "arrives_on": -2, "departs_on": 3, "guests": 2},
                 {"room": "102", "arrives_on": 0, "departs_on": 1, "guests": 1},
                 {"room": "201", "arrives_on": -1, "departs_on": 6, "guests": 4}),
    "arrivals": ({"room": "102", "arrives_on": 0, "departs_on": 1, "guests": 1, "at": "14:30"},
                 {"room": "103", "arrives_on": 0, "departs_on": 7, "guests": 2},
                 {"room": "202", "arrives_on": 0, "departs_on": 4, "guests": 2, "at": "19:05"}),
    "departures": ({"room": "104", "arrives_on": -5, "departs_on": 0, "guests": 2, "at": "11:40"},
                   {"room": "105", "arrives_on": -1, "departs_on": 0, "guests": 1},
                   {"room": "203", "arrives_on": -7, "departs_on": 0, "guests": 3, "at": "08:15"}),
    "checks": ({"room": "101", "on": 0, "at": "10:05", "person": "ayse", "product": "Cola 33 cl", "consumed": 2,
                "refilled": 2, "result": "found"},
               {"room": "102", "on": 0, "at": "10:12", "person": "ayse", "result": "empty"},
               {"room": "201", "on": 0, "at": "10:20", "person": "ayse", "result": "dnd"}),
    "movements": ({"on": 0, "at": "09:00", "product": "Cola 33 cl", "kind": "delivery", "units": 240,
                   "reference": "D-17"},
                  {"on": 0, "at": "09:30", "product": "Cola 33 cl", "kind": "issue", "units": 24, "reference": "I-88",
                   "holder": "ayse"},
                  {"on": 0, "at": "18:00", "product": "Cola 33 cl", "kind": "count", "units": 310}),
    "orders": ({"number": "PO-7", "product": "Cola 33 cl", "ordered_on": -1, "due_on": 3, "ordered": 240,
                "received": 0},
               {"number": "PO-7", "product": "Peanuts", "ordered_on": -1, "due_on": 3, "ordered": 48, "received": 0},
               {"number": "PO-8", "product": "Water 50 cl", "ordered_on": 0, "ordered": 480}),
}  # fmt: skip
"""Values by field; whole numbers of date fields are days from today."""


def rows(kind: ImportKind, lang: Lang, today: date) -> list[list[Cell]]:
    """Headings and three rows. A list is of one hotel and one day, which its name says."""
    place = 1 if lang == "tr" else 0
    fields = [field for field in FIELDS[kind] if field.name not in ("hotel", "day")]
    made: list[list[Cell]] = [[field.headings[place] for field in fields]]
    made.extend(
        [_cell(field.name, field.type, example.get(field.name), place, today) for field in fields]
        for example in EXAMPLES[kind]
    )
    return made


def _cell(name: str, kind: str, value: object, place: int, today: date) -> Cell:
    if kind == "date" and isinstance(value, int):
        return today + timedelta(days=value)
    if kind == "word" and isinstance(value, str):
        return WORDS[name][value][place]
    return value  # type: ignore[return-value]


def as_csv(lines: Sequence[Sequence[Cell]], lang: Lang) -> bytes:
    """CSV that Excel opens: with a byte-order mark; semicolons and decimal commas in Turkish."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if lang == "tr" else ",", lineterminator="\r\n")
    for line in lines:
        writer.writerow([_text(cell, lang) for cell in line])
    return text.getvalue().encode("utf-8-sig")


def _text(cell: Cell, lang: Lang) -> Cell:
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}" if lang == "tr" else cell.isoformat()
    return str(cell).replace(".", ",") if isinstance(cell, float) and lang == "tr" else cell


def as_workbook(lines: Sequence[Sequence[Cell]]) -> bytes:
    """An Excel workbook."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(list(line))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
