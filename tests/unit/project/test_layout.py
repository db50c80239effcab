"""The house: sizes, words on every door, layers that hold, nothing naive about time."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MODULES = sorted((ROOT / "minibar_ml").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 400
MOST_FILES = 20
FOLDERS = ("minibar_ml", "sql", "tests", "quality", "bench", "docs")
BY_NUMBER = {"sql/migrations"}
"""Folders of a sequence, which is read by its numbers."""
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service"}
FORMER_NAMES = {
    "told_of", "foretell", "tightness", "Learnt", "Learner", "Opened", "second_opinion", "opinions", "Course",
    "Measured", "Trials", "excesses", "appetites", "Judged", "judgement", "Happening", "happenings", "Spending",
    "Merged", "Capped", "Duty", "duties", "complaints", "wishes", "house_tables", "meant_by", "rehearsal",
}  # fmt: skip
"""What had a name that had to be explained, and has the field's term now."""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Public functions and classes, and public methods of those."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    one for one in node.body
                    if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
                )  # fmt: skip


@pytest.mark.parametrize("path", [path for path in MODULES if path.read_text(encoding="utf-8").strip()], ids=_name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "no docstring"
    undocumented = [node.name for node in _public(tree) if not ast.get_docstring(node)]
    assert undocumented == []


@pytest.mark.parametrize("path", MODULES + TESTS, ids=_name)
def test_a_file_is_one_thing_and_named_by_it(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert path.stem not in FORBIDDEN_NAMES


def _named(tree: ast.Module) -> Iterator[str]:
    """What a module names: its functions, classes, parameters and variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.parametrize("path", MODULES + TESTS, ids=_name)
def test_no_former_name_comes_back(path: Path) -> None:
    names = {path.stem, *_named(ast.parse(path.read_text(encoding="utf-8")))}
    assert names & FORMER_NAMES == set()


def test_a_folder_can_be_taken_in_at_a_glance() -> None:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".sql"})
    files = Counter(_name(path.parent) for path in found)
    assert files["sql/queries"]
    assert {folder: n for folder, n in files.items() if n > MOST_FILES and folder not in BY_NUMBER} == {}


def test_the_layers_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_every_test_is_a_sentence() -> None:
    names = [
        node.name
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(names) > 300
    assert [name for name in names if name.count("_") < 3] == []
