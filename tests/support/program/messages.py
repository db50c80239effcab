"""Every sentence that the command line says, taken from the code: what it raises and what it notes."""

import ast
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

SAID = re.compile(r"console\.(note|say)$")
LOGGED = re.compile(r"logger\.(info|warning|error)$")
_VALUE = re.compile("%[sd]")
LEAST_WORDS = 2
_WORD = re.compile(r"[a-z]{2,}")


def template(node: ast.expr) -> str | None:
    """A text with numbered fields for what is put in: of a literal, an f-string, or a sum with one; None for others."""
    written = _written(node)
    if written is None:
        return None
    parts = written.split("\0")
    return "".join(f"{part}{{{number}}}" for number, part in enumerate(parts[:-1])) + parts[-1]


def _written(node: ast.expr) -> str | None:
    """The text with a NUL for each field."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "\0" for one in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _written(node.left), _written(node.right)
        return None if left is None and right is None else (left or "\0") + (right or "\0")
    return None


def logged(folder: Path) -> Iterator[str]:
    """Each sentence that the code below a folder logs, with numbered fields for the values."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and LOGGED.match(ast.unparse(node.func)):
                text = node.args[0]
                if isinstance(text, ast.Constant) and len(_WORD.findall(str(text.value))) >= LEAST_WORDS:
                    numbers = count()
                    yield _VALUE.sub(lambda _, numbers=numbers: f"{{{next(numbers)}}}", str(text.value))


def said(folder: Path) -> Iterator[tuple[str, str]]:
    """Each sentence of the code below a folder with the file that says it."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for text in map(template, _arguments(node)):
                if text and len(_WORD.findall(re.sub(r"`[^`]*`", "", text))) >= LEAST_WORDS:
                    yield path.name, text


def _arguments(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        found = node.exc.args
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Check":
        found = node.args[2:]  # of `doctor`: name, state, what was found, what to do
    elif isinstance(node, ast.Call) and SAID.match(ast.unparse(node.func)):
        found = node.args[:1]
    else:
        return
    for one in found:
        yield from (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,)
