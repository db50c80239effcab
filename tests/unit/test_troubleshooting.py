"""docs/troubleshooting.md quotes messages as the program prints them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
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


def quoted() -> Iterator[str]:
    """The messages in the first column of every table of messages."""
    for table in re.findall(r"^\| message \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE):
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
    """All texts of the program, one per line."""
    modules = (ROOT / "minibar_ml").rglob("*.py")
    return "\n".join(text for path in modules for text in literals(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("message", [message for message in quoted() if message not in OTHERS_MESSAGES])
def test_a_quoted_message_is_one_that_the_program_prints(message: str) -> None:
    parts = [re.escape(part.strip()) for part in message.split("...") if part.strip()]
    assert parts
    assert re.search(r"[^\n]*?".join(parts), printed()), message


def test_messages_are_quoted_at_all() -> None:
    assert len(list(quoted())) > 30
