"""Whose settings and jobs these are: a system user that `setup` makes when it is run as root, else the current user."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minibar_ml.config import location
from minibar_ml.domain.errors import PreconditionFailed, UsageError
from minibar_ml.files import make_folders

USER = "minibar"
ROOT = 0


def chosen(named: str | None, folder: Path) -> str:
    """The user's name: the one of `--user`; root gets one of our own for the machine's folder; else the current one.

    Raises UsageError where another user is named than the current one, who is not root.
    """
    current = pwd.getpwuid(os.geteuid()).pw_name
    if named and named != current and os.geteuid() != ROOT:
        raise UsageError(f"--user {named}: only root can set up jobs of another user.")
    is_of_machine = os.geteuid() == ROOT and folder.is_relative_to(location.MACHINE)
    return named or (USER if is_of_machine else current)


def is_there(name: str) -> bool:
    """Whether the machine has this user."""
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def is_current(name: str) -> bool:
    """Whether this process has the user's rights."""
    return pwd.getpwnam(name).pw_uid == os.geteuid()


def make(name: str, folder: Path) -> bool:
    """Make the user, as root and where there is none; whether it was made.

    Raises PreconditionFailed where useradd refuses.
    """
    if not is_there(name):
        command = ["useradd", "--system", "--user-group", "--home-dir", str(folder), "--shell", "/usr/sbin/nologin"]
        done = subprocess.run([*command, name], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PreconditionFailed(f"Can't make user {name}: {done.stderr.strip()}.")
        return True
    return False


def make_folder(folder: Path, name: str) -> None:
    """Make a folder of the user, and those above it that are not there; one that is there stays as it is."""
    for path in make_folders(folder):
        owner = pwd.getpwnam(name)
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Do what follows with the rights of the user, as root may."""
    owner, groups = pwd.getpwnam(name), os.getgroups()
    if is_current(name):
        yield
        return
    os.initgroups(name, owner.pw_gid)
    os.setegid(owner.pw_gid)
    os.seteuid(owner.pw_uid)
    os.environ["HOME"] = owner.pw_dir
    try:
        yield
    finally:
        os.seteuid(ROOT)
        os.setegid(ROOT)
        os.setgroups(groups)
