"""A bug in the thread that publishes."""

from collections.abc import Callable

import msgspec
import pytest
from mosquitto import Broker, wait_until
from watched_log import Log

from soundpost.errors import PublishError
from soundpost.publish import DetectionMessage
from soundpost.publish.publisher import MqttPublisher


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_the_thread_reaches_the_pipeline(
    broker: Broker,
    make_publisher: Callable[..., MqttPublisher],
    messages: Callable[[int], list[DetectionMessage]],
    log: Log,
) -> None:
    """A publisher whose thread has died does not pretend to publish."""
    publisher = make_publisher(broker.url)
    log.wait_for("connected to")
    (message,) = messages(1)
    publisher.publish(msgspec.structs.replace(message, label=object()))  # nothing that JSON knows

    def publish_in_vain() -> bool:
        publisher.publish(message)
        return False

    with pytest.raises(PublishError, match="has died"):
        wait_until(publish_in_vain)
