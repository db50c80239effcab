"""Files are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.files import PRIVATE, write_whole


def test_a_file_is_replaced_with_its_mode_and_its_folder_is_created(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    for content in (b"first", b"second"):
        write_whole(path, content, PRIVATE, hint="choose another")
    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["page.html"]


def test_a_file_that_cannot_be_finished_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match=r"page\.html.*No space left on device.*choose another folder"):
        write_whole(path, b"new", hint="choose another folder")
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["page.html"]


def test_no_folder_that_is_made_is_open_to_others_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_whole(tmp_path / "a" / "b" / "page.html", b"page", hint="choose another folder")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", tmp_path / "a" / "b")} == {0o750}
