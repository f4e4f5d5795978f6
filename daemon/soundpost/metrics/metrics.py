"""When metrics are taken, and where they are shown."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, Self

from soundpost import __version__
from soundpost.config import MetricsConfig
from soundpost.errors import MetricsError
from soundpost.events import Detection, State
from soundpost.health import Health, Status
from soundpost.metrics.collectors import counters, events, problems
from soundpost.metrics.endpoint import Endpoint
from soundpost.metrics.family import Family, Sample, render
from soundpost.metrics.host import process, temperatures, throttling
from soundpost.metrics.inference_timer import InferenceTimer
from soundpost.metrics.textfile import Textfile

_log = logging.getLogger("soundpost.metrics")


class Model(Protocol):
    """The identity of a model, as it is told with everything."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def version(self) -> str:
        """Its version."""


class Metrics:
    """Takes a set of metrics every so often, and shows it in a file and at an endpoint.

    With neither configured it does nothing.

    Args:
        config: The `[metrics]` table.
        model: Which model listens.
        labels: What is listened for: each has its number of events from the start.
        health: What is counted.
        sample_rate_hz: The rate of the samples that are counted.
        inference_timer: What times the classifier.
        monotonic_seconds: The clock by which a set is due.
    """

    def __init__(  # noqa: PLR0913 - what it takes its numbers from
        self,
        config: MetricsConfig,
        model: Model,
        labels: Sequence[str],
        health: Health,
        sample_rate_hz: int,
        inference_timer: InferenceTimer,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._model = model
        self._started = dict.fromkeys(labels, 0)
        self._health = health
        self._sample_rate_hz = sample_rate_hz
        self._inference_timer = inference_timer
        self._monotonic_seconds = monotonic_seconds
        self._due_seconds = monotonic_seconds()
        self._open = ExitStack()
        self._textfile = Textfile(Path(config.textfile)) if config.textfile else None
        self.endpoint: Endpoint | None = None

    def __enter__(self) -> Self:
        """Open the endpoint, if that is asked for; if it cannot be had, that is said once.

        The daemon is there to hear: it does not end, and begin anew for ever, for want of metrics.
        """
        if self._config.listen is not None:
            try:
                self.endpoint = Endpoint(*self._config.address)
            except MetricsError as error:
                _log.error("%s, and listening goes on (%s)", error, error.hint)
            else:
                self._open.callback(self.endpoint.close)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def count(self, detection: Detection) -> None:
        """Take note of what was decided."""
        if detection.state is State.STARTED:
            self._started[detection.label] = self._started.get(detection.label, 0) + 1

    def tick(self, status: Status) -> None:
        """Collects the metrics and exports them, when it is time to."""
        if self._textfile is None and self.endpoint is None:
            return
        if self._monotonic_seconds() < self._due_seconds:
            return
        self._due_seconds = self._monotonic_seconds() + self._config.every_seconds
        families = tuple(self._collect(status))
        if self._textfile is not None:
            self._textfile.show(render(families))
        if self.endpoint is not None:
            self.endpoint.show(families)

    def _collect(self, status: Status) -> Iterator[Family]:
        model = ("model", self._model.id), ("model_version", self._model.version)
        names = ("version", __version__), *model
        yield Family("soundpost_info", "gauge", "What runs here; always 1.", (Sample(1, names),))
        yield from counters(self._health, self._sample_rate_hz)
        yield self._inference_timer.family()
        yield events(self._started)
        yield problems(status.problems)
        text = "Whether the broker is reached."
        yield _gauge("soundpost_broker_connected", text, status.is_connected)
        text = "Whether the wall clock can be believed."
        yield _gauge("soundpost_clock_synced", text, status.is_clock_synced)
        text = "Sound that waits for the pipeline."
        yield _gauge("soundpost_capture_queue_seconds", text, status.queue_seconds)
        yield from process()
        yield from temperatures()
        yield from throttling()


def _gauge(name: str, text: str, value: float) -> Family:
    return Family(name, "gauge", text, (Sample(value),))
