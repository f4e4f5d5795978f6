"""Fixtures of several integration tests: recordings, nodes, and what sends commands to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_client import Commander
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import write_quiet
from several_sources import SeveralSources
from teaching_node import TeachingNode


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a recording of ten minutes without events; no test takes as long."""
    path = tmp_path_factory.mktemp("recording") / "quiet.wav"
    write_quiet(path, 600.0)
    return path


@pytest.fixture
def commander(subscriber: Subscriber) -> Commander:
    """Provides the client that sends commands to the node."""
    return Commander(subscriber)


@pytest.fixture
def teaching_node(tmp_path: Path, broker: Broker) -> TeachingNode:
    """Provides a node that is taught by commands."""
    return TeachingNode(tmp_path, broker)


@pytest.fixture
def sources(tmp_path: Path, broker: Broker, subscriber: Subscriber) -> Iterator[SeveralSources]:
    """Provides a node with several sources, which is killed at the end."""
    sources = SeveralSources(tmp_path, broker, subscriber)
    yield sources
    if sources.daemon is not None:
        sources.daemon.kill()
