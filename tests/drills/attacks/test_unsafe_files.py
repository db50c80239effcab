"""Files that somebody else may write or read, and folders that everybody may write, are refused with the cure."""

import os
import ssl
from collections.abc import Callable
from pathlib import Path

import certifi
import pytest
from support.hotels.simulated import KEY, command

from minibar_ml import permissions
from minibar_ml.cli.people.delivery import CERTIFICATE, mail_server
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ExitCode
from minibar_ml.notify.channels.email import Email

Capture = pytest.CaptureFixture[str]
NOBODY = 65534
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
ELSEWHERE = "ML_SOURCE_FILE=/tmp/planted.sql\n"
MAIL = {"ML_SMTP_HOST": "localhost", "ML_SMTP_SENDER": "minibar@otel.example", "ML_SMTP_TLS": "none"}


def _refused(capsys: Capture, url: str, *words: str, argv: tuple[str, ...] = ("status",), **settings: str) -> None:
    """The command ends with status 3 and one line that has these words."""
    assert command(url, *argv, **settings) == ExitCode.CONFIGURATION
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1, said
    assert not [word for word in words if word not in said], said


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646, 0o602])
def test_a_settings_file_that_others_may_write_is_not_read(
    mode: int, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    for name, settings in ((".env", {}), ("s.toml", {"ML_CONFIG_FILE": str(tmp_path / "s.toml")})):
        path = tmp_path / name
        path.write_text("" if name == "s.toml" else ELSEWHERE)
        path.chmod(mode)
        _refused(capsys, store_url, str(path), f"mode {mode:04o}", f"`chmod go-w {path}`", **settings)
        path.unlink()


@AS_ROOT
@pytest.mark.parametrize("name", [".env", "s.toml", "a.key", "smtp.password"])
def test_a_file_of_another_user_is_not_read_not_even_by_root(
    name: str, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / name
    path.write_text(KEY if name == "a.key" else "")
    path.chmod(0o600)
    os.chown(path, NOBODY, NOBODY)
    settings: dict[str, str] = {
        ".env": {},
        "s.toml": {"ML_CONFIG_FILE": str(path)},
        "a.key": {"ML_KEY_FILE": str(path), "ML_ENCRYPTION_KEYS": ""},
        "smtp.password": {**MAIL, "ML_SMTP_PASSWORD_FILE": str(path)},
    }[name]
    argv = {"a.key": ("keys", "status"), "smtp.password": ("alerts", "notify")}.get(name, ("status",))
    _refused(capsys, store_url, str(path), f"belongs to user {NOBODY}", "`runuser -u nobody -- ", argv=argv, **settings)


@AS_ROOT
@pytest.mark.parametrize("chain", [1, 2])
@pytest.mark.parametrize("name", [".env", "s.toml", "a.key", "smtp.password"])
def test_what_a_link_of_another_user_leads_to_is_not_read_whoever_owns_it(
    name: str, chain: int, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    """As the environment of a process with root's rights, which is root's file and says what its caller wants."""
    owned = tmp_path / "environ"
    owned.write_text(KEY if name == "a.key" else "")
    owned.chmod(0o400)
    link = theirs = tmp_path / name
    if chain == 2:
        theirs = tmp_path / "theirs"
        link.symlink_to(theirs)
    theirs.symlink_to(owned)
    os.lchown(theirs, NOBODY, NOBODY)
    settings: dict[str, str] = {
        ".env": {},
        "s.toml": {"ML_CONFIG_FILE": str(link)},
        "a.key": {"ML_KEY_FILE": str(link), "ML_ENCRYPTION_KEYS": ""},
        "smtp.password": {**MAIL, "ML_SMTP_PASSWORD_FILE": str(link)},
    }[name]
    argv = {"a.key": ("keys", "status"), "smtp.password": ("alerts", "notify")}.get(name, ("status",))
    _refused(capsys, store_url, f"{theirs} is a link of user {NOBODY}", argv=argv, **settings)


@AS_ROOT
def test_a_folder_that_one_may_not_enter_is_named(tmp_path: Path, capsys: Capture) -> None:
    closed = tmp_path / "closed" / "x"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    os.chdir("/")
    os.seteuid(NOBODY)
    try:
        _refused(capsys, "", f"may not read {closed}", argv=("--config", str(closed), "status"))
    finally:
        os.seteuid(0)


def test_a_link_of_ones_own_is_followed_and_a_loop_ends(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "data").symlink_to("file")
    (tmp_path / "link").symlink_to(tmp_path / "data")
    (tmp_path / "loop").symlink_to("loop")
    assert permissions.read_bytes(tmp_path / "link")[0] == b"x"
    with pytest.raises(OSError, match="symbolic links"):
        permissions.read_bytes(tmp_path / "loop")
    reader, writer = os.pipe()
    os.write(writer, b"y")
    os.close(writer)
    (tmp_path / "stdin").symlink_to(f"/dev/fd/{reader}")
    assert permissions.read_bytes(tmp_path / "stdin")[0] == b"y", "as <(...) of a shell"
    os.close(reader)


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_settings_file_with_a_secret_that_others_may_read_is_refused(
    mode: int, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / ".env"
    path.write_text("ML_SMTP_PASSWORD=t0psecret\n")
    path.chmod(mode)
    _refused(capsys, store_url, str(path), f"mode {mode:04o}", f"`chmod 600 {path}`", "change the secret")
    path.write_text("ML_LANG=tr\n")
    assert command(store_url, "config", "show") == ExitCode.OK
    capsys.readouterr()


@pytest.mark.parametrize(
    "written",
    [lambda folder: ("report", "dashboard", "--out", str(folder)),
     lambda folder: ("status", "--prometheus", str(folder / "m.prom")),
     lambda folder: ("simulate", "--labels", str(folder / "labels.json"), "--rooms", "10", "--days", "15")],
)  # fmt: skip
@pytest.mark.parametrize("below", ["", "new"])
def test_nothing_is_written_into_a_folder_where_everybody_may_replace_it(
    written: Callable[[Path], tuple[str, ...]],
    below: str,
    store_url: str,
    database: str,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    argv = written(folder / below)
    url = database if argv[0] == "simulate" else store_url
    assert command(url, *argv) == ExitCode.CONFIGURATION
    assert f"Others may write {folder} (mode 0777)" in (said := capsys.readouterr().err)
    assert f"`chmod o-w {folder}`" in said
    assert list(folder.iterdir()) == []


@AS_ROOT
def test_nothing_is_written_into_a_folder_that_another_user_opened_to_all(
    store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o1777)
    os.chown(folder, NOBODY, NOBODY)
    words = (f"Others may write {folder} (mode 1777)", "and could replace")
    _refused(capsys, store_url, *words, argv=("report", "dashboard", "--out", str(folder / "new")))
    _refused(capsys, store_url, *words, argv=("status", "--prometheus", str(folder / "m.prom")))
    _refused(capsys, store_url, *words, argv=("keys", "new"), ML_KEY_FILE=str(folder / "key"), ML_ENCRYPTION_KEYS="")
    assert list(folder.iterdir()) == []


def test_a_key_is_not_made_where_everybody_may_replace_it(tmp_path: Path, store_url: str, capsys: Capture) -> None:
    tmp_path.chmod(0o777)
    _refused(capsys, store_url, "could replace the key file", f"`chmod go-w {tmp_path}`", argv=("keys", "new"))
    tmp_path.chmod(0o1777)
    assert command(store_url, "keys", "new", "--quiet") == ExitCode.OK


def test_who_may_write_the_authority_could_read_the_mail(tmp_path: Path, store_url: str, capsys: Capture) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("")
    path.chmod(0o666)
    words = ("decides which mail server is trusted", "mode 0666", f"`chmod go-w {path}`")
    _refused(capsys, store_url, *words, argv=("alerts", "notify"), **MAIL, ML_SMTP_CA_FILE=str(path))


@pytest.mark.parametrize("content", [b"", b"# sertifika yok\n", b"\xff\xfe"])
def test_an_authority_without_a_certificate_is_refused_and_the_systems_are_not_believed_for_it(
    tmp_path: Path, store_url: str, capsys: Capture, content: bytes
) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    _refused(capsys, store_url, "has no certificate", argv=("alerts", "notify"), **MAIL, ML_SMTP_CA_FILE=str(path))


def test_an_authority_that_is_replaced_after_it_was_looked_at_is_not_believed(tmp_path: Path) -> None:
    first, *_, last = CERTIFICATE.findall(Path(certifi.where()).read_text(encoding="utf-8"))
    path = tmp_path / "ca.pem"
    path.write_bytes(f"# yetkili: Şişli\n{first}\n".encode())
    path.chmod(0o600)
    server = mail_server(Settings(smtp_host="localhost", smtp_ca_file=str(path)))
    path.write_text(last)
    assert server.authority == first
    (trusted,) = Email(server)._trust().get_ca_certs(binary_form=True)
    assert ssl.DER_cert_to_PEM_cert(trusted).strip() == first
