"""Sends messages by e-mail, over SMTP (RFC 5321)."""

import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate

from soundpost.config import read_password_file
from soundpost.system.printable import printable
from soundpost_notify.deliver.cut_off import LONGEST_SECONDS, SILENT_SECONDS, cut_off
from soundpost_notify.deliver.outcome import DeliveryError, Message, RefusedError
from soundpost_notify.deliver.tls import tls_context
from soundpost_notify.settings import EmailConfig

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LONGEST_REASON = 200
_PERMANENT = range(500, 600)
_READY = 220


class _Client(smtplib.SMTP):
    """A client that has the name of its server before it connects, for its certificate."""

    def __init__(self, host: str) -> None:
        super().__init__(local_hostname=socket.gethostname(), timeout=SILENT_SECONDS)
        self._host = host


class _TlsClient(smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""

    def __init__(self, host: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(local_hostname=socket.gethostname(), timeout=SILENT_SECONDS, context=tls)
        self._host = host


class MailSender:
    """Sends mails, each over a connection of its own.

    Args:
        where: The name of its table, for errors.
        config: The table.

    Raises:
        ConfigError: The password or the certificate cannot be used.
    """

    def __init__(self, where: str, config: EmailConfig) -> None:
        self._config = config
        self._port = config.port or _PORTS[config.security]
        self._password = ""
        if config.password_file is not None:
            self._password = read_password_file(f"{where} password_file", config.password_file)
        self._tls = None
        if config.security != "none":
            self._tls = tls_context(where, config.ca_file)

    def send(self, message: Message) -> None:
        """Sends a message; exceptions are those of `Sender`."""
        mail = compose_mail(self._config, message)
        name = f"{self._config.host}:{self._port}"
        try:
            self._send(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            reason = f"{name} refuses all recipients: {_codes(codes)}"
            if all(code in _PERMANENT for code in codes):
                raise RefusedError(reason) from error
            raise DeliveryError(reason) from error
        except smtplib.SMTPResponseException as error:
            words = error.smtp_error
            text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
            reason = f"{name} answers {error.smtp_code}: {printable(text, _LONGEST_REASON)}"
            # A login that fails is a matter of the configuration, which a person can correct.
            is_of_message = isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused)
            if is_of_message and error.smtp_code in _PERMANENT:
                raise RefusedError(reason) from error
            raise DeliveryError(reason) from error
        except (OSError, smtplib.SMTPException) as error:
            words = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise DeliveryError(
                f"{name} does not answer: {printable(str(words), _LONGEST_REASON)}"
            ) from error

    def _send(self, mail: EmailMessage) -> None:
        config = self._config
        client = (
            _TlsClient(config.host, self._tls) if config.security == "tls" else _Client(config.host)
        )
        try:
            with cut_off(lambda: client.sock, LONGEST_SECONDS):
                code, answer = client.connect(config.host, self._port)
                if code != _READY:
                    raise smtplib.SMTPConnectError(code, answer)
                if config.security == "starttls":
                    client.starttls(context=self._tls)
                if config.username is not None:
                    client.login(config.username, self._password)
                client.send_message(mail, config.sender, config.to)
                # Taken: what goes wrong from now on must not send it again.
                with suppress(OSError, smtplib.SMTPException):
                    client.quit()
        finally:
            client.close()


def compose_mail(config: EmailConfig, message: Message) -> EmailMessage:
    """Returns the mail of a message.

    Its identity is the same at every attempt, so that a server or a reader can recognise one that
    arrives twice.

    Args:
        config: The sender and the recipients.
        message: The message.
    """
    content = message.content
    domain = config.sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["From"], mail["To"] = config.sender, ", ".join(config.to)
    mail["Subject"] = printable(content.title)
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = f"<{message.key}@{domain}>"
    mail["References"] = f"<{message.thread}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(filter(None, [content.text, content.link])) + "\n")
    for file in message.attachments:
        main, _, sub = file.kind.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return mail


def _codes(codes: set[int]) -> str:
    return ", ".join(map(str, sorted(codes)))
