"""Documents say what the program does: generated ones are current, links lead somewhere, examples are commands."""

import re
import runpy
import shlex
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from minibar_ml.cli import profiles
from minibar_ml.cli.app import app
from minibar_ml.domain.alerting.alerts import SEVERITIES
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.errors import ExitCode
from minibar_ml.i18n.labels import label
from minibar_ml.ml.detectors import ALL

ROOT = Path(__file__).parents[3]
GENERATED: dict[Path, str] = runpy.run_path(str(ROOT / "docs" / "generate.py"))["documents"]()
WRITTEN = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"^```\w*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|\$ |&& |/)minibar-ml ([a-z][^\n|;&>]*)", re.MULTILINE)
MAP_LINES = 150
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", GENERATED, ids=name)
def test_a_generated_document_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], "run `make docs`"


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub writes them in an address."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(command: Any, called: str = "") -> dict[str, Any]:
    """Every command that does something, by how it is called."""
    if not hasattr(command, "commands"):
        return {called: command}
    found: dict[str, Any] = {called: command} if command.invoke_without_command and called else {}
    for word, inner in command.commands.items():
        found |= commands(inner, f"{called} {word}".strip())
    return found


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for called, command in commands(get_command(app)).items():
        section = text.partition(f"\n## minibar-ml {called}\n")[2].partition("\n## ")[0]
        assert section, called
        for param in command.params:
            if param.param_type_name == "option" and param.name != "help":
                assert f"`{param.opts[0]}`" in section, (called, param.name)


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_links_lead_to_files(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_links_lead_to_headings(path: Path) -> None:
    for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", path.read_text(encoding="utf-8")):
        page = (path.parent / target) if target else path
        assert heading in anchors(page), f"{target}#{heading}"


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_commands_in_documents_exist_with_their_options(path: Path) -> None:
    known = commands(get_command(app))
    code = "\n".join(block or inline for block, inline in CODE.findall(path.read_text(encoding="utf-8")))
    # What stands after -- is a command too, which `fleet run` runs.
    for found in (part for call in CALL.findall(code) for part in call.partition(" #")[0].split(" -- ")):
        words = profiles.chosen(shlex.split(found)).arguments
        called = max((name for name in known if words[: len(name.split())] == name.split()), key=len, default=None)
        assert called, found
        options = {option for param in known[called].params for option in (*param.opts, "-h", "--help")}
        assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options, found


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_operators_guide_names_every_alert_type_and_severity(lang: str) -> None:
    text = (ROOT / "docs" / f"operators.{lang}.md").read_text(encoding="utf-8")
    headings = HEADING.findall(text)
    for kind in ALERT_TYPES:
        assert any(label("type", kind, lang) in heading and f"`{kind}`" in heading for heading in headings), kind  # type: ignore[arg-type]
    for severity in SEVERITIES:
        assert label("severity", severity, lang) in text  # type: ignore[arg-type]


def test_every_exit_status_has_its_place_in_troubleshooting() -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    numbers = {int(number) for number in re.findall(r"^### (\d+):", text, re.MULTILINE)}
    assert numbers >= {int(code) for code in ExitCode}


def test_every_detector_is_explained() -> None:
    text = (ROOT / "docs" / "algorithms.md").read_text(encoding="utf-8")
    explained = {word for heading in HEADING.findall(text) for word in re.findall(r"`(\w+)`", heading)}
    assert {detector.spec.name for detector in ALL} <= explained


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_the_map_names_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:minibar_ml|sql|tests|docs|bench|quality)/[\w./-]*)`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_map_fits_on_a_page() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= MAP_LINES


def test_every_decision_has_a_number_of_its_own_a_date_and_a_line_in_the_index() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(numbers) == len(set(numbers))
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in pages if f"({page.name})" not in index] == []
    date = re.compile(r"\b20\d\d-\d\d-\d\d\b")
    assert [page.name for page in pages if not date.search(page.read_text(encoding="utf-8")[:300])] == []


def test_the_lock_files_name_no_index_nor_folder() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-public.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        head = "".join(takewhile(lambda line: line.startswith("#"), text.splitlines(keepends=True)))
        assert "make lock" in head
        assert not re.search(r"^-|://|@ ", text, re.MULTILINE), lock
