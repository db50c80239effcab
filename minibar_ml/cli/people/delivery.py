"""Channels and mail server, from the settings."""

import os
from pathlib import Path

from minibar_ml.artifacts.keys import Keys, load_keys
from minibar_ml.artifacts.secret_files import read_text
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.people import ChannelKind
from minibar_ml.log import logger
from minibar_ml.notify.channels.apprise import AppriseChannel
from minibar_ml.notify.channels.email import Email, Server
from minibar_ml.notify.contract import Channel
from minibar_ml.permissions import require_trusted

APPRISE: tuple[ChannelKind, ...] = ("sms", "push", "chat")
"""Channels that apprise delivers."""


def channels(settings: Settings) -> dict[ChannelKind, Channel]:
    """The channels by kind; without a mail server none for mail. Raises ConfigurationError for an unusable file."""
    found: dict[ChannelKind, Channel] = {kind: AppriseChannel(kind, settings.private_hosts()) for kind in APPRISE}
    if settings.smtp_host:
        found["email"] = Email(mail_server(settings))
    return found


def mail_server(settings: Settings) -> Server:
    """The mail server of the settings; raises ConfigurationError where one of its files can't be used."""
    if settings.smtp_ca_file:
        _require_authority(Path(settings.smtp_ca_file))
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=settings.smtp_sender or settings.smtp_user,
        ca_file=settings.smtp_ca_file or None,
        user=settings.smtp_user,
        password=settings.smtp_password or _password(settings.smtp_password_file),
        timeout=settings.smtp_timeout,
    )


def _require_authority(path: Path) -> None:
    """The file decides which mail server is believed: only its owner, the current user or root, may write it."""
    called = f"ML_SMTP_CA_FILE={path}"
    if not os.access(path, os.R_OK):
        raise ConfigurationError(f"{called} can't be read: correct the path or its permissions.")
    require_trusted(path, path.stat(), called, "decides which mail server is trusted")


def _password(path: str) -> str:
    return read_text(Path(path), f"ML_SMTP_PASSWORD_FILE={path}") if path else ""


def keys(settings: Settings) -> Keys | None:
    """The keys, or none: then only mail can be delivered, and messages of other channels wait."""
    try:
        return load_keys(settings)
    except ConfigurationError as error:
        logger.debug("%s", error)
        return None
