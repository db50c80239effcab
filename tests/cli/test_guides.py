"""The examples of the operators' pages run as they are written."""

import re
import shlex
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.hotels import command

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("operators", "reports")
GUIDES = (
    *(f"{page}.{lang}.md" for page in PAGES for lang in ("en", "tr")), "troubleshooting.md", "troubleshooting.tr.md",
)  # fmt: skip
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
UNSET = "doctor"
"""Ends with 1 here: no key and no role of its own are set up."""
NO_MAIL_SERVER = ("people", "test")


def examples(guide: str) -> list[list[str]]:
    """The words of every example, of the alert that the guides call 17 by the id that it has here."""
    blocks = "".join(BLOCK.findall((DOCS / guide).read_text(encoding="utf-8")))
    lines = [line for line in blocks.splitlines() if line.startswith("minibar-ml ")]
    return [["1" if word == "17" else word for word in shlex.split(line, comments=True)[1:]] for line in lines]


def expected(words: list[str]) -> ExitCode:
    if words[0] == UNSET:
        return ExitCode.UNEXPECTED
    return ExitCode.PARTLY_DONE if tuple(words[:2]) == NO_MAIL_SERVER else ExitCode.OK


@pytest.mark.parametrize("guide", GUIDES)
def test_every_example_of_a_guide_runs_in_the_order_of_the_page(
    three: Connection, store_url: str, guide: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for login in ("depo1", "mudur"):
        assert (
            command(store_url, "people", "add", login, "--role", "administrator", "--email", f"{login}@x.example") == 0
        )
    found = examples(guide)
    assert found
    for words in found:
        if words[:2] in (["alerts", "snooze"], ["alerts", "false-positive"]):
            main(["alerts", "reopen", "1"])
        assert main(words) == expected(words), (words, capsys.readouterr().err)
