"""A server of SMTP on loopback that records mails, with TLS and logins. Fixture: `smtp`."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from email.message import EmailMessage


class SmtpReceiver(socketserver.ThreadingTCPServer):
    """A running server.

    Args:
        tls: The context of STARTTLS; None to offer none.
        is_implicit: True for TLS from the first byte.

    Attributes:
        mails: The mails that it has accepted.
        recipients: The recipients of each.
        answers: Answers to a command, in place of an acceptance.
        logins: The users and passwords that were sent.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None, *, is_implicit: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.tls = tls
        self.is_implicit = is_implicit
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: dict[str, str] = {}
        self.logins: list[tuple[str, str]] = []

    @property
    def port(self) -> int:
        """Its port."""
        port: int = self.server_address[1]
        return port


class _Session(socketserver.StreamRequestHandler):
    server: SmtpReceiver

    def setup(self) -> None:
        super().setup()
        self.is_open = not self.server.is_implicit or self._encrypt()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _encrypt(self) -> bool:
        """Begins TLS; returns False if the client refuses the certificate."""
        assert self.server.tls is not None
        self.request = self.server.tls.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        try:
            self.request.do_handshake()
        except OSError:
            return False
        super().setup()
        return True

    def handle(self) -> None:
        if not self.is_open:
            return
        self._recipients: list[str] = []
        self._reply(self.server.answers.get("banner", "220 receiver"))
        while self.is_open and (line := self.rfile.readline()):
            command = line.decode("ascii", "replace").strip()
            verb = command[:4].upper()
            if verb in self.server.answers:
                self._reply(self.server.answers[verb])
            elif verb == "QUIT":
                self._reply("221 bye")
                return
            else:
                self._take(verb, command)

    def _take(self, verb: str, command: str) -> None:
        if verb == "EHLO":
            offers = ["receiver", "AUTH PLAIN"]
            if self.server.tls is not None and not self.server.is_implicit:
                offers.append("STARTTLS")
            self._reply(*(f"250-{offer}" for offer in offers), "250 HELP")
        elif verb == "STAR" and self.server.tls is not None:
            self._reply("220 go ahead")
            self.is_open = self._encrypt()
        elif verb == "AUTH":
            _, user, password = base64.b64decode(command.split()[2]).split(b"\0")
            self.server.logins.append((user.decode(), password.decode()))
            self._reply("235 welcome")
        elif verb == "RCPT":
            self._recipients.append(command.partition("<")[2].rstrip(">"))
            self._reply("250 ok")
        elif verb == "DATA":
            self._receive()
        else:
            self._reply("250 ok")

    def _receive(self) -> None:
        self._reply("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") for line in lines)
        if "mail" in self.server.answers:
            self._reply(self.server.answers["mail"])
            return
        lines_of_unix = content.replace(b"\r\n", b"\n")
        self.server.mails.append(message_from_bytes(lines_of_unix, policy=policy.default))
        self.server.recipients.append(self._recipients)
        self._reply("250 taken")

    def _reply(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def serving(receiver: SmtpReceiver) -> Iterator[SmtpReceiver]:
    """Runs a server in a thread until the generator is closed."""
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield receiver
    receiver.shutdown()
    receiver.server_close()
    thread.join()


@pytest.fixture
def smtp() -> Iterator[SmtpReceiver]:
    """Provides a server without TLS."""
    yield from serving(SmtpReceiver())
