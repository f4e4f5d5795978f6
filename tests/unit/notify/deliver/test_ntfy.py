"""Messages to ntfy, with a real server of HTTP."""

from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from http_receiver import HttpReceiver
from notify_parts import message

from soundpost.errors import ConfigError
from soundpost_notify.deliver.ntfy import NtfySender
from soundpost_notify.deliver.outcome import Attachment, DeliveryError
from soundpost_notify.settings import NtfyConfig

PICTURE = Attachment("20261120T120000Z-dog-00000001.png", "image/png", b"\x89PNG\r\n\x1a\n" * 9)


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpReceiver]:
    """Provides a server."""
    server = HttpReceiver(tmp_path_factory.mktemp("service")).start()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def _accepting(receiver: HttpReceiver) -> None:
    receiver.answer("200")


def sender(receiver: HttpReceiver, **keys: Any) -> NtfySender:  # noqa: ANN401 - as in TOML
    """Returns a sender to the topic `gate`."""
    return NtfySender("[ntfy.phone]", NtfyConfig(topic="gate", url=receiver.url, **keys))


def test_a_message_is_json(receiver: HttpReceiver, tmp_path: Path) -> None:
    """With the identity of the event, so that a newer server replaces a repeated one."""
    token = tmp_path / "token"
    token.write_text("tk_secret\n")
    token.chmod(0o600)
    sent = message(title="Käuzchen at gate", link="http://gate/x")
    sender(receiver, priority=5, tags=["owl"], token_file=str(token)).send(sent)
    request = receiver.requests()[-1]
    assert (request.method, request.path) == ("POST", "/")
    assert request.headers["authorization"] == "Bearer tk_secret"
    assert request.json == {
        "topic": "gate",
        "title": "Käuzchen at gate",
        "message": "dog, score 0.90",
        "priority": 5,
        "tags": ["owl"],
        "sequence_id": sent.thread,
        "click": "http://gate/x",
    }


def test_a_file_is_the_body_and_the_texts_are_headers(receiver: HttpReceiver) -> None:
    """In one line of ASCII each, line breaks included."""
    sent = message(PICTURE, title="Käuzchen\r\nX-Evil: 1", text="one\ntwo" + "ü" * 300)
    sender(receiver).send(sent)
    request = receiver.requests()[-1]
    assert (request.method, request.path, request.body) == ("PUT", "/gate", PICTURE.content)
    assert request.headers["filename"] == PICTURE.name
    assert request.headers["x-sequence-id"] == sent.thread
    assert "x-evil" not in request.headers
    for header, text in (("title", sent.content.title), ("message", sent.content.text)):
        assert str(make_header(decode_header(request.headers[header]))) == text


def test_a_server_that_takes_no_files_gets_the_text(receiver: HttpReceiver) -> None:
    """The alarm is worth more than its picture."""
    receiver.answer("413")
    with pytest.raises(Exception, match="413"):
        sender(receiver).send(message(PICTURE))
    assert [request.method for request in receiver.requests()[-2:]] == ["PUT", "POST"]


def test_an_outage_is_not_answered_by_the_text_alone(receiver: HttpReceiver) -> None:
    """The picture is sent later."""
    receiver.answer("503")
    before = len(receiver.requests())
    with pytest.raises(DeliveryError, match="503"):
        sender(receiver).send(message(PICTURE))
    assert [request.method for request in receiver.requests()[before:]] == ["PUT"]


def test_a_missing_token_is_an_error_of_the_configuration(receiver: HttpReceiver) -> None:
    """With the name of the key."""
    with pytest.raises(ConfigError, match=r"\[ntfy\.phone\] token_file /none cannot be read"):
        sender(receiver, token_file="/none")  # noqa: S106 - a path
