"""Two names that a reader can't tell apart are one name, whatever signs that show nothing stand in them."""

import sys
from unicodedata import category, combining

import pytest
from sqlalchemy import Connection, text

IGNORABLE = (
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0, 0x1D159),
    *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000),
)  # fmt: skip
"""Default ignorable code points (Unicode, DerivedCoreProperties) of other categories, and signs drawn as nothing."""
SILENT = ("Cc", "Cf", "Zs", "Zl", "Zp")
IN_A_NAME = "SELECT code FROM unnest(CAST(:codes AS int[])) code WHERE minibar_ml.bare({}) <> 'system'"


def _silent() -> list[int]:
    """All but NUL, which no text can have."""
    found = {code for code in range(1, sys.maxunicode + 1) if category(chr(code)) in SILENT}
    return sorted(found.union(IGNORABLE))


@pytest.mark.parametrize("name", ["'sy' || chr(code) || 'stem'", "chr(code) || 'system'", "'system' || chr(code)"])
def test_a_sign_that_shows_nothing_makes_no_other_name(connection: Connection, name: str) -> None:
    codes = _silent()
    assert len(codes) > 4000
    found = connection.execute(text(IN_A_NAME.format(name)), {"codes": codes}).scalars().all()
    assert [f"{code:x}" for code in found] == []


def test_nor_does_a_mark_that_its_letter_swallows(connection: Connection) -> None:
    codes = [code for code in range(0x300, 0x370) if combining(chr(code))]
    found = connection.execute(text(IN_A_NAME.format("'system' || chr(code)")), {"codes": codes}).scalars().all()
    assert found == []


def test_names_that_look_different_stay_apart(connection: Connection) -> None:
    names = ["ayse", "ayse.y", "ayse-y", "ayse_y", "ayse2", "иван", "олег", "عمر", "陳", "a&b"]
    bare = connection.execute(
        text("SELECT count(DISTINCT minibar_ml.bare(name)) FROM unnest(CAST(:names AS text[])) name"), {"names": names}
    ).scalar()
    assert bare == len(names)


DRAWN_ALIKE = {
    "ayse": ("аyse", "аysе", "AYSЕ", "ΑYSE", "ａｙｓｅ", "𝐚𝐲𝐬𝐞", "ayѕe", "ауѕе"),
    "mehmet": ("mеhmеt", "ΜEHMET", "МЕНМЕТ", "mehmеt"),
    "coco": ("сосо", "СОСО", "c0c0", "cօco", "coc\U00010c82", "ϲoco".replace("ϲ", "с")),
    "ali": ("аlі", "aIi", "a1i", "AΙI", "aӏi", "ali|"[:2] + "|"),
    "system": ("systеm", "ѕуѕtem", "SYSTEΜ", "ѕysտem", "s\U0001e922stem"),
    "νίκος": ("ΝΊΚΟΣ", "νικος"),
    "иван": ("ИВАН",),
}
PASSES = "SELECT name FROM unnest(CAST(:names AS text[])) name WHERE NOT minibar_ml.is_anothers(name)"


@pytest.mark.parametrize("role", DRAWN_ALIKE)
def test_letters_of_another_script_that_look_the_same_make_no_other_name(connection: Connection, role: str) -> None:
    """Of a login, or of the system."""
    if role != "system":
        connection.execute(text(f'CREATE ROLE "{role}"'))
    passing = connection.execute(text(PASSES), {"names": list(DRAWN_ALIKE[role])}).scalars().all()
    assert passing == []


def test_nor_do_signs_that_no_name_is_written_with(connection: Connection) -> None:
    names = ["ꓮꓬꓢꓰ", "ᎪᎽᏚᎬ", "ʏase", "ɑyse", "ᴀʏsᴇ", "ayse ǀ"]
    assert connection.execute(text(PASSES), {"names": names}).scalars().all() == []


def test_names_in_their_own_letters_are_theirs(connection: Connection) -> None:
    connection.execute(text('CREATE ROLE "ayse"'))
    names = ["Ayşegül", "Ələkbər Əliyev", "Иван Петров", "Ёлкина", "Νίκος Παππάς", "გიორგი", "عمر", "陳大文", "Þór",
             "Ștefan", "Hüseyin Çağlı", "Łukasz", "Ayse K.", "Nguyễn Văn"]  # fmt: skip
    assert connection.execute(text(PASSES), {"names": names}).scalars().all() == names
