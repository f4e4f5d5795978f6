"""Messages by e-mail, with a real server of SMTP."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Certificates
from notify_parts import message
from smtp_receiver import SmtpReceiver, serving
from tcp_servers import scripted_server

from soundpost_notify.deliver import mail
from soundpost_notify.deliver.mail import MailSender
from soundpost_notify.deliver.outcome import Attachment, DeliveryError, RefusedError
from soundpost_notify.settings import EmailConfig

CLIP = Attachment("20261120T120000Z-dog-00000001.flac", "audio/flac", bytes(range(256)) * 99)


def sender(smtp: SmtpReceiver, **keys: Any) -> MailSender:  # noqa: ANN401 - as in TOML
    """Returns a sender to two mailboxes."""
    config: dict[str, Any] = {
        "host": "localhost",
        "port": smtp.port,
        "sender": "gate@example.org",
        "to": ["anna@example.org", "ben@example.org"],
        "security": "none",
    }
    return MailSender("[email.mail]", EmailConfig(**(config | keys)))


@pytest.fixture(params=["starttls", "tls"])
def secure(
    request: pytest.FixtureRequest, certificates: Certificates
) -> Iterator[tuple[str, SmtpReceiver]]:
    """Provides a server with TLS, and the security that it needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server.crt"), certificates.path("server.key"))
    receiver = SmtpReceiver(context, is_implicit=request.param == "tls")
    for running in serving(receiver):
        yield request.param, running


def test_a_mail_has_text_files_and_an_identity(smtp: SmtpReceiver) -> None:
    """The same at every attempt."""
    sent = message(CLIP, title="Käuzchen at gate", link="http://gate/x")
    target = sender(smtp)
    for _ in range(2):
        target.send(sent)
    first, second = smtp.mails
    assert smtp.recipients[0] == ["anna@example.org", "ben@example.org"]
    assert first["Subject"] == "Käuzchen at gate"
    assert first["Message-ID"] == second["Message-ID"] == f"<{sent.key}@example.org>"
    assert first["Auto-Submitted"] == "auto-generated"
    body = first.get_body()
    assert body is not None
    assert body.get_content() == "dog, score 0.90\nhttp://gate/x\n"
    (file,) = first.iter_attachments()
    assert (file.get_filename(), file.get_content()) == (CLIP.name, CLIP.content)


@pytest.mark.parametrize("title", ["dog\r\nBcc: evil@example.org", "dog\nX: 1", "x" * 2_000])
def test_a_hostile_title_adds_no_header(smtp: SmtpReceiver, title: str) -> None:
    """A line of the body that is a dot alone does not end the mail."""
    sender(smtp).send(message(title=title, text="one\n.\ntwo\nQUIT"))
    (received,) = smtp.mails
    assert received["Bcc"] is None
    assert received["X"] is None
    assert smtp.recipients == [["anna@example.org", "ben@example.org"]]
    body = received.get_body()
    assert body is not None
    assert body.get_content() == "one\n.\ntwo\nQUIT\n"


def test_a_login_is_sent_encrypted(
    secure: tuple[str, SmtpReceiver], certificates: Certificates, tmp_path: Path
) -> None:
    """To a server whose certificate is verified."""
    security, receiver = secure
    password = tmp_path / "password"
    password.write_text("quiet gate\n")
    password.chmod(0o600)
    login = {"username": "gate", "password_file": str(password), "security": security}
    with pytest.raises(DeliveryError, match="certificate verify failed"):
        sender(receiver, ca_file=certificates.path("other.crt"), **login).send(message())
    assert receiver.logins == []
    sender(receiver, ca_file=certificates.path("ca.crt"), **login).send(message())
    assert receiver.logins == [("gate", "quiet gate")]
    assert len(receiver.mails) == 1


def test_a_server_without_encryption_gets_no_mail(smtp: SmtpReceiver) -> None:
    """If the target asks for it."""
    with pytest.raises(DeliveryError, match="STARTTLS"):
        sender(smtp, security="starttls").send(message())
    assert smtp.mails == []


@pytest.mark.parametrize(
    ("step", "answer", "error"),
    [
        ("banner", "421 too busy", DeliveryError),
        ("MAIL", "451 try later", DeliveryError),
        ("MAIL", "550 no such sender", RefusedError),
        ("RCPT", "450 greylisted", DeliveryError),
        ("RCPT", "550 no such mailbox", RefusedError),
        ("DATA", "452 disk full", DeliveryError),
        ("mail", "552 too large", RefusedError),
        ("mail", "451 scanner is down", DeliveryError),
    ],
)
def test_a_refusal_for_now_is_told_from_one_for_ever(
    smtp: SmtpReceiver, step: str, answer: str, error: type[Exception]
) -> None:
    """By its code (RFC 5321, section 4.2.1)."""
    smtp.answers[step] = answer
    with pytest.raises(error, match=answer[:3]):
        sender(smtp).send(message())


def test_a_login_that_fails_may_pass(smtp: SmtpReceiver, tmp_path: Path) -> None:
    """A person corrects the password; messages wait until then."""
    password = tmp_path / "password"
    password.write_text("wrong\n")
    password.chmod(0o600)
    smtp.answers["AUTH"] = "535 wrong password"
    with pytest.raises(DeliveryError, match="535"):
        sender(smtp, username="gate", password_file=str(password)).send(message())


def test_a_mail_that_was_taken_is_not_sent_again(smtp: SmtpReceiver) -> None:
    """Whatever the server answers to the end of the conversation."""
    smtp.answers["QUIT"] = "500 no"
    sender(smtp).send(message())
    assert len(smtp.mails) == 1


def test_a_server_of_another_protocol_may_pass(smtp: SmtpReceiver) -> None:
    """Its answer is one printable line."""
    smtp.answers["banner"] = "\x1b[2J HTTP/1.1 400"
    with pytest.raises(DeliveryError) as error:
        sender(smtp).send(message())
    assert str(error.value).isprintable()


def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while."""
    monkeypatch.setattr(mail, "SILENT_SECONDS", 0.2)
    with scripted_server(b"") as (port, _):
        config = EmailConfig(host="127.0.0.1", port=port, sender="a@b", to=["c@d"], security="none")
        with pytest.raises(DeliveryError, match="timed out"):
            MailSender("[email.mail]", config).send(message())
