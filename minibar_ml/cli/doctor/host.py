"""What doctor looks at on this machine: settings, schedules, files, the report's folder, the key."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from minibar_ml.cli import plans
from minibar_ml.config.settings import Examined, Settings, suggestion
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.health import Check

if TYPE_CHECKING:
    from minibar_ml.artifacts.keys import Keys

MEGABYTE = 1_000_000
LITTLE_SPACE, NO_SPACE = 1000 * MEGABYTE, 100 * MEGABYTE


def settings(examined: Examined) -> Iterator[Check]:
    """Every setting that is wrong (the checks go on with its default), and every variable that is no setting."""
    for fault in examined.faults:
        yield Check("settings", "failed", str(fault), "until then the checks below take its default")
    for name in examined.unknown:
        like = suggestion(name)
        cure = f"did you mean {like}?" if like else "docs/settings.md lists all settings"
        yield Check("settings", "warning", f"{name} is no setting and has no effect", cure)
    if not examined.settings.enabled:
        yield Check("settings", "warning", "ML_ENABLED is false: jobs do nothing", "set it to true when you are ready")
    for path in examined.exposed:
        found = f"{path} holds a secret and others can read it (mode {stat.S_IMODE(path.stat().st_mode):04o})"
        yield Check("settings", "failed", found, f"chmod 600 {path}, and change the secret if they may have read it")
    if not examined.faults and not examined.unknown and not examined.exposed:
        yield Check("settings", "ok", "readable, and none is misspelt")


def schedules(settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether cron can keep the intervals and knows the expressions; raises ConfigurationError naming one it can't."""
    from minibar_ml.cli.cron import crontab
    from minibar_ml.cli.doctor.status import duties

    crontab(settings)
    duties(settings, now)
    yield Check("schedules", "ok", "cron can keep them")


def files(settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether holidays, events and products can be read; raises ConfigurationError naming what can't."""
    today = now.astimezone(settings.zone()).date()
    plans.calendar(settings, today, today)
    plans.limits(settings)
    yield Check("files", "ok", "holidays, events and products can be read")


def report_dir(folder: Path) -> Iterator[Check]:
    """Whether reports can be written to a folder, or to where it will be made, and whether there is room."""
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        cure = "make it writable for this user, or name another with ML_REPORT_DIR"
        yield Check("report_dir", "failed", f"nothing can be written into {there} ({error.strerror})", cure)
        return
    yield space(there, shutil.disk_usage(there).free)


def space(folder: Path, free: int) -> Check:
    """What so many free bytes mean."""
    found = f"{folder} is writable, {free / 1000 / MEGABYTE:.1f} GB free"
    if free < LITTLE_SPACE:
        return Check("report_dir", "failed" if free < NO_SPACE else "warning", found, "make room on that disk")
    return Check("report_dir", "ok", found)


def key(keys: "Keys | ConfigurationError") -> Iterator[Check]:
    """Whether there is a key that is safe."""
    if isinstance(keys, ConfigurationError):
        yield Check("key", "failed", str(keys))
    else:
        yield Check("key", "ok", f"{len(keys.fingerprints)} key(s) from {keys.source}")


def mail(settings: Settings) -> Iterator[Check]:
    """Whether the mail server lets us in; no mail is sent. Raises ConfigurationError where a file can't be used."""
    from minibar_ml.cli.people.delivery import mail_server

    if not settings.smtp_host:
        yield Check("mail", "warning", "no mail server is named: mails wait in the outbox", "set ML_SMTP_HOST")
        return
    from minibar_ml.notify.channels.email import Email
    from minibar_ml.notify.contract import ChannelDown

    server = mail_server(settings)
    try:
        Email(server).check()
    except ChannelDown as error:
        yield Check("mail", "failed", str(error), "compare ML_SMTP_... with what the mail server's keeper told you")
        return
    how = {"none": "without encryption", "starttls": "with STARTTLS", "tls": "with TLS"}[server.tls]
    yield Check("mail", "ok", f"{server.host}, port {server.port}, lets us in {how}")
