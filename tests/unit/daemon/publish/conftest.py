"""Something to tell, and somebody to tell it."""

import logging
from collections.abc import Callable, Iterator, Sequence

import pytest
from sample_messages import close_outbox_files
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.events import Detection
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]


@pytest.fixture(autouse=True)
def _no_outbox_stays_open() -> Iterator[None]:
    """Python 3.13 warns of a database that nobody has closed."""
    yield
    close_outbox_files()


@pytest.fixture
def messages(
    builder: MessageBuilder, started: Detection
) -> Callable[[int], list[DetectionMessage]]:
    """The next so many messages, numbered on."""
    return lambda count: [builder.detection(started) for _ in range(count)]


@pytest.fixture
def health() -> Health:
    """The counters that the publishers of this test count in."""
    return Health()


@pytest.fixture
def make_publisher(health: Health) -> Iterator[MakePublisher]:
    """Makes started publishers of node `post` from keys of `[mqtt]`; all close with the test.

    What is `told` was told before the start, so that all of it waits when the broker is reached.
    """
    made: list[MqttPublisher] = []

    def make(broker: str, told: Sequence[DetectionMessage] = (), **keys: object) -> MqttPublisher:
        publisher = MqttPublisher(MqttConfig(broker=broker, **keys), "post", health)  # type: ignore[arg-type]  # each test knows its keys
        made.append(publisher)
        for message in told:
            publisher.publish(message)
        publisher.start()
        return publisher

    yield make
    for publisher in made:
        publisher.close(timeout_seconds=0.0)


@pytest.fixture
def log() -> Iterator[Log]:
    """The log of this test."""
    logger = logging.getLogger("soundpost.publish")
    log = Log()
    logger.addHandler(log)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    yield log
    logger.removeHandler(log)
    logger.setLevel(level)
