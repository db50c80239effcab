"""`docs` prints the documentation, wherever messages point to it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from minibar_ml.cli import docs
from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[3]
POINTER = re.compile(r"minibar-ml docs ([a-z.-]+)")


def test_the_pages_are_listed_with_their_titles(capsys: Capture) -> None:
    assert main(["docs"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [path.stem for path in docs.pages()]
    assert "settings Settings and facts" in [" ".join(line.split()) for line in lines]


def test_a_page_is_printed_as_it_is_also_with_broken_settings(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_LANG", "fr")
    assert main(["docs", "settings"]) == ExitCode.OK
    assert capsys.readouterr().out == (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_an_unknown_page_is_refused_with_the_known_ones(capsys: Capture) -> None:
    assert main(["docs", "../README"]) == ExitCode.USAGE
    assert "known pages: " in capsys.readouterr().err


def test_every_page_that_a_message_points_to_exists() -> None:
    known = {path.stem for path in docs.pages()}
    sources = [*(ROOT / "minibar_ml").rglob("*.py"), *(ROOT / "sql").rglob("*.sql")]
    found = {name for path in sources for name in POINTER.findall(path.read_text(encoding="utf-8"))}
    assert {"settings", "installation", "security"} <= found
    assert found <= known


def test_no_message_points_to_a_file_that_a_wheel_does_not_have() -> None:
    pointing = []
    for path in (ROOT / "minibar_ml").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
            if isinstance(node.body[0], ast.Expr)
        }
        texts = [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and one not in docstrings]
        pointing += [path.name for one in texts if re.search(r"docs/[a-z]+\.md", str(one.value))]
    assert pointing == []


def test_the_pages_travel_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["docs"] == "minibar_ml/docs"
