"""Checks of this machine: settings, files, report folder, keys, mail server."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from minibar_ml.artifacts.keys import Keys
from minibar_ml.cli import session
from minibar_ml.cli.people.delivery import mail_server
from minibar_ml.cli.terminal.console import plural
from minibar_ml.config import facts_import, location
from minibar_ml.config.loading import Examined
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.health import Check
from minibar_ml.i18n import screen
from minibar_ml.i18n.formats import fixed
from minibar_ml.notify.channels.email import Email
from minibar_ml.notify.contract import ChannelDown
from minibar_ml.permissions import require_own_folder

MEGABYTE = 1_000_000
LITTLE_SPACE, NO_SPACE = 1000 * MEGABYTE, 100 * MEGABYTE


def settings(examined: Examined) -> Iterator[Check]:
    """Every wrong setting (later checks use its default), and every unknown variable."""
    for fault in examined.faults:
        yield Check("settings", "failed", str(fault), "the checks below use its default")
    for name in examined.unknown:
        yield Check("settings", "warning", session.unknown_setting(name))
    if not examined.settings.enabled:
        yield Check("settings", "warning", "ML_ENABLED is false: jobs do nothing", "set it to true to start")
    for fault in examined.exposed:
        yield Check("settings", "failed", str(fault))
    if not examined.faults and not examined.unknown and not examined.exposed:
        path = location.find().path
        yield Check("settings", "ok", f"valid, read from {path}" if path else "valid, of the environment alone")


def files(settings: Settings) -> Iterator[Check]:
    """Whether files of events and products can be read; raises ConfigurationError naming what can't."""
    facts_import.of_environment(settings, ())
    yield Check("files", "ok", "events and products are readable")


def report_dir(folder: Path) -> Iterator[Check]:
    """Whether reports can be written to a folder, which may not exist yet, and whether there is space.

    Raises ConfigurationError where another user may replace them.
    """
    require_own_folder(folder, "reports")
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        hint = "make it writable for this user, or set ML_REPORT_DIR"
        yield Check("report_dir", "failed", f"{there} is not writable ({error.strerror})", hint)
        return
    yield space(there, shutil.disk_usage(there).free)


def space(folder: Path, free: int) -> Check:
    """The check of free space, in bytes."""
    found = f"{folder} is writable, {fixed(free / 1000 / MEGABYTE, screen.lang(), 1)} GB free"
    if free < LITTLE_SPACE:
        return Check("report_dir", "failed" if free < NO_SPACE else "warning", found, "free some disk space")
    return Check("report_dir", "ok", found)


def key(keys: Keys | ConfigurationError) -> Iterator[Check]:
    """Whether there is a key and it is safe."""
    if isinstance(keys, ConfigurationError):
        yield Check("key", "failed", str(keys))
    else:
        yield Check("key", "ok", f"{plural(len(keys.fingerprints), 'key')} from {keys.source}")


def mail(settings: Settings) -> Iterator[Check]:
    """Whether the mail server accepts the login; no mail is sent. Raises ConfigurationError for an unusable file."""
    if not settings.smtp_host:
        yield Check("mail", "warning", "no mail server: mails wait in the outbox", "set ML_SMTP_HOST")
        return
    server = mail_server(settings)
    try:
        Email(server).check()
    except ChannelDown as error:
        yield Check("mail", "failed", str(error), "check ML_SMTP_... with the mail server's administrator")
        return
    how = {"none": "without encryption", "starttls": "with STARTTLS", "tls": "with TLS"}[server.tls]
    if server.user:
        yield Check("mail", "ok", f"{server.host}, port {server.port}: login accepted {how}")
    else:
        yield Check("mail", "ok", f"{server.host}, port {server.port}: reached {how}; no login is set (ML_SMTP_USER)")
