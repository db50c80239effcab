"""A layout file is refused with every reason at once, and where others could have written it."""

import re
from pathlib import Path

import pytest
from support.hotels.harbour import EXAMPLE, LAYOUT, PAGE

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.source_parts import PARTS
from minibar_ml.store.source import keys
from minibar_ml.store.source.layout_files import load
from minibar_ml.store.source.layouts import layouts


def refusal(folder: Path, content: str) -> str:
    """Why a layout of that text is refused."""
    file = folder / "other.sql"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load(file)
    return str(refused.value)


def without(function: str) -> str:
    """The page's layout without one function."""
    head, *rest = EXAMPLE.split("-- name: ")
    return head + "".join("-- name: " + part for part in rest if not part.startswith(function + "\n"))


def test_a_complete_file_is_taken_with_its_name() -> None:
    assert load(LAYOUT).name == "harbour"


def test_a_folder_is_one_layout(tmp_path: Path) -> None:
    head, visits = EXAMPLE.split("-- name: source_visits\n")
    (tmp_path / "a.sql").write_text(head, encoding="utf-8")
    (tmp_path / "b.sql").write_text("-- name: source_visits\n" + visits, encoding="utf-8")
    assert set(load(tmp_path).functions) == set(load(LAYOUT).functions)


WRONG = {
    "a missing function": (without("source_previous_visits"), "part visits lacks source_previous_visits"),
    "a missing part": (without("source_products"), "part products lacks source_products"),
    "a misspelt function": (
        EXAMPLE.replace("source_hotels", "source_hotel"),
        "source_hotel is not a function of the contract (did you mean source_hotels?)",
    ),
    "a missing column": (
        EXAMPLE.replace("purchase_price numeric", "cost numeric"),
        "source_products lacks the columns purchase_price",
    ),
    "columns in another order": (
        EXAMPLE.replace("(hotel_id uuid, name text, is_active", "(name text, hotel_id uuid, is_active"),
        "source_hotels returns other columns than (hotel_id (id), name text, is_active boolean), or in another",
    ),
    "another type": (
        EXAMPLE.replace("kind text, visited_at timestamptz", "kind text, visited_at timestamp"),
        "source_visits: visited_at is timestamp, not timestamptz",
    ),
    "other arguments": (
        EXAMPLE.replace("source_visits(since timestamptz, until timestamptz)", "source_visits(since date)"),
        "source_visits takes (since date), not (since timestamptz, until timestamptz)",
    ),
    "two types of one thing's ids": (
        EXAMPLE.replace("visit_id uuid, room_id uuid, attendant", "visit_id uuid, room_id text, attendant"),
        "ids of a room are uuid in source_rooms, text in source_visits: use one type",
    ),
    "no marks": (EXAMPLE.replace("-- marks:", "-- tables:"), "there is no line `-- marks: table.column`"),
    "no needs": (
        EXAMPLE.replace("-- needs: property(id, title)\n", ""),
        "source_hotels has no line `-- needs: table(column, ...)`",
    ),
    "unknown readers": (
        EXAMPLE.replace("-- readers: minibar_ml_operator", "-- readers: everybody"),
        "readers of source_users are everybody",
    ),
    "no function": (
        EXAMPLE.replace("CREATE FUNCTION minibar_ml.source_hotels()", "CREATE VIEW hotels AS"),
        "source_hotels is not followed by CREATE FUNCTION minibar_ml.source_hotels(...)",
    ),
    "more than a function": (
        EXAMPLE + "CREATE TABLE x ();\n",
        "source_new_visit_lines creates more than one thing",
    ),
    "one name twice": (EXAMPLE + "-- name: source_hotels\n", "names 'source_hotels' twice"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_by_name(case: str, tmp_path: Path) -> None:
    content, said = WRONG[case]
    assert said in refusal(tmp_path, content)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    content = without("source_products").replace("-- marks:", "-- tables:")
    said = refusal(tmp_path, content)
    assert "part products lacks" in said
    assert "-- marks:" in said


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_may_write_is_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "other.sql"
    file.write_text(EXAMPLE, encoding="utf-8")
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod go-w"):
        load(file)


def test_a_file_in_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.sql"
    file.write_text(EXAMPLE, encoding="utf-8")
    tmp_path.chmod(0o777)
    with pytest.raises(ConfigurationError, match=re.escape(str(tmp_path))):
        load(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is not there"):
        load(tmp_path / "none.sql")
    with pytest.raises(ConfigurationError, match="has no file"):
        load(tmp_path)


def test_the_page_names_every_function_with_every_column() -> None:
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "source_" in line
    ]
    new = "last_id bigint`, `new_rows bigint"
    assert new in PAGE.read_text(encoding="utf-8")
    for function in (function for part in PARTS for function in part.functions):
        signature = layouts()[0].signatures[function]
        given = ", ".join(f"{name} {kind}" for name, kind in signature.arguments)
        (row,) = [row for row in rows if f"`{function}({given})`" in row]
        for name, kind in signature.columns if not function.startswith("source_new_") else ():
            is_id = name in keys.KINDS or keys.is_row_id(name)
            assert (f"`{name}`" if is_id else f"`{name} {kind}`") in row, (function, name)
