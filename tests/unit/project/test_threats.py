"""The threats of docs/security.md name tests that exist; docs/installation.md lists the services that are allowed."""

import re
from pathlib import Path

from minibar_ml.notify.channels.services import ALLOWED

TESTS = Path(__file__).parents[2]
DOCS = TESTS.parent / "docs"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def _rows() -> list[list[str]]:
    text = (DOCS / "security.md").read_text(encoding="utf-8").partition("## Threats")[2]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_every_threat_says_what_stops_it_and_names_a_test_that_exists() -> None:
    rows = _rows()
    assert len(rows) > 20
    assert rows[0][0]
    for who, what, stops, tests in rows:
        assert what and stops, who
        named = NAMED.findall(tests)
        assert named and len(named) == tests.count("`") // 2, tests
        for file, name in named:
            assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8"), (file, name)


def test_the_page_lists_the_services_that_are_allowed() -> None:
    page = (DOCS / "installation.md").read_text(encoding="utf-8")
    listed = page.partition("### SMS, push and chat")[2].partition("###")[0].partition("scheme of their URL:")[2]
    assert set(re.findall(r"`([0-9a-z]+)`", listed.partition("The host has")[0])) == ALLOWED
