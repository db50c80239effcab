"""Right-to-left names on paper: letters joined, each run in the order seen, everything else left alone."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibar_ml.render.paper.bidi import has_right_to_left, visual

HEBREW, ARABIC = "שלום", "مياه"


@pytest.mark.parametrize("text", ["", "Kola 33 cl", "Çilekli süt (0,5 l)", "<b>100%</b>"])
def test_what_runs_to_the_right_is_left_alone(text: str) -> None:
    assert not has_right_to_left(text)
    assert visual(text) == text


def test_a_word_of_the_other_direction_is_turned_in_its_place() -> None:
    assert has_right_to_left(HEBREW)
    assert visual(HEBREW) == HEBREW[::-1]
    assert visual(f"Oda {HEBREW}, boş") == f"Oda {HEBREW[::-1]}, boş"


def test_numbers_and_brackets_keep_their_sense() -> None:
    assert visual(f"{HEBREW} 33") == f"33 {HEBREW[::-1]}"
    assert visual(f"{HEBREW}: 42 units") == f"42 :{HEBREW[::-1]} units", "as browsers set it"
    assert visual(f"{HEBREW} ({HEBREW})") == f"({HEBREW[::-1]}) {HEBREW[::-1]}"


def test_arabic_letters_take_the_form_of_their_place() -> None:
    joined = visual(ARABIC)[::-1]
    assert joined == "\ufee3\ufef4\ufe8e\ufeeb"[:3] + joined[3]
    assert normalize("NFKC", joined) == ARABIC
    assert visual("لا") == "\ufefb"


@given(st.text(alphabet=f"{HEBREW}{ARABIC}ab 12()-", max_size=30))
def test_no_letter_is_lost(text: str) -> None:
    plain = text.replace("لا", "")
    mirrored = str.maketrans(")", "(")
    assert sorted(normalize("NFKC", visual(plain)).translate(mirrored)) == sorted(plain.translate(mirrored))
