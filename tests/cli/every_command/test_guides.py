"""The examples of the operators' pages run as they are written."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.hotels.simulated import command, sql

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("operators", "reports")
GUIDES = (
    *(f"{page}.{lang}.md" for page in PAGES for lang in ("en", "tr")), "troubleshooting.md", "troubleshooting.tr.md",
)  # fmt: skip
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
UNSET = "doctor"
"""Ends with 1 here: no key and no role of its own are set up."""
NO_MAIL_SERVER = ("people", "test")


SOURCE = """
INSERT INTO oteller (id, ad) VALUES (1, 'Deniz');
INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (3, 1, '3. KAT', 3);
INSERT INTO oda_tipleri (id, ad) VALUES (1, 'Standart');
INSERT INTO odalar (id, kat_id, oda_no, oda_tipi_id) VALUES (1126, 3, '1126', 1);
INSERT INTO urun_gruplari (id, grup_adi) VALUES (1, 'Bira');
INSERT INTO urunler (id, grup_id, urun_adi, satis_fiyati) VALUES (1, 1, 'Efes', 10), (146, 1, 'Kola', 10);
"""


def examples(guide: str) -> list[list[str]]:
    """The words of every example, of the alert that the guides call 17 by the id that it has here."""
    blocks = "".join(BLOCK.findall((DOCS / guide).read_text(encoding="utf-8")))
    lines = [line for line in blocks.splitlines() if line.startswith("minibar-ml ")]
    return [["1" if word == "17" else word for word in shlex.split(line, comments=True)[1:]] for line in lines]


def soon(words: list[str]) -> list[str]:
    """A mute's days as if the page had been written today: one that has passed is refused."""
    days = {
        "--from": datetime.now(UTC).date() + timedelta(days=1),
        "--until": datetime.now(UTC).date() + timedelta(days=30),
    }
    return [str(days.get(before, word)) for before, word in zip(["", *words], words, strict=False)]


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
    sql(store_url, SOURCE)
    found = examples(guide)
    assert found
    for words in found:
        words = soon(words) if words[:2] == ["mutes", "add"] else words
        if words[:2] in (["alerts", "snooze"], ["alerts", "false-positive"]):
            main(["alerts", "reopen", "1"])
        assert main(words) == expected(words), (words, capsys.readouterr().err)
