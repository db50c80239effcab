"""Words of the import: every sentence in Turkish too, and headings that name one field each."""

import random
from collections import Counter
from pathlib import Path

import pytest
from support.program import catalogs

from minibar_ml.domain.imports import IMPORT_KINDS, PROBLEMS, REASONS, ImportKind
from minibar_ml.i18n import LOCALE_FOLDER
from minibar_ml.i18n import imports as texts
from minibar_ml.intake.dates import Unreadable, hour, moment
from minibar_ml.intake.delimited import decode, delimiter_of
from minibar_ml.intake.kinds import FIELDS, WORDS
from minibar_ml.intake.known import Known, index
from minibar_ml.intake.naming import day_of, kind_of
from minibar_ml.intake.numbers import Ambiguous, mark_of, number
from minibar_ml.intake.words import bare

CATALOG = LOCALE_FOLDER / "tr" / "LC_MESSAGES" / "imports"


def test_every_sentence_is_translated_and_no_other() -> None:
    catalog = catalogs.read(CATALOG)
    assert {message.id for message in catalog if message.id and message.string} == {*texts.TEXTS, *texts.COUNTED}
    assert [error for message in catalog for error in message.check(catalog)] == []
    assert set(texts.REASONS) == set(REASONS) and set(texts.PROBLEMS) == set(PROBLEMS)


@pytest.mark.parametrize("kind", IMPORT_KINDS)
def test_the_headings_of_a_template_name_one_field_each(kind: ImportKind) -> None:
    for place in (0, 1):
        named = Counter(bare(field.headings[place]) for field in FIELDS[kind])
        assert max(named.values()) == 1
    assert all(field.headings[0].isascii() for field in FIELDS[kind])


def test_a_word_means_one_thing() -> None:
    for meanings in WORDS.values():
        said = Counter(word for words in meanings.values() for word in set(map(bare, words)))
        assert [word for word, times in said.items() if times > 1] == []


@pytest.mark.parametrize(
    ("name", "kind", "day"),
    [
        ("in_house-2026-11-27.xlsx", "in_house", "2026-11-27"),
        ("Konaklayan Misafirler 27.11.2026.csv", "in_house", "2026-11-27"),
        ("GELİŞ LİSTESİ_20261127.csv", "arrivals", "2026-11-27"),
        ("Departures 2026_11_27.csv", "departures", "2026-11-27"),
        ("Gelen Listesi 27.11.2026.xlsx", "arrivals", "2026-11-27"),
        ("Giden Misafirler 27.11.2026.xlsx", "departures", "2026-11-27"),
        ("Check-Out List 27.11.2026.xlsx", "departures", "2026-11-27"),
        ("CHECKIN 27.11.2026.xlsx", "arrivals", "2026-11-27"),
        ("Check-out minibar kontrol 25.11.2026.csv", "checks", "2026-11-25"),
        ("Minibar Depo Hareketleri.xlsx", "movements", None),
        ("Depo Çıkışları Kasım.xlsx", "movements", None),
        ("minibar kontrol kasım.xlsx", "checks", None),
        ("Stok Hareketleri.xlsx", "movements", None),
        ("Room list.csv", "rooms", None),
        ("arrivals 03-04-2026.csv", "arrivals", None),
        ("holiday plan.csv", None, None),
    ],
)
def test_the_name_of_a_file_says_what_it_is_and_of_which_day(name: str, kind: str | None, day: str | None) -> None:
    assert kind_of(name) == kind
    assert (found.isoformat() if (found := day_of(name)) else None) == day


@pytest.mark.parametrize(
    ("cell", "day", "at"),
    [
        ("2026-11-27", "2026-11-27", None), ("27.11.2026", "2026-11-27", None), ("27.11.26", "2026-11-27", None),
        ("27/11/2026 14:30", "2026-11-27", "14:30:00"), ("27-NOV-26", "2026-11-27", None),
        ("27 Kas 2026", "2026-11-27", None), ("27 Ağustos 2026", "2026-08-27", None), ("20261127", "2026-11-27", None),
        ("2026-11-27T14:30:05Z", "2026-11-27", "14:30:05"), (46353.0, "2026-11-27", None),
        (46353.5, "2026-11-27", "12:00:00"), ("03.04.2026 2:05 PM", "2026-04-03", "14:05:00"),
    ],
)  # fmt: skip
def test_a_date_is_read_as_it_is_written(cell: str | float, day: str, at: str | None) -> None:
    found = moment(cell, "dmy")
    assert (found.day.isoformat(), found.hour.isoformat() if found.hour else None) == (day, at)


@pytest.mark.parametrize(
    "cell", ["", "31.02.2026", "13.13.2026", "27.11.1026", "Monday", 5, 1e9, True, "27.11.2026 25:00"]
)
def test_what_is_no_date_is_not_read_as_one(cell: object) -> None:
    with pytest.raises(Unreadable):
        moment(cell, "dmy")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "at"), [("14:30", "14:30:00"), ("14.30", "14:30:00"), ("1430", "14:30:00"), ("2:30 pm", "14:30:00"),
                     ("12:05 AM", "00:05:00"), (0.75, "18:00:00")],
)  # fmt: skip
def test_an_hour_is_read_as_it_is_written(cell: str | float, at: str) -> None:
    assert hour(cell).isoformat() == at


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        (["1,5", "2"], "1.250,5", 1250.5), (["1.5"], "1,250.5", 1250.5), (["12,50 TL"], "1.250", 1250),
        ([], "1250", 1250), ([], "₺ 12,5", 12.5), (["1.250.000"], "1.250", 1250), ([3.0], "7", 7),
    ],
)  # fmt: skip
def test_a_column_says_which_mark_its_decimals_have(column: list[str], cell: str, value: float) -> None:
    assert float(number(cell, mark_of([*column, cell]))) == value


def test_a_lone_number_with_three_digits_behind_its_mark_is_ambiguous() -> None:
    with pytest.raises(Ambiguous):
        number("1.250", mark_of(["1.250", "3"]))


def test_a_title_with_commas_does_not_decide_the_delimiter() -> None:
    assert delimiter_of("Pier Hotel, Guests, in house, today\n\nOda;Geliş;Kişi\n101;1;2\n102;1;2\n") == ";"


@pytest.mark.parametrize("encoding", ["cp1254", "cp857"])
def test_short_turkish_texts_are_read_in_their_encoding(encoding: str) -> None:
    chance = random.Random(3)
    turkish = [field.headings[1] for fields in FIELDS.values() for field in fields]
    turkish += ["Giriş", "Çıkış", "Bira Efes Şişe 33 cl", "Çikolata Fındıklı 33 gr", "Yeşil çay", "İçecek", "Ağustos"]
    for _ in range(300):
        lines = [";".join(chance.sample(turkish, 4)) for _ in range(chance.randint(1, 30))]
        text = "\r\n".join(lines) + "\r\n"
        assert decode(text.encode(encoding)) == text


def test_a_name_that_stands_for_two_stands_for_none() -> None:
    known = Known(rooms={"Pier": index([("101", "101"), ("B-1", "B-1"), ("B1", "B1")])})
    assert known.room("Pier", "Room 101") == known.room("Pier", "0101") == "101"
    assert known.room("Pier", "b1") is None
    assert known.room("Pier", "B-1") == "B-1"


def test_the_page_of_the_import_is_there_in_both_languages() -> None:
    folder = Path(texts.__file__).parents[2] / "docs"
    for page in ("import.md", "import.tr.md"):
        assert all(kind in (folder / page).read_text(encoding="utf-8") for kind in IMPORT_KINDS)
