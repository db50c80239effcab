"""Mail by SMTP: one connection for all mails of a run, opened for the first one."""

import hashlib
import smtplib
import ssl
from dataclasses import dataclass, field
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import localtime
from typing import Any

from minibar_ml.config.settings import SmtpTls
from minibar_ml.domain.messages import Mail
from minibar_ml.notify.channels.smtp_line import Encrypted, Line, Plain
from minibar_ml.notify.contract import ChannelDown, NeverDeliverable, NotDelivered, one_line, reason

NAME = "minibar-ml"
BYTES_PER_SECOND = 20_000
"""A mail of this size has a second more: a report with its attachments on a slow line."""
QUIT_SECONDS = 3
"""For the farewell, which nothing depends on."""


class _WholeWords(EmailPolicy):
    """The SMTP policy, except that a subject or a name that is not ASCII is encoded as one text.

    The standard one encodes word by word and, where a line breaks between two encoded words, loses the space between
    them or puts one into a word (CPython issue 92081): "Olağandışı tüketim" arrived as one word.
    """

    def fold(self, name: str, value: Any) -> str:
        """One header, in lines of at most 78 characters."""
        kind = name.lower()
        if str(value).isascii() or kind not in ("subject", "to"):
            return str(super().fold(name, value))
        text = value.addresses[0].display_name if kind == "to" else str(value)
        lines = Header(text, "utf-8", header_name=name, maxlinelen=75).encode(linesep=self.linesep)
        address = f"{self.linesep} <{value.addresses[0].addr_spec}>" if kind == "to" else ""
        return f"{name}: {lines}{address}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        if str(value).isascii():
            return bytes(super().fold_binary(name, value))
        return self.fold(name, value).encode("ascii")


POLICY = _WholeWords(linesep="\r\n", max_line_length=78)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to connect to it.

    `authority` is who must have signed its certificate, as PEM; None: whom the system trusts. `timeout` is the seconds
    for connecting, encryption and login together, and again for each mail.
    """

    host: str
    port: int
    tls: SmtpTls
    sender: str
    authority: str | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20


class Email:
    """The channel `email`."""

    def __init__(self, server: Server) -> None:
        """Nothing is opened yet."""
        self._server = server
        self._open: smtplib.SMTP | None = None
        self._line = Line()

    def send(self, address: str, name: str, mail: Mail, identity: str) -> None:
        """Send one mail to the server; see `Channel`."""
        content = _composed(self._server.sender, address, name, mail, identity)
        connection = self._open or self._connect()
        try:
            with self._line.until(self._server.timeout + len(content) / BYTES_PER_SECOND):
                connection.sendmail(self._server.sender, [address], content)
        except TimeoutError as error:
            self._cut()
            raise NotDelivered(f"the mail server did not accept the mail in time ({error})") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPServerDisconnected as error:
            self.close()
            raise NotDelivered(f"the mail server closed the connection ({_why(error)})") from error
        except smtplib.SMTPSenderRefused as error:
            raise ChannelDown(f"sender {self._server.sender} refused: {_reply(error)}") from error
        except smtplib.SMTPResponseException as error:
            self._close_if_over(error.smtp_code)
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise NotDelivered(reason(f"{type(error).__name__}: {error}")) from error

    def check(self) -> None:
        """Connect, encrypt, log in and disconnect without sending; raises ChannelDown with the reason."""
        try:
            connection = self._open or self._connect()
            with self._line.until(self._server.timeout):
                code, answer = connection.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelDown(reason(f"{type(error).__name__}: {error}")) from error
        finally:
            self.close()
        if code != 250:
            raise ChannelDown(reason(f"unexpected reply {code} {answer.decode(errors='replace')}"))

    def close(self) -> None:
        """Disconnect from the server, if the connection is still there."""
        connection, self._open = self._open, None
        if connection is not None:
            try:
                with self._line.until(QUIT_SECONDS):
                    connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()
        self._line.drop()

    def _cut(self) -> None:
        """Let go of a connection that does not answer, without a farewell."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()
        self._line.drop()

    def _connect(self) -> smtplib.SMTP:
        there = f"mail server {self._server.host}, port {self._server.port}"
        try:
            with self._line.until(self._server.timeout):
                self._open = self._opened()
                if self._server.user:
                    self._open.login(self._server.user, self._server.password)
        except TimeoutError as error:
            self._cut()
            raise ChannelDown(f"{there}: timed out") from error
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise ChannelDown(f"{there}: certificate not trusted ({error.verify_message})") from error
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            # The server's reply may repeat the password.
            raise ChannelDown(f"{there}: login failed for user {self._server.user} ({error.smtp_code})") from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise ChannelDown(reason(f"{there}: {_why(error)}")) from error
        return self._open

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        if server.tls == "tls":
            return Encrypted(self._line, server.host, server.port, server.timeout, self._trust())
        connection = Plain(self._line, server.host, server.port, server.timeout)
        if server.tls == "starttls":
            try:
                connection.starttls(context=self._trust())
            except BaseException:
                connection.close()
                raise
        return connection

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self._server.authority)

    def _close_if_over(self, code: int) -> None:
        if code == 421:
            self.close()


def _composed(sender: str, address: str, name: str, mail: Mail, identity: str) -> bytes:
    """The bytes of `compose`; what no mail can be made of, such as an address without @, is never deliverable.

    Ours and not those of smtplib's send_message: that forgets the policy and turns a line that begins with "From " into
    ">From ", as mailboxes of old wanted it.
    """
    try:
        # As the server is told it; what is not ASCII there, nobody has said that it may be.
        address.encode("ascii")
        return compose(sender, address, name, mail, identity).as_bytes()
    except Exception as error:
        # Nothing here but the message itself: what the library makes of a strange one is whatever its code trips over
        # (AttributeError for the address "a@["), and the messages behind it must not wait for that.
        raise NeverDeliverable(reason(f"it can't be written as a mail: {type(error).__name__}: {error}")) from error


def compose(sender: str, address: str, name: str, mail: Mail, identity: str) -> EmailMessage:
    """The mail with its headers; one identity gives one Message-ID, so that a second copy can be recognized."""
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=POLICY)
    message["Subject"] = one_line(mail.subject)
    message["From"] = Address(NAME, addr_spec=sender)
    message["To"] = Address(one_line(name), addr_spec=address)
    message["Date"] = localtime()
    message["Message-ID"] = f"<{hashlib.sha256(identity.encode()).hexdigest()[:40]}@{domain}>"
    message["List-Id"] = f"{NAME} <{NAME}.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for file in mail.attachments:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=one_line(file.name))
    return message


def _refused(code: int, answer: bytes | str) -> NotDelivered:
    """A reply from 500 on is permanent, any other temporary."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    kind = NeverDeliverable if code >= 500 else NotDelivered
    return kind(reason(f"the mail server replied {code} {text}"))


def _reply(error: smtplib.SMTPResponseException) -> str:
    answer = error.smtp_error
    return reason(f"{error.smtp_code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}")


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return str(error) or type(error).__name__
