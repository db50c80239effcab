"""With ML_LANG=tr the command line speaks Turkish: every help, every sentence that it can say, and what it shows."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from support.hotels.simulated import state
from support.program.commands import COMMANDS
from support.program.messages import said
from typer.main import get_command

import minibar_ml
from minibar_ml.cli.app import app, main
from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.models import ModelHeader
from minibar_ml.i18n import path, screen
from minibar_ml.i18n.po_file import PoFile

PACKAGE = Path(minibar_ml.__file__).parent
ENGLISH = re.compile(
    r"(?<![\w`/'.-])(the|of|is|are|was|were|and|or|with|without|for|from|by|has|have|this|that|its?|only|shows|until|"
    r"since|error|unknown|never|ago|default|hotel \d|in|at|be|can|may|must|than|which)(?![\w`/'=-])",
    re.IGNORECASE,
)
"""Words that no Turkish sentence has."""
COMMAND = re.compile(r"`[^`]*`|--[\w-]+|\b[A-Z]+\b|'[^']*'|\[[^\]]*\]|^ *minibar-ml .*$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    screen.use("en")


def _helps(command: Any) -> Iterator[str]:
    texts = (command.help or "", *(getattr(one, "help", None) or "" for one in command.params))
    yield from (part for text in texts for part in text.split("\n\n") if part.strip())
    for inner in getattr(command, "commands", {}).values():
        yield from _helps(inner)


def _left(shown: str) -> list[str]:
    """Lines in which an English word is left, commands, options and codes aside."""
    return [line for line in shown.splitlines() if ENGLISH.search(COMMAND.sub("", line))]


def test_every_help_text_has_a_translation() -> None:
    texts = list(_helps(get_command(app)))
    screen.use("tr")
    assert [text for text in texts if screen.translated(text) == text and ENGLISH.search(COMMAND.sub("", text))] == []


@pytest.mark.parametrize("package", ["cli", "artifacts", "config"])
def test_every_sentence_of_a_package_has_a_translation(package: str) -> None:
    known = set(PoFile.read(path("cli", "tr")).texts())
    # What is wrong with a payload is wrapped: nobody reads it.
    found = {text for file, text in said(PACKAGE / package) if file != "payload.py"}
    assert {text for text in found if text.strip() not in known} == set()


@pytest.mark.usefixtures("store_url")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ML_TIMEZONE", "Nowhere/Town"),
        ("ML_TRAINING_DAYS", "many"),
        ("ML_TRAINING_DAYS", "-1"),
        ("ML_TRAINING_SCHEDULE", "61 * * * *"),
        ("ML_TRAINING_SCHEDULE", "0 0"),
        ("ML_COUNTRY", "Turkey"),
        ("ML_DATA_COLLECTION_INTERVAL", "420"),
    ],
)
def test_a_wrong_setting_is_explained_in_turkish(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    monkeypatch.setenv(name, value)
    assert main(["status"]) == ExitCode.CONFIGURATION
    assert _left(capsys.readouterr().err) == []


def test_a_refused_model_is_explained_in_turkish() -> None:
    screen.use("tr")
    header = ModelHeader("statistics", "room_consumption", 1, 3)
    reason = "it was sealed with key ab, which ab.key does not hold; restore that key or run `minibar-ml train`"
    assert _left(screen.translated(f"The {header} was refused: {reason}.")) == []


@pytest.mark.parametrize("command", [(), *sorted(COMMANDS)], ids=" ".join)
def test_no_english_is_left_on_a_help(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    monkeypatch.setenv("COLUMNS", "300")
    assert main([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Seçenekler" in shown
    assert _left(shown.partition("Örnek")[0].replace("<str>", "")) == []


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("alerts list", 0), ("alerts list --limit 1", 0), ("alerts list --type silent_room", 0), ("alerts show 1", 0),
        ("alerts stats --as-of 2025-11-20", 0), ("alerts read 1", 0), ("alerts reopen 1", 0), ("alerts resolve 1 1", 0),
        ("alerts snooze 3 --until 3g", 0), ("alerts list --quiet", 0), ("alerts comment 2 sayıldı", 0),
        ("alerts read 77", 5), ("alerts list --since yarınki", 2), ("alerts list --hotel 99", 5), ("alerts", 2),
        ("alerts foo", 2), ("alerts show", 2), ("alerts list --limit x", 2), ("mutes list", 0), ("mutes list --bad", 2),
        ("forecast", 0), ("rounds", 0), ("metrics trend", 0), ("metrics pace", 0), ("metrics summary", 0),
        ("models list", 0), ("config show", 0), ("config history", 0), ("people list", 0), ("access list", 0),
        ("audit list --limit 2", 0), ("status", 0), ("doctor", 1), ("report list", 0),
    ],
)  # fmt: skip
def test_no_english_is_left_on_a_screen(
    three: Connection,
    store_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    code: int,
) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    monkeypatch.setenv("COLUMNS", "120")
    state(store_url, ML_LANG="tr")
    capsys.readouterr()
    assert main(command.split()) == code
    shown = capsys.readouterr()
    codes = re.compile(r"\b[a-z]+_[a-z_]+\b|\balert\.\w+|alert \d+|\d+ alerts|html|(?m:^(config|settings|ml)\.\w+)")
    assert _left(codes.sub("", shown.out)) == []
    assert _left(codes.sub("", shown.err)) == []


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("command", "said"), [("db check", "veri deposu güncel"), ("doctor", "ulaşıldı"), ("status", "durum")]
)
def test_what_looks_into_the_store_speaks_its_language(
    store_url: str, capsys: pytest.CaptureFixture[str], command: str, said: str
) -> None:
    state(store_url, ML_LANG="tr")
    capsys.readouterr()
    main(command.split())
    assert said in capsys.readouterr().out


def test_a_field_of_a_sentence_may_be_empty() -> None:
    screen.use("tr")
    lacking = "The store lacks migration 0081_x: run `minibar-ml db init` (a new store) or `minibar-ml db upgrade`."
    assert screen.translated(lacking).startswith("Veri deposunda 0081_x şema değişikliği yok:")


def test_percentages_and_decimals_are_written_as_in_turkish(
    three: Connection, store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    assert main(["alerts", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "(+%190)" in shown
    assert "3,1" in shown
    assert main(["alerts", "list"]) == 0
    assert "1.172,50" in capsys.readouterr().out


def test_the_language_of_a_folder_s_env_file_is_that_of_its_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("ML_LANG='tr'\n", encoding="utf-8")
    assert main(["alerts", "list", "--help"]) == 0
    assert "Uyarıları listeler" in capsys.readouterr().out
    (tmp_path / ".env").unlink()
    assert main(["alerts", "list", "--help"]) == 0
    assert "List alerts" in capsys.readouterr().out


def test_what_stands_in_a_command_is_not_translated() -> None:
    screen.use("tr")
    said = screen.translated(
        "If the login or its rights are missing, the database's administrator makes them: `minibar-ml setup --sql | "
        "psql -1 -v ON_ERROR_STOP=1 hotel`; where the server asks for a password, then `\\password hotel` in psql."
    )
    assert said.count("hotel") == 2
    assert "yetkileri" in said
