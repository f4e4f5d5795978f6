"""A bug in a thread that publishes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mosquitto import Broker, wait_until
from watched_log import Log

from soundpost.errors import PublishError
from soundpost.messages import DetectionMessage
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.publisher import MqttPublisher


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("owner", "name"), [(Outbox, "next_unsent"), (Outbox, "to_write")])
def test_a_bug_in_a_thread_reaches_the_pipeline(  # noqa: PLR0913, PLR0917 - fixtures and cases
    owner: type,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broker: Broker,
    make_publisher: Callable[..., MqttPublisher],
    messages: Callable[[int], list[DetectionMessage]],
    log: Log,
) -> None:
    """A publisher whose thread has died does not pretend to publish."""
    publisher = make_publisher(broker.url, outbox=str(tmp_path / "outbox.db"))
    log.wait_for("connected to")
    monkeypatch.setattr(owner, name, None)  # nothing that can be called

    def publish_in_vain() -> bool:
        publisher.publish(messages(1)[0])
        return False

    with pytest.raises(PublishError, match="has died"):
        wait_until(publish_in_vain)
