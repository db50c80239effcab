"""What is handed out: archives that an index takes, man pages of every command, an image of what the build needs."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from typer.main import get_command

from minibar_ml.cli.app import app

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*words: str) -> str:
    """What a program says, which must end with 0."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_wheel_and_source_archive_are_whole_and_pass_what_an_index_checks(tmp_path: Path) -> None:
    for needed in ("hatchling", "twine"):
        pytest.importorskip(needed)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path), ".")
    (wheel,), (archive,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    assert run(sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(archive)).count("PASSED") == 2
    with zipfile.ZipFile(wheel) as opened:
        assert {"minibar_ml/sql/login.sql", "minibar_ml/docs/settings.md"} <= set(opened.namelist())
    with tarfile.open(archive) as opened_archive:
        names = {name.partition("/")[2] for name in opened_archive.getnames()}
    assert {"Makefile", "packaging/debian", "packaging/Dockerfile", "requirements.lock", "tests/conftest.py"} <= names


def test_every_command_and_group_has_a_man_page_with_its_options_and_examples() -> None:
    pytest.importorskip("click_man")
    import man

    pages = man.pages()
    assert "minibar-ml.1" in pages and "minibar-ml-alerts.1" in pages
    page = pages["minibar-ml-alerts-list.1"]
    assert r"\fB\-\-severity\fP S" in page and "minibar-ml alerts list --hotel Deniz --long" in page
    assert r"\fBminibar-ml-alerts-list(1)\fP" in pages["minibar-ml-alerts.1"]
    assert len(pages) == sum(1 for _ in man._walk(get_command(app), "minibar-ml"))


@pytest.mark.debian("man-db")
@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed: apt-get install man-db groff")
def test_groff_finds_no_fault_with_a_man_page(tmp_path: Path) -> None:
    pytest.importorskip("click_man")
    import man

    for name, text in man.pages().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    words = ("man", "--warnings", "--encoding=UTF-8", "--local-file", "--troff-device=utf8", "--ditroff")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    pages = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run([*words, *pages], capture_output=True, text=True, check=False, env=environment)
    assert (done.stderr, done.returncode) == ("", 0)


def test_the_image_is_made_of_what_the_build_needs_and_nothing_else() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["packages"],
        *wheel["force-include"],
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "requirements.lock",
    }
    assert set(allowed) == needed
    assert [name for name in allowed if not (ROOT / name).exists()] == []


def test_the_recipe_of_the_debian_package_is_a_script_that_sh_reads() -> None:
    assert run("sh", "-n", "packaging/debian") == ""
