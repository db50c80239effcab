"""With ML_LANG=tr no command leaves a word of our English sentences on a screen of 80 columns."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.hotels.simulated import state
from support.program.commands import COMMANDS, call
from support.program.messages import logged

import minibar_ml
from minibar_ml.cli.app import main
from minibar_ml.cli.learning.models import SHORT
from minibar_ml.config.facts import FACTS
from minibar_ml.domain.source_parts import PARTS
from minibar_ml.i18n import path, screen
from minibar_ml.i18n.po_file import PoFile
from minibar_ml.store.schema import migrations

PROGRAMS = {("cron",), ("db", "roles"), ("docs",)}
"""What they print is for cron, psql or in a language of its own."""
WORD = re.compile(r"(?<![\w./-])[^\W\d_]{2,}(?![\w/]|[.-]\w)")
MACHINE = re.compile(r"`[^`]*`|'[^']*'|--[\w-]+|\b[A-Z_]{2,}\b|\{\d\}|^ *minibar-ml .*$|^[\w/.-]+$", re.MULTILINE)
"""Commands, options, settings, and lines that are one value."""
CHECKS = (
    "settings files key mail database login clock rights schemas schema source events store roles"
    " models jobs data facts"
)
"""Names of `doctor`'s checks, which scripts read."""
CODES = {
    *CHECKS.split(), *FACTS, *(one.name for one in PARTS), *(one.name for one in migrations.migrations()),
    *SHORT, *SHORT.values(), *(word for words in COMMANDS for word in words), "notify", "dashboard", "reports",
    "per", "name",
}  # fmt: skip
"""Values that are typed and read as they are; `Per` is a Turkish Thursday."""


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(MACHINE.sub(" ", text))}


def _ours() -> set[str]:
    """Words of our English sentences that no Turkish one has."""
    english, turkish = set[str](), set[str]()
    for name in ("cli", "alerts", "imports", "report", "mails"):
        catalog = PoFile.read(path(name, "tr"))
        for text in catalog.texts():
            english |= _words(text)
            turkish |= _words(catalog.gettext(text))
    return english - turkish - CODES


ENGLISH = _ours()


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    screen.use("en")


def _left(shown: str) -> dict[str, list[str]]:
    return {line: sorted(found) for line in shown.splitlines() if (found := _words(line) & ENGLISH)}


def _shown(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    main(words)
    return "\n".join(capsys.readouterr())


@pytest.fixture
def _turkish(three: Connection, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    monkeypatch.setenv("COLUMNS", "80")
    state(store_url, ML_LANG="tr")


@pytest.mark.usefixtures("_turkish")
@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - PROGRAMS), ids=" ".join)
def test_no_english_word_is_left(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert _left(_shown(call(command), capsys)) == {}
    assert _left(_shown([*call(command), "--no-such-option"], capsys)) == {}
    assert _left(_shown([*command, "--help"], capsys).partition("Örnek")[0]) == {}


@pytest.mark.usefixtures("_turkish")
@pytest.mark.parametrize(
    "words",
    ["forecast --product zzz", "rounds --attendant zzz", "rounds --floor 99", "rounds --share %160",
     "rounds --visits 0", "alerts list --limit x", "alerts lst", "models list --hotel 9", "fleet status", "db check",
     "alerts notify", "train --jobs 0", "people remove zzz", "--profile zzz status",
     "--all-profiles status", "metrics"],
)  # fmt: skip
def test_no_english_word_is_left_in_an_error(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _left(_shown(words.split(), capsys)) == {}


def test_english_words_are_found() -> None:
    assert _left("Ölçüldüğü veri: faults injected into 14 held-out gün.") != {}
    assert _left("27 Kas 2026: 10 kontrol (5 çıkış, konaklayan: 5/8)") == {}


def test_every_sentence_of_the_log_has_a_translation() -> None:
    known = set(PoFile.read(path("cli", "tr")).texts())
    assert set(logged(Path(minibar_ml.__file__).parent)) - known == set()
