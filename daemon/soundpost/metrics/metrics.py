"""The metrics of a run: collected at intervals, if an export is configured."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from soundpost.config import MetricsConfig
from soundpost.errors import MetricsError
from soundpost.events import Detection, State
from soundpost.health import Status
from soundpost.metrics.sources import MetricSources

if TYPE_CHECKING:
    from soundpost.metrics.exporter import Exporter

_log = logging.getLogger("soundpost.metrics")


class Metrics:
    """Collects and exports a set of metrics at intervals, if an export is configured.

    Args:
        config: The table `[metrics]`.
        sources: The parts of the daemon that count.
        monotonic_seconds: The clock of the intervals.
    """

    def __init__(
        self,
        config: MetricsConfig,
        sources: MetricSources,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._sources = sources
        self._started = dict.fromkeys(map(self._series_of, sources.labels), 0)
        self._monotonic_seconds = monotonic_seconds
        self._due_seconds = monotonic_seconds()
        self._open = ExitStack()
        self._exporter: Exporter | None = None

    def __enter__(self) -> Self:
        """Starts the export; a failure is logged, and detection goes on.

        Without metrics the daemon still does its work: it does not end, and restart for ever.
        """
        if self._config.textfile is None and self._config.listen is None:
            return self
        try:
            self._exporter = _build_exporter(self._config, self._sources)
            self._open.callback(self._exporter.close)
            self._exporter.open()
        except MetricsError as error:
            _log.error("%s, and detection goes on (%s)", error, error.hint)
            if self._config.textfile is None:
                self._exporter = None  # there is nowhere to export to
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def count(self, detection: Detection) -> None:
        """Counts the start of an event."""
        if detection.state is State.STARTED:
            series = self._series_of(detection.label)
            self._started[series] = self._started.get(series, 0) + 1

    def _series_of(self, label: str) -> str:
        return self._sources.series.get(label, label)

    def tick(self, status: Status) -> None:
        """Collects and exports a set of metrics, if it is due."""
        if self._exporter is None or self._monotonic_seconds() < self._due_seconds:
            return
        self._due_seconds = self._monotonic_seconds() + self._config.every_seconds
        self._exporter.export(self._started, status)


def _build_exporter(config: MetricsConfig, sources: MetricSources) -> "Exporter":
    try:
        # Only where metrics are on: its library, prometheus_client, is an extra.
        from soundpost.metrics.exporter import Exporter  # noqa: PLC0415 - see above
    except ImportError as error:
        raise MetricsError(
            f"metrics need prometheus_client: {error}",
            hint="`pip install soundpost[metrics]`, or leave [metrics] empty",
        ) from error
    return Exporter(config, sources)
