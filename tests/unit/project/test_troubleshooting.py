"""The troubleshooting pages quote messages as the program prints them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
PAGES = ("troubleshooting.md", "troubleshooting.tr.md")
OTHERS_MESSAGES = {
    "No such option",
    "No such command",
    "Missing argument",
    "permission denied for database",
    "to create temporary tables",
    "STARTTLS extension not supported by server",
}
"""Of click, PostgreSQL and smtplib."""
HOLE = "\0"


def quoted(page: str) -> Iterator[str]:
    """The messages in the first column of every table of messages."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for table in re.findall(r"^\| (?:message|mesaj) \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE):
        for row in table.splitlines():
            yield from re.findall(r"`([^`]+)`", row.split(" | ")[0])


def literals(tree: ast.AST) -> Iterator[str]:
    """Every text of a module; what an f-string puts in is a hole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)


@cache
def printed() -> str:
    """All texts of the program, one per line, and their translations."""
    modules = (ROOT / "minibar_ml").rglob("*.py")
    texts = [text for path in modules for text in literals(ast.parse(path.read_text(encoding="utf-8")))]
    for path in (ROOT / "minibar_ml").rglob("*.po"):
        with path.open(encoding="utf-8") as file:
            texts += [str(message.string) for message in read_po(file)]
    return "\n".join(texts)


QUOTED = sorted({message for page in PAGES for message in quoted(page)} - OTHERS_MESSAGES)


@pytest.mark.parametrize("message", QUOTED)
def test_a_quoted_message_is_one_that_the_program_prints(message: str) -> None:
    parts = [re.escape(part.strip()) for part in message.split("...") if part.strip()]
    assert parts
    assert re.search(r"[^\n]*?".join(parts), printed()), message


@pytest.mark.parametrize("page", PAGES)
def test_messages_are_quoted_on_every_page(page: str) -> None:
    assert len(list(quoted(page))) > 5
