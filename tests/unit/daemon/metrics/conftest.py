"""Fixtures: the metrics of a daemon, without the daemon."""

import os
from collections.abc import Callable, Iterator

import pytest
from manual_clock import ManualClock

from soundpost.config import MetricsConfig
from soundpost.events import AnyWindow, Scores
from soundpost.health import Health, Status
from soundpost.messages import ModelIdentity
from soundpost.metrics import InferenceTimer, Metrics, MetricSources, TimedModel

STATUS = Status(is_connected=True, queue_seconds=0.25)
MakeMetrics = Callable[..., Metrics]


@pytest.fixture
def clock() -> ManualClock:
    """Provides the clock of the intervals."""
    return ManualClock(100.0)


@pytest.fixture
def health() -> Health:
    """Provides counters."""
    return Health(samples=32_000, windows=3, messages_waiting=2, dropped_samples=8_000)


@pytest.fixture
def sources(health: Health) -> MetricSources:
    """Provides the sources of metrics of a daemon that has classified nothing yet."""

    def classify(_: AnyWindow) -> Scores:
        raise AssertionError("no window is classified in these tests")

    return MetricSources(
        models=[
            TimedModel(
                ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32),
                InferenceTimer(classify),
            )
        ],
        labels=["dog", "siren"],
        health=health,
        sample_rate_hz=16_000,
        clock=lambda: "synced",
    )


@pytest.fixture
def make_metrics(sources: MetricSources, clock: ManualClock) -> MakeMetrics:
    """Provides a function that makes metrics from keys of `[metrics]`."""

    def make(**keys: object) -> Metrics:
        config = MetricsConfig(**keys)  # type: ignore[arg-type]  # each test passes valid keys
        return Metrics(config, sources, monotonic_seconds=clock)

    return make


@pytest.fixture
def private_umask() -> Iterator[None]:
    """Provides the umask of the service's unit: no permissions for others."""
    before = os.umask(0o027)
    yield
    os.umask(before)
