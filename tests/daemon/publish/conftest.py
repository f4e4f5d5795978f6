"""Something to tell, and somebody to tell it."""

import logging
import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from made_up import close_outbox_files
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.events import Detection, State
from soundpost.health import Health
from soundpost.publish import DetectionMessage, ModelIdentity, Teller
from soundpost.publish.publisher import MqttPublisher

ONSET_NS = 1_795_246_281_480_000_000
"""2026-11-21T07:31:21.480Z."""

MakePublisher = Callable[..., MqttPublisher]


@pytest.fixture(autouse=True)
def _no_outbox_stays_open() -> Iterator[None]:
    """Python 3.13 warns of a database that nobody has closed."""
    yield
    close_outbox_files()


@pytest.fixture
def started() -> Detection:
    """An event that has just begun."""
    return Detection(
        event=0,
        state=State.STARTED,
        label="glass_breaking",
        score=0.94,
        threshold=0.62,
        onset_sample=16_000,
        offset_sample=None,
        decided_sample=32_000,
        onset_utc_ns=ONSET_NS,
        offset_utc_ns=None,
        level_dbfs=-31.2,
    )


@pytest.fixture
def teller() -> Teller:
    """Words for the node north-gate, the same in every run."""
    return Teller(
        "north-gate",
        ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32),
        sample_rate_hz=16_000,
        clock=lambda: "synced",
        rng=random.Random(7),  # noqa: S311 - the same ids in every run
    )


@pytest.fixture
def messages(teller: Teller, started: Detection) -> Callable[[int], list[DetectionMessage]]:
    """The next so many messages, numbered on."""
    return lambda count: [teller.tell(started) for _ in range(count)]


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
