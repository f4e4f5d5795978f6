"""Messages to a webhook, with a real server of HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from http_receiver import HttpReceiver
from notify_parts import message

from soundpost.errors import ConfigError
from soundpost_notify.deliver.webhook import WebhookSender
from soundpost_notify.settings import WebhookConfig


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpReceiver]:
    """Provides a server."""
    server = HttpReceiver(tmp_path_factory.mktemp("service")).start()
    yield server
    server.kill()


def sender(**keys: Any) -> WebhookSender:  # noqa: ANN401 - as in TOML
    """Returns a sender."""
    return WebhookSender("[webhook.hook]", WebhookConfig(**keys))


def secret(tmp_path: Path, text: str) -> str:
    """Returns the path of a file with a secret."""
    path = tmp_path / "secret"
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return str(path)


def test_a_message_has_the_headers_and_the_body_of_its_table(
    receiver: HttpReceiver, tmp_path: Path
) -> None:
    """And a key by which a service can recognise one that arrives twice."""
    hook = sender(
        url=f"{receiver.url}/hook",
        method="PUT",
        headers={"X-Room": "attic"},
        token_file=secret(tmp_path, "secret"),
        body={"text": "{title}", "score": "{score}"},
    )
    sent = message()
    for _ in range(2):
        hook.send(sent)
    first, second = receiver.requests()[-2:]
    assert (first.method, first.path) == ("PUT", "/hook")
    assert first.json == {"text": "dog at gate", "score": 0.9}
    assert first.headers["x-room"] == "attic"
    assert first.headers["authorization"] == "Bearer secret"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == sent.key


def test_the_address_can_be_a_secret(receiver: HttpReceiver, tmp_path: Path) -> None:
    """In a file of one line; an error does not have it."""
    sender(url_file=secret(tmp_path, f"{receiver.url}/T0/B0/xyz")).send(message())
    assert receiver.requests()[-1].path == "/T0/B0/xyz"
    with pytest.raises(ConfigError, match=r"url_file: expected http://host/path") as error:
        sender(url_file=secret(tmp_path, "htps://gate/T0/B0/xyz"))
    assert "xyz" not in f"{error.value}{error.value.hint}"
