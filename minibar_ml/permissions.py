"""Which files may be believed, which may hold secrets, and which folders may be written to: owner and mode.

The rules are PostgreSQL's for its own key files. Root is trusted, since it can do everything anyway: a secret that an
orchestrator mounts for a group of the process (root's, mode 0440) is accepted, and one that everybody may read is not.
Files are looked at after opening, so that nobody can replace them in between.
"""

import errno
import grp
import os
import pwd
import stat
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError

ROOT = 0
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS_USE = stat.S_IRWXG | stat.S_IRWXO
BEYOND_GROUP = OTHERS_WRITE | stat.S_IXGRP | stat.S_IRWXO
MOST_BYTES = 4 * 2**20
MOST_LINKS = 20


def require_trusted(path: Path, found: os.stat_result, called: str, because: str) -> None:
    """Raise ConfigurationError where somebody else than the current user or root may write what was opened.

    `called` is how errors name it, `because` says what it is trusted with.
    """
    _require_owner(path, found, called, f"and {because}", ", after reading it")
    if found.st_mode & OTHERS_WRITE:
        raise ConfigurationError(
            f"{called} can be written by others (mode {_mode(found)}), and {because}: `chmod go-w {path}`, after "
            "reading it."
        )


def require_private(path: Path, found: os.stat_result, called: str, hint: str) -> None:
    """Raise ConfigurationError where others than the current user and root may read what was opened.

    `hint` says what else to do where they may have.
    """
    if not stat.S_ISREG(found.st_mode):
        raise ConfigurationError(f"{called} is not a regular file.")
    _require_owner(path, found, called, "and holds a secret", "")
    is_own = found.st_uid == os.geteuid()
    if found.st_mode & (OTHERS_USE if is_own else BEYOND_GROUP):
        mode = "600" if is_own else "440"
        raise ConfigurationError(
            f"{called} is readable by others (mode {_mode(found)}): `chmod {mode} {path}`, and if somebody may have "
            f"read it, {hint}."
        )


def require_own_folder(folder: Path, what: str, *, is_private: bool = False) -> None:
    """Raise ConfigurationError where another user may replace what is kept in a folder, or the folder itself.

    As sshd does for authorized_keys, every folder on the way is looked at: everybody may write it only where it is
    sticky and the current user's or root's. A folder that an owner or a group shares on purpose is good for reports and
    metrics; what is private belongs into one of the current user (root decides for itself) that no group may write but
    one of the owner alone. What is not there yet is left out. `what` is kept there, for the error.
    """
    resolved = folder.resolve()
    there = [path for path in (resolved, *resolved.parents) if path.is_dir()]
    if is_private and os.geteuid() != ROOT:
        _require_owner(there[0], there[0].stat(), str(there[0]), f"and its owner could replace {what}", "")
    for path in there:
        found = path.stat()
        if _others_write(found, is_private):
            who = "go" if is_private else "o"
            raise ConfigurationError(
                f"Others may write {path} (mode {_mode(found)}), and could replace {what}: `chmod {who}-w {path}`, or "
                "choose a folder elsewhere."
            )


def _others_write(folder: os.stat_result, is_private: bool) -> bool:
    # Whoever owns a sticky folder may replace what others keep there.
    if folder.st_mode & stat.S_ISVTX and folder.st_uid in (os.geteuid(), ROOT):
        return False
    is_groups = is_private and folder.st_mode & stat.S_IWGRP and not _is_of_owner_alone(folder)
    return bool(folder.st_mode & stat.S_IWOTH or is_groups)


def _is_of_owner_alone(folder: os.stat_result) -> bool:
    """Whether the group is the one that systems make for a user: called as the owner, and without other members."""
    try:
        group, owner = grp.getgrgid(folder.st_gid), pwd.getpwuid(folder.st_uid).pw_name
    except KeyError:
        return False
    return group.gr_name == owner and set(group.gr_mem) <= {owner}


def read_bytes(path: Path) -> tuple[bytes, os.stat_result]:
    """What a file holds, at most 4 MiB, and what was opened; raises OSError where it can't be read.

    Raises ConfigurationError where a link of another user leads to it. A pipe that nobody writes to is empty, and holds
    nobody up.
    """
    descriptor = _opened(path)
    try:
        os.set_blocking(descriptor, True)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MOST_BYTES), os.fstat(descriptor)
    finally:
        os.close(descriptor)


def _opened(path: Path, links: int = 0) -> int:
    """Open a file, and see whose each link to it is, after opening that.

    Whoever makes a link chooses what is read, and some files of root say what others want: the environment of a process
    that runs with root's rights is set by who starts it.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        return os.open(path, flags | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno != errno.ELOOP or links == MOST_LINKS:
            raise
    link = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        owner, target = os.fstat(link).st_uid, os.readlink("", dir_fd=link)
    finally:
        os.close(link)
    if owner not in (os.geteuid(), ROOT):
        raise ConfigurationError(
            f"{path} is a link of user {owner}, who chooses by it what is read: remove it, or name the file itself."
        )
    # What a process has open, as `<(...)` and /dev/stdin name it, has links that only the system can follow.
    if path.parent.resolve().is_relative_to("/proc"):
        return os.open(path, flags)
    return _opened(path.parent / target, links + 1)


def _require_owner(path: Path, found: os.stat_result, called: str, because: str, after: str) -> None:
    if found.st_uid not in (os.geteuid(), ROOT):
        raise ConfigurationError(
            f"{called} belongs to user {found.st_uid}, not to the current user ({os.geteuid()}) or root, {because}: "
            f"run as its owner, {_cure(path, found.st_uid, after)}."
        )


def _cure(path: Path, owner: int, after: str) -> str:
    """How to run as the owner. Not by a chown as root, after which the owner's own jobs could not read the file."""
    try:
        name = pwd.getpwuid(owner).pw_name if os.geteuid() == ROOT else None
    except KeyError:
        name = None  # nobody can run as a user that the machine does not have
    return f"`runuser -u {name} -- minibar-ml ...`" if name else f"or `chown {os.geteuid()} {path}`{after}"


def _mode(found: os.stat_result) -> str:
    return f"{stat.S_IMODE(found.st_mode):04o}"
