"""Every sentence that the code raises, logs or prints is in the Turkish catalog."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import minibar_ml
from minibar_ml.domain import errors
from minibar_ml.i18n import screen

SOURCE = Path(minibar_ml.__file__).parent
ERRORS = {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.MinibarError)
} | {"BadParameter"}
SPOKEN = {"console": {"note", "say", "warn"}, "logger": {"info", "warning", "error"}}
FIELD = "Ϟ"
"""Stands for what is put into a sentence: no word of any language."""
WORDS = 3
"""A text of fewer words outside of its fields and commands is a frame for others."""


def _sentences() -> Iterator[tuple[str, str]]:
    """Where each sentence stands, and the sentence with its fields filled in."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _is_said(node.func):
                text = _text(node.args[0])
                if text and len(re.findall(r"[a-z]{2,}", re.sub(r"`[^`]*`|minibar-ml.*", "", text))) >= WORDS:
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", text


def _returned() -> Iterator[tuple[str, str]]:
    """What functions of store, jobs and commands return to be said: texts that begin as a sentence does."""
    for path in sorted(one for folder in ("store", "jobs", "cli") for one in (SOURCE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = _text(node.value) if isinstance(node, ast.Return) and node.value else None
            if text and re.match(rf"({FIELD} )?[A-Z][a-z]+ .*[a-z]", text):
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", text


def _is_said(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        by = function.value.id if isinstance(function.value, ast.Name) else ""
        return function.attr in SPOKEN.get(by, set()) | (ERRORS if by == "typer" else set())
    return isinstance(function, ast.Name) and function.id in ERRORS


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or FIELD for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%[-+#0-9.]*[sdrf]", FIELD, node.value)
    return None


@pytest.fixture
def _turkish() -> Iterator[None]:
    was = screen.lang()
    screen.use("tr")
    yield
    screen.use(was)


@pytest.mark.usefixtures("_turkish")
def test_every_sentence_is_said_in_turkish_too() -> None:
    said = dict(_sentences())
    assert len(said) > 300
    assert [f"{where} {text}" for where, text in said.items() if screen.translated(text) == text] == []


@pytest.mark.usefixtures("_turkish")
def test_what_functions_return_to_be_said_is_said_in_turkish_too() -> None:
    returned = dict(_returned())
    assert len(returned) > 10
    assert [f"{where} {text}" for where, text in returned.items() if screen.translated(text) == text] == []


@pytest.mark.usefixtures("_turkish")
def test_braces_of_a_sentence_itself_stay_as_they_are() -> None:
    text = (
        "ML_DASHBOARD_URL=x must be an http or https URL without blanks or fragment, such as https://intranet.example/"
    )
    said = screen.translated(f"{text}minibar-dashboard-all-{{lang}}.html.")
    assert said.startswith("ML_DASHBOARD_URL=x, boşluk") and said.endswith("all-{lang}.html.")
