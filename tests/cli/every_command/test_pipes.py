"""Every command ends quietly where the reader of its output has seen enough."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.program.commands import COMMANDS, call

ROOT = Path(__file__).parents[3]
EVERY = """
import contextlib, io, json, os, sys
from minibar_ml.cli.app import main
def run(words):
    read, write = os.pipe()
    os.close(read)
    os.dup2(write, 1)
    os.close(write)
    sys.stdout = io.TextIOWrapper(os.fdopen(os.dup(1), "wb"), encoding="utf-8")
    error = io.StringIO()
    with contextlib.redirect_stderr(error):
        code = main(words)
    return code, error.getvalue()
found = {" ".join(words): run(words) for words in json.loads(sys.argv[1])}
os.write(2, json.dumps(found).encode())
os._exit(0)
"""
WHOLE = "import sys; from minibar_ml.cli.app import run; run()"


def _run(code: str, *arguments: str, url: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=300,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "ML_DATABASE_URL": url, "COLUMNS": "80"},
    )  # fmt: skip


def _closed(words: list[list[str]], url: str = "") -> dict[str, tuple[int, str]]:
    ran = _run(EVERY, json.dumps(words), url=url)
    return {name: (code, error) for name, (code, error) in json.loads(ran.stderr.splitlines()[-1]).items()}


def test_the_help_of_every_command_may_be_cut_short() -> None:
    groups = {path[:1] for path in COMMANDS if len(path) > 1}
    ended = _closed([[*path, "--help"] for path in [(), *groups, *COMMANDS]])
    assert {words: said for words, said in ended.items() if said[0] or said[1]} == {}


def test_every_command_that_prints_data_may_be_cut_short(three: Connection, store_url: str) -> None:
    paths = [path for path, command in COMMANDS.items() if any("--json" in one.opts for one in command.params)]
    ended = _closed([words for path in paths for words in (call(path), [*call(path), "--json"])], store_url)
    bad = ("Broken", "Traceback", "a bug")
    assert {words: said for words, said in ended.items() if any(word in said[1] for word in bad)} == {}
    assert {words: said for words, said in ended.items() if said[0] == 1 and "doctor" not in words} == {}


@pytest.mark.parametrize(
    "words",
    [
        ["alerts", "stats"],
        ["alerts", "list"],
        ["alerts", "list", "--json"],
        ["alerts", "list", "--format=xlsx"],
        ["--help"],
        ["docs", "algorithms"],
    ],
)
def test_the_process_leaves_no_word_behind(three: Connection, store_url: str, words: list[str]) -> None:
    shell = f'"$0" -c "{WHOLE}" "$@" | head -c 10 > /dev/null; echo ${{PIPESTATUS[0]}}'
    ran = subprocess.run(
        ["bash", "-c", shell, sys.executable, *words], capture_output=True, text=True, check=False, timeout=120,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "ML_DATABASE_URL": store_url},
    )  # fmt: skip
    assert (ran.stdout.strip(), ran.stderr) == ("0", "")
