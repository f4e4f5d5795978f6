"""Messages by Apprise, to a real server of HTTP."""

import logging
import sys
from collections.abc import Iterator

import pytest
from http_receiver import HttpReceiver
from notify_parts import message

from soundpost.errors import ConfigError
from soundpost_notify.deliver.apprise_service import AppriseSender
from soundpost_notify.deliver.outcome import Attachment, DeliveryError
from soundpost_notify.errors import NotifyError
from soundpost_notify.settings import AppriseConfig

pytest.importorskip("apprise")
# Its module for mail imports one that Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

SECRET = "s3cr3t"  # noqa: S105 - of this test
PICTURE = Attachment("20261120T120000Z-dog-00000001.png", "image/png", b"\x89PNG\r\n\x1a\n" * 9)


@pytest.fixture
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpReceiver]:
    """Provides a server."""
    server = HttpReceiver(tmp_path_factory.mktemp("service")).start()
    yield server
    server.kill()


def sender(url: str) -> AppriseSender:
    """Returns a sender."""
    return AppriseSender("[apprise.room]", AppriseConfig(url=url))


def test_a_message_is_sent_with_its_files(receiver: HttpReceiver) -> None:
    """To any service that Apprise knows: here JSON over HTTP."""
    sent = message(PICTURE, title="dog at gate", text="one\ntwo", link="http://gate/x")
    sender(f"json://gate:{SECRET}@127.0.0.1:{receiver.port}/room").send(sent)
    (request,) = receiver.requests()
    assert request.json["title"] == "dog at gate"
    assert request.json["message"] == "one\ntwo\nhttp://gate/x"
    assert request.json["attachments"][0]["filename"] == PICTURE.name


def test_a_failure_may_pass_and_has_no_secret(
    receiver: HttpReceiver, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in the error nor in any log."""
    caplog.set_level(logging.DEBUG)
    receiver.answer("500")
    with pytest.raises(DeliveryError) as error:
        sender(f"json://gate:{SECRET}@127.0.0.1:{receiver.port}").send(message())
    captured = capfd.readouterr()
    assert SECRET not in f"{error.value}{caplog.text}{captured.out}{captured.err}"


@pytest.mark.parametrize(
    "url", [f"jsn://{SECRET}", f"slack://{SECRET}", SECRET, f"tgram://{SECRET}/x"]
)
def test_a_url_that_apprise_does_not_know_is_an_error_without_it(url: str) -> None:
    """It may be a service that is spelled wrong, with a token in it."""
    with pytest.raises(ConfigError, match=r"\[apprise\.room\] url: expected") as error:
        sender(url)
    assert SECRET not in f"{error.value}{error.value.hint}"


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other targets work without it."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(NotifyError, match="apprise, which is not installed") as error:
        sender("json://localhost")
    assert "soundpost[notify]" in error.value.hint
