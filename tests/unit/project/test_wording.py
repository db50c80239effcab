"""Words that a reader has to decode stay out of what people read: catalogs, templates, help texts and documents."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.program import catalogs
from typer.main import get_command

from minibar_ml.cli.app import app
from minibar_ml.i18n import LOCALE_FOLDER

ROOT = Path(__file__).parents[3]
ENGLISH = {
    r"foret(ell|ells|elling|old)": "forecast",
    r"told|tells": "shown, sent, returned: what it does",
    r"anew": "again",
    r"gravest|graver": "most severe, more severe",
    r"reckon\w*": "compute, count",
    r"photograph\w*": "take screenshots of",
    r"unfolds?": "decompresses",
    r"judge detection": "measure detection",
    r"\w+\((s|es)\)": "singular and plural in full",
    r"two wishes|are wishes": "cannot be combined",
    r"is no (setting|number|date|command|address)": "is not a ...",
    r"spoken": "formatted, in the language of",
    r"borne": "tolerated",
    r"meant by": "suggested",
    r"would be usual": "is normal",
    r"chance alone": "probability by chance",
    r"odder|oddest": "ranks above",
    r"leaking away": "unexplained stock loss",
    r"loss in custody": "items missing from an attendant's cart",
    r"money at stake|money handled|over by itself": "possible loss, closed by your team, ended without action",
    r"failed in passing|in passing": "temporarily",
    r"leaves it alone": "is in progress",
    r"put off|puts off": "snoozed, postponed",
    r"its opinion|gives its voice": "what the program does",
}
"""What is not said, and what stands for it (shared style); whole words in any case."""
TURKISH = {
    r"(?<!yanlış )alarm\w*": "uyarı",
    r"varlık\w*": "öğe",
    r"boşken tüketim": "boş odada tüketim",
    r"karşılama dakikası": "yanıt süresi (dk)",
    r"yalın": "basit",
    r"ağırlaş\w*|en ağır\w*": "önemi art-, en önemli",
    r"beklenirdi|olurdu|çıkardı": "normali",
    r"bulan:": "tespit eden:",
    r"rastlantı\w*": "tesadüfen",
    r"risk altındaki tutar|çözülen tutar": "olası kayıp, sonuçlandırılan tutar",
    r"susturan": "gizleyen",
    r"tarihinde en geç": "tarihine kadar",
    r"ilgilenilmesi gereken\w*": "bekleyen işler",
    r"konu[kğ]\w*": "misafir",
    r"%-\d\w*": "-%30",
}


def _catalog(name: str) -> Iterator[tuple[str, str, str]]:
    for message in catalogs.read(LOCALE_FOLDER / "tr" / "LC_MESSAGES" / name):
        if message.id:
            yield from ((name, "en", text) for text in _texts(message.id))
            yield from ((name, "tr", text) for text in _texts(message.string))


def _texts(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _files(pattern: str) -> Iterator[tuple[str, str, str]]:
    for path in sorted(ROOT.glob(pattern)):
        lang = "tr" if ".tr." in path.name else "en"
        yield from ((f"{path.relative_to(ROOT)}:{n}", lang, line) for n, line in enumerate(_lines(path), 1))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _help() -> Iterator[tuple[str, str, str]]:
    def walk(command: Any, name: str) -> Iterator[tuple[str, str, str]]:
        yield name, "en", command.help or ""
        yield from ((name, "en", getattr(param, "help", None) or "") for param in command.params)
        for inner, found in getattr(command, "commands", {}).items():
            yield from walk(found, f"{name} {inner}")

    return walk(get_command(app), "minibar-ml")


def _messages() -> Iterator[tuple[str, str, str]]:
    """Literals of what the code raises, logs, prints, or finds by a check."""
    for path in sorted((ROOT / "minibar_ml").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and PRINTS.match(ast.unparse(node.func))):
                inner = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
                text = " ".join(one for one in inner if isinstance(one, str))
                yield f"{path.relative_to(ROOT)}:{node.lineno}", "en", text


def _comments(pattern: str) -> Iterator[tuple[str, str, str]]:
    """Comments of SQL."""
    return ((where, lang, line.partition("--")[2]) for where, lang, line in _files(pattern))


PRINTS = re.compile(r"(logger|console)\.|Check$")
SOURCES: dict[str, Callable[[], Iterator[tuple[str, str, str]]]] = {
    "alerts": lambda: _catalog("alerts"),
    "mails": lambda: _catalog("mails"),
    "report": lambda: _catalog("report"),
    "templates": lambda: _files("minibar_ml/**/*.j2"),
    "help texts": _help,
    "documents": lambda: _files("docs/**/*.md"),
    "first pages": lambda: _files("*.md"),
    "messages": _messages,
    "comments of SQL": lambda: _comments("sql/**/*.sql"),
    "Makefile": lambda: _files("Makefile"),
}


@pytest.mark.parametrize("source", SOURCES)
def test_no_word_comes_back_that_a_reader_has_to_decode(source: str) -> None:
    found = [
        f"{where}: {hit[0]!r} -> {instead}"
        for where, lang, text in SOURCES[source]()
        for pattern, instead in (ENGLISH if lang == "en" else TURKISH).items()
        for hit in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text.lower().replace("i̇", "i"))
    ]
    assert not found, "\n".join(found)


def test_every_source_has_texts() -> None:
    assert {name for name, texts in SOURCES.items() if sum(bool(text) for _, _, text in texts()) < 20} == set()
