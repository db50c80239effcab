"""`alerts review` on a terminal of 80 columns and 24 lines: one key decides, each decision is stored and audited."""

import re
from typing import Any

import pytest
from sqlalchemy import Connection, text
from support.program.terminals import Terminal

from minibar_ml.cli.app import main
from minibar_ml.i18n import Lang, reviewing

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
KEYS = "q quit"


@pytest.fixture
def two(three: Connection) -> Connection:
    """Alerts 2 (critical), 1 (high) and 3 (medium), of two hotels with names."""
    three.execute(text("INSERT INTO public.oteller (id, ad) VALUES (1, 'Deniz Otel'), (2, 'Kale Otel')"))
    three.commit()
    return three


def _review(url: str, *arguments: str, columns: int = 80, lines: int = 24, lang: str = "en") -> Terminal:
    words = ("alerts", "review", "--by", "ayse", *arguments)
    return Terminal(*words, columns=columns, lines=lines, ML_DATABASE_URL=url, ML_LANG=lang)


def _statuses(connection: Connection) -> dict[int, str]:
    connection.rollback()
    return {row.id: row.status for row in connection.execute(text("SELECT id, status FROM minibar_ml.ml_alerts"))}


def _audited(connection: Connection) -> list[Any]:
    connection.rollback()
    return list(
        connection.execute(
            text("SELECT action, operator FROM minibar_ml.ml_audit_log WHERE action <> 'alert.view' ORDER BY id")
        )
    )


def _screen(shown: str) -> list[str]:
    return ESCAPES.sub("", shown.rpartition("\x1b[2J")[2]).splitlines()


def test_each_key_gives_the_verdict_of_its_command(two: Connection, store_url: str) -> None:
    with _review(store_url) as terminal:
        assert "1 of 3" in terminal.wait_for(KEYS)
        terminal.type("r")
        assert "Alert 2 is resolved." in terminal.wait_for(KEYS)
        terminal.type("f")
        assert "Alert 1 is marked as a false positive." in terminal.wait_for(KEYS)
        terminal.type("a")
        assert "Alert 3 is read." in terminal.wait_for(KEYS)
        terminal.type("q")
        assert terminal.end() == 0
        assert "3 alerts decided, 0 left." in terminal.output
    assert _statuses(two) == {1: "false_positive", 2: "resolved", 3: "acknowledged"}
    assert _audited(two) == [(f"alert.{one}", "ayse") for one in ("resolve", "false_positive", "read")]


def test_undo_opens_the_last_one_again_and_shows_it(two: Connection, store_url: str) -> None:
    with _review(store_url) as terminal:
        terminal.wait_for(KEYS)
        terminal.type("u")
        assert "Nothing to undo." in terminal.wait_for(KEYS)
        terminal.type("f")
        assert "2 of 3" in terminal.wait_for(KEYS)
        terminal.type("u")
        shown = terminal.wait_for(KEYS)
        assert "1 of 3" in shown
        assert "Alert 2 is open again." in shown
        terminal.type("q")
        assert terminal.end() == 0
    assert _statuses(two)[2] == "open"


def test_a_question_mark_explains_the_keys_and_another_key_is_refused_in_a_line(
    two: Connection, store_url: str
) -> None:
    with _review(store_url) as terminal:
        terminal.wait_for(KEYS)
        terminal.type("?")
        assert "s and c ask first" in terminal.wait_for(KEYS)
        terminal.type("x")
        shown = terminal.wait_for(KEYS)
        assert "This key does nothing" in shown
        assert "1 of 3" in shown
        terminal.type("q")
        assert terminal.end() == 0
    assert set(_statuses(two).values()) == {"open"}


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_question_of_a_snooze_and_its_answer_fit_on_the_last_line(lang: Lang) -> None:
    assert len(reviewing.text(reviewing.SNOOZE_UNTIL, lang) + "tomorrow 12:00") < 80


def test_a_snooze_asks_until_when_and_a_comment_for_its_text(two: Connection, store_url: str) -> None:
    with _review(store_url) as terminal:
        terminal.wait_for(KEYS)
        terminal.type("c")
        terminal.wait_for("Comment")
        terminal.type("asked the front office, Şule\n")
        assert "A comment is added to alert 2." in terminal.wait_for(KEYS)
        terminal.type("s")
        terminal.wait_for("Snooze until")
        terminal.type("soon\n")
        assert "not a date or time" in " ".join(terminal.wait_for(KEYS).split())
        terminal.type("s")
        terminal.wait_for("Snooze until")
        terminal.type("\n")
        assert "1 of 3" in terminal.wait_for(KEYS)
        terminal.type("s")
        terminal.wait_for("Snooze until")
        terminal.type("3d\n")
        assert "Alert 2 is snoozed until" in terminal.wait_for(KEYS)
        terminal.type("q")
        assert terminal.end() == 0
    assert _statuses(two) == {1: "open", 2: "snoozed", 3: "open"}
    comments = two.execute(text("SELECT body FROM minibar_ml.ml_alert_comments")).scalars().all()
    assert comments == ["asked the front office, Şule"]


def test_next_changes_nothing_and_the_last_one_stays(two: Connection, store_url: str) -> None:
    with _review(store_url, "--severity", "medium") as terminal:
        assert "1 of 1" in terminal.wait_for(KEYS)
        terminal.type("n")
        assert "This is the last one" in terminal.wait_for(KEYS)
        terminal.type("x")
        terminal.wait_for(KEYS)
        terminal.type("\x1b[A")
        terminal.wait_for(KEYS)
        terminal.type("q")
        assert terminal.end() == 0
    assert set(_statuses(two).values()) == {"open"}


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_a_screen_holds_the_alert_and_the_keys(
    two: Connection, store_url: str, lang: str, columns: int, lines: int
) -> None:
    last = {"en": "q quit", "tr": "q çık"}[lang]
    with _review(store_url, "--hotel", "1", columns=columns, lines=lines, lang=lang) as terminal:
        terminal.wait_for(last)
        terminal.type("n")
        shown = _screen(terminal.wait_for(last))
        terminal.type("q")
        assert terminal.end() == 0
    assert len(shown) <= lines
    assert max(map(len, shown)) <= columns
    screen = "\n".join(shown)
    for said in ("1126", "Deniz Otel", {"en": "What to do: ", "tr": "Ne yapmalı: "}[lang], "·"):
        assert said in screen, screen


def test_without_a_terminal_or_alerts_it_says_so(
    two: Connection, capsys: pytest.CaptureFixture[str], store_url: str
) -> None:
    assert main(["alerts", "review"]) == 2
    assert "needs a terminal" in capsys.readouterr().err
    with _review(store_url, "--type", "silent_room") as terminal:
        assert terminal.end() == 0
        assert "No alerts match." in terminal.output
