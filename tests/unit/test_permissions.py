"""Owner and mode decide what is believed, what may hold secrets and where files may be written."""

import grp
import os
import pwd
import stat
from pathlib import Path

import pytest

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.permissions import read_bytes, require_own_folder, require_private, require_trusted

ROOT, ME, ANOTHER = 0, 1000, 2000
NOBODY = pwd.getpwnam("nobody").pw_uid
NAMELESS = 4_000_000_000
"""A user that no machine has."""
PATH = Path("/run/x")


def opened(owner: int, mode: int) -> os.stat_result:
    """What `fstat` says of a regular file."""
    return os.stat_result((stat.S_IFREG | mode, 0, 0, 1, owner, owner, 0, 0, 0, 0))


def as_user(monkeypatch: pytest.MonkeyPatch, user: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)


@pytest.mark.parametrize(
    ("user", "owner", "mode"),
    [(ME, ME, 0o600), (ME, ME, 0o400), (ROOT, ROOT, 0o600),
     # As an orchestrator mounts secrets: root's, for a group of the process.
     (ME, ROOT, 0o440), (ME, ROOT, 0o640), (ME, ROOT, 0o400)],
)  # fmt: skip
def test_a_secret_that_only_the_user_root_and_roots_group_read_is_read(
    user: int, owner: int, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, user)
    require_private(PATH, opened(owner, mode), "It", "change it")


@pytest.mark.parametrize(
    ("user", "owner", "mode", "cure"),
    [(ME, ME, 0o640, "chmod 600"), (ME, ME, 0o604, "chmod 600"), (ME, ME, 0o620, "chmod 600"),
     (ME, ROOT, 0o444, "chmod 440"), (ME, ROOT, 0o660, "chmod 440"), (ME, ROOT, 0o604, "chmod 440"),
     (ROOT, ROOT, 0o640, "chmod 600")],
)  # fmt: skip
def test_a_secret_that_others_read_is_refused_with_its_mode_and_the_cure(
    user: int, owner: int, mode: int, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, user)
    with pytest.raises(ConfigurationError, match=rf"It is readable by others \(mode {mode:04o}\): `{cure} {PATH}`"):
        require_private(PATH, opened(owner, mode), "It", "change it")


@pytest.mark.parametrize(("user", "owner"), [(ME, ANOTHER), (ROOT, NAMELESS)])
def test_nobody_reads_a_secret_or_believes_a_file_of_another_user_not_even_root(
    user: int, owner: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, user)
    cure = f"belongs to user {owner}, not to the current user \\({user}\\) or root.*`chown {user} {PATH}`"
    with pytest.raises(ConfigurationError, match=cure):
        require_private(PATH, opened(owner, 0o600), "It", "change it")
    with pytest.raises(ConfigurationError, match=cure):
        require_trusted(PATH, opened(owner, 0o600), "It", "it is run")


def test_root_is_sent_to_the_owner_and_never_takes_the_file_from_the_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch, ROOT)
    with pytest.raises(
        ConfigurationError, match=r"run as its owner, `runuser -u nobody -- minibar-ml \.\.\.`"
    ) as refused:
        require_private(PATH, opened(NOBODY, 0o600), "It", "change it")
    assert "chown" not in str(refused.value)


@pytest.mark.parametrize(("owner", "mode"), [(ME, 0o644), (ROOT, 0o644), (ROOT, 0o600), (ME, 0o400)])
def test_a_file_that_only_the_user_or_root_writes_is_believed(
    owner: int, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, ME)
    require_trusted(PATH, opened(owner, mode), "It", "it is run")


@pytest.mark.parametrize(("owner", "mode"), [(ME, 0o664), (ME, 0o646), (ROOT, 0o666)])
def test_a_file_that_others_write_is_not_believed(owner: int, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch, ME)
    with pytest.raises(ConfigurationError, match=rf"mode {mode:04o}.*it is run: `chmod go-w {PATH}`"):
        require_trusted(PATH, opened(owner, mode), "It", "it is run")


def test_nothing_is_written_where_anybody_may_replace_it_or_a_folder_on_the_way(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(below)
    for folder in (below, below.parent):
        for mode in (0o755, 0o775, 0o1777):
            folder.chmod(mode)
            require_own_folder(below, "reports")
        folder.chmod(0o777)
        for path in (below, link, below / "not" / "there"):
            with pytest.raises(ConfigurationError, match=rf"mode 0777.*replace reports: `chmod o-w {folder}`"):
                require_own_folder(path, "reports")
        folder.chmod(0o755)


AS_ROOT = pytest.mark.skipif(os.geteuid() != ROOT, reason="only root can give a folder away")


@AS_ROOT
def test_a_sticky_folder_of_another_user_keeps_nothing_of_ours(tmp_path: Path) -> None:
    below = tmp_path / "theirs" / "own"
    below.mkdir(parents=True)
    below.parent.chmod(0o1777)
    require_own_folder(below, "reports")
    os.chown(below.parent, NOBODY, 0)
    with pytest.raises(ConfigurationError, match=rf"write {below.parent} .*could replace reports"):
        require_own_folder(below, "reports")


@AS_ROOT
def test_what_another_user_shares_is_good_for_reports_and_not_for_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(tmp_path, NOBODY, 0)
    for path in (tmp_path, tmp_path / "not" / "there"):
        require_own_folder(path, "the key, which root puts where it likes", is_private=True)
    as_user(monkeypatch, ME)
    for path in (tmp_path, tmp_path / "not" / "there"):
        require_own_folder(path, "reports")
        with pytest.raises(ConfigurationError, match=rf"belongs to user {NOBODY}.*could replace the key"):
            require_own_folder(path, "the key", is_private=True)


def test_what_is_private_is_kept_from_a_group_but_the_owners_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = pwd.getpwuid(tmp_path.stat().st_uid).pw_name
    tmp_path.chmod(0o770)
    for name, members, is_own in ((owner, [], True), (owner, ["ayse"], False), ("staff", [], False)):
        group = grp.struct_group((name, "x", 7, members))
        monkeypatch.setattr(grp, "getgrgid", lambda _id, group=group: group)
        require_own_folder(tmp_path, "reports")
        if is_own:
            require_own_folder(tmp_path, "the key", is_private=True)
            continue
        with pytest.raises(ConfigurationError, match=rf"mode 0770.*replace the key: `chmod go-w {tmp_path}`"):
            require_own_folder(tmp_path, "the key", is_private=True)


def test_a_pipe_that_nobody_writes_to_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    content, found = read_bytes(tmp_path / "pipe")
    assert content == b""
    with pytest.raises(ConfigurationError, match="not a regular file"):
        require_private(tmp_path / "pipe", found, "It", "change it")
