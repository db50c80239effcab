"""Right-to-left names on paper: letters joined, each run in the order seen, figures next to them left alone."""

import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibar_ml.render.directions import ISOLATE, POP_ISOLATE, has_right_to_left, isolate, isolate_in
from minibar_ml.render.paper.text import paragraph, register_fonts, style
from minibar_ml.render.paper.visual_order import visual

HEBREW, ARABIC, POINTED = "שלום", "مياه", "קָפֶה"
FIGURES = (
    *("12.5", "9,400.00", "9.400,00", "1.234.567,89", "12:30", "16.11.2026", "2026-11-16", "0.33"),
    *("40%", "%40", "−30%", "-%30", "+12%", "126×", "3", "250"),
)
DIGITS = re.compile(r"\d[\d.,:]*\d|\d")


@pytest.mark.parametrize("text", ["", "Kola 33 cl", "Çilekli süt (0,5 l)", "<b>100%</b>"])
def test_left_to_right_text_is_left_alone(text: str) -> None:
    assert not has_right_to_left(text)
    assert visual(text) == isolate(text) == text


def test_a_right_to_left_word_is_turned_in_its_place() -> None:
    assert has_right_to_left(HEBREW)
    assert visual(HEBREW) == HEBREW[::-1]
    assert visual(f"Oda {HEBREW}, boş") == f"Oda {HEBREW[::-1]}, boş"


def test_a_name_alone_runs_as_its_first_letter_does() -> None:
    assert visual(f"{HEBREW} 33 cl") == f"cl 33 {HEBREW[::-1]}"
    assert visual(f"Cola {HEBREW} 33 cl") == f"Cola 33 {HEBREW[::-1]} cl", "as browsers set it"


def test_brackets_open_towards_what_they_enclose() -> None:
    turned = HEBREW[::-1]
    assert visual(f"{HEBREW} ({HEBREW})") == f"({turned}) {turned}"
    assert visual(f"{HEBREW} (Cola) [33]") == f"[33] (Cola) {turned}"
    assert visual(f"Oda ({HEBREW})") == f"Oda ({turned})"


@pytest.mark.parametrize("name", [f"{HEBREW} 33 cl", f"{ARABIC} (250 ml)", f"Cola {HEBREW}"])
def test_an_isolated_name_changes_the_order_of_nothing_else(name: str) -> None:
    sentence = isolate_in(f"{name}: 12.5 units, 9,400.00 (40%), since 16.11.2026 12:30.", name)
    assert visual(sentence) == f"{visual(name)}: 12.5 units, 9,400.00 (40%), since 16.11.2026 12:30."


def test_arabic_letters_take_the_form_of_their_place() -> None:
    joined = visual(ARABIC)[::-1]
    assert joined == "\ufee3\ufef4\ufe8e\ufee9"
    assert normalize("NFKC", joined) == ARABIC
    assert visual("لا") == "\ufefb"


def test_vowel_points_stay_with_their_letter() -> None:
    assert visual(POINTED) == "הפֶקָ"


@given(
    st.lists(st.sampled_from([HEBREW, ARABIC, "Cola", "ml", "(", ")", " ", ", ", *FIGURES]), min_size=1, max_size=12)
)
def test_digits_keep_their_order_next_to_names_of_either_direction(parts: list[str]) -> None:
    text = " ".join(parts)
    assert sorted(DIGITS.findall(visual(text))) == sorted(DIGITS.findall(text))


@given(st.sampled_from([HEBREW, ARABIC, f"{HEBREW} 7"]), st.lists(st.sampled_from(FIGURES), min_size=1, max_size=6))
def test_figures_after_an_isolated_name_stand_as_written(name: str, figures: list[str]) -> None:
    rest = f": {' '.join(figures)}"
    assert visual(isolate(name) + rest) == visual(name) + rest


@given(st.text(alphabet=f"{HEBREW}{ARABIC}ab 12()-", max_size=30))
def test_no_letter_is_lost(text: str) -> None:
    plain = text.replace("لا", "")
    mirrored = str.maketrans(")", "(")
    assert sorted(normalize("NFKC", visual(plain)).translate(mirrored)) == sorted(plain.translate(mirrored))


def test_a_name_broken_over_lines_stays_isolated_on_each() -> None:
    register_fonts()
    name = " ".join([HEBREW] * 12)
    text = paragraph(isolate_in(f"{name}: 12.5 units (40%)", name), style(), 100)
    text.wrap(100, 1_000)
    lines = ["".join(word.text for word in line.words) for line in text.blPara.lines]
    assert len(lines) > 3
    assert set(lines[0]) == set(HEBREW) | {" "}
    assert " ".join(lines).endswith(f"{HEBREW[::-1]}: 12.5 units (40%)")


def test_formatting_characters_of_a_name_end_no_isolate() -> None:
    assert isolate(f"{HEBREW}{POP_ISOLATE}\u202e1") == f"{ISOLATE}{HEBREW}1{POP_ISOLATE}"
