"""Channels and mail server, from the settings."""

import re
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
from minibar_ml.permissions import read_bytes, require_trusted

APPRISE: tuple[ChannelKind, ...] = ("sms", "push", "chat")
"""Channels that apprise delivers."""
CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----[\\x00-\\x7f]+?-----END CERTIFICATE-----")
"""What stands around them in a file may be in any language."""


def channels(settings: Settings) -> dict[ChannelKind, Channel]:
    """The channels by kind; without a mail server none for mail. Raises ConfigurationError for an unusable file."""
    found: dict[ChannelKind, Channel] = {kind: AppriseChannel(kind, settings.private_hosts()) for kind in APPRISE}
    if settings.smtp_host:
        found["email"] = Email(mail_server(settings))
    return found


def mail_server(settings: Settings) -> Server:
    """The mail server of the settings; raises ConfigurationError where one of its files can't be used."""
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=settings.smtp_sender or settings.smtp_user,
        authority=_authority(Path(settings.smtp_ca_file)) if settings.smtp_ca_file else None,
        user=settings.smtp_user,
        password=settings.smtp_password or _password(settings.smtp_password_file),
        timeout=settings.smtp_timeout,
    )


def _authority(path: Path) -> str:
    """The certificates of a file that decides which mail server is believed: only its owner or root may write it.

    Used as they were when owner and mode were looked at: by its path, the file could be another one by then.
    """
    called = f"ML_SMTP_CA_FILE={path}"
    try:
        content, found = read_bytes(path)
    except OSError as error:
        raise ConfigurationError(f"{called} can't be read: correct the path or its permissions.") from error
    require_trusted(path, found, called, "decides which mail server is trusted")
    certificates = CERTIFICATE.findall(content.decode("latin-1"))
    # Without any, those that the system trusts would be.
    if not certificates:
        raise ConfigurationError(f"{called} has no certificate: it must be PEM (BEGIN CERTIFICATE).")
    return "\n".join(certificates)


def _password(path: str) -> str:
    return read_text(Path(path), f"ML_SMTP_PASSWORD_FILE={path}") if path else ""


def keys(settings: Settings) -> Keys | None:
    """The keys, or none: then only mail can be delivered, and messages of other channels wait."""
    try:
        return load_keys(settings)
    except ConfigurationError as error:
        logger.debug("%s", error)
        return None
