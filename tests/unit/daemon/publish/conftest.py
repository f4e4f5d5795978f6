"""Fixtures of publishers and their messages."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sample_messages import close_outbox_files
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.events import Detection
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder
from soundpost.publish.publisher import MqttPublisher, NodeDescription

MakePublisher = Callable[..., MqttPublisher]


@pytest.fixture(autouse=True)
def _close_outboxes() -> Iterator[None]:
    """Closes every outbox; Python 3.13 warns of a database that is left open."""
    yield
    close_outbox_files()


@pytest.fixture
def messages(
    builder: MessageBuilder, started: Detection
) -> Callable[[int], list[DetectionMessage]]:
    """Provides a function that returns the next so many messages, numbered on."""
    return lambda count: [builder.detection(started) for _ in range(count)]


@pytest.fixture
def health() -> Health:
    """Provides the counters of this test's publishers."""
    return Health()


@pytest.fixture
def make_publisher(health: Health) -> Iterator[MakePublisher]:
    """Provides a factory of started publishers of node `post`, from keys of `[mqtt]`.

    The messages in `waiting` are published before the start, so that they wait for the broker.
    """
    made: list[MqttPublisher] = []

    def make(
        broker: str, waiting: Sequence[DetectionMessage] = (), **keys: object
    ) -> MqttPublisher:
        config = MqttConfig(broker=broker, **keys)  # type: ignore[arg-type]  # the keys of a test
        publisher = MqttPublisher(config, NodeDescription("post"), health)
        made.append(publisher)
        for message in waiting:
            publisher.publish(message)
        publisher.start()
        return publisher

    yield make
    for publisher in made:
        publisher.close(timeout_seconds=0.0)


@pytest.fixture
def log() -> Iterator[Log]:
    """Provides the log lines of `soundpost.publish`."""
    logger = logging.getLogger("soundpost.publish")
    log = Log()
    logger.addHandler(log)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    yield log
    logger.removeHandler(log)
    logger.setLevel(level)


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """Provides a file with the password `secret-7` that only its owner can read."""
    path = tmp_path / "password"
    path.write_text("secret-7\n", encoding="utf-8")
    path.chmod(0o600)
    return path
