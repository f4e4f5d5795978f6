"""A daemon's metrics, without the daemon."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from soundpost.config import MetricsConfig
from soundpost.events import Scores, Window
from soundpost.health import Health, Status
from soundpost.messages import ModelIdentity
from soundpost.metrics import InferenceTimer, Metrics

NOW = Status(is_connected=True, is_clock_synced=True, queue_seconds=0.25)
MakeMetrics = Callable[..., Metrics]


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """The time that it says."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """The clock by which metrics are due."""
    return Clock()


@pytest.fixture
def health() -> Health:
    """What is counted."""
    return Health(samples=32_000, windows=3, messages_waiting=2, dropped_samples=8_000)


@pytest.fixture
def textfile(tmp_path: Path) -> Path:
    """The file in a folder of its own."""
    folder = tmp_path / "prom"
    folder.mkdir()
    return folder / "soundpost.prom"


@pytest.fixture
def make_metrics(health: Health, clock: Clock) -> MakeMetrics:
    """Makes metrics from keys of `[metrics]`."""

    def classify(_: Window) -> Scores:
        raise AssertionError("nothing is classified here")

    def make(**keys: object) -> Metrics:
        return Metrics(
            MetricsConfig(**keys),  # type: ignore[arg-type]  # each test knows its keys
            ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32),
            ["dog", "siren"],
            health,
            16_000,
            InferenceTimer(classify),
            monotonic_seconds=clock,
        )

    return make


@pytest.fixture
def private_umask() -> Iterator[None]:
    """As in the service's unit: nothing for others."""
    before = os.umask(0o027)
    yield
    os.umask(before)
