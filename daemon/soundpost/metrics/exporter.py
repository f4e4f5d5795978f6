"""The export of metrics to the text file and the endpoint."""

from collections.abc import Mapping
from pathlib import Path

from soundpost.config import MetricsConfig
from soundpost.health import Status
from soundpost.metrics.collectors import collect
from soundpost.metrics.exposition import Exposition, with_label
from soundpost.metrics.sources import MetricSources
from soundpost.metrics.textfile import Textfile


class Exporter:
    """Collects sets of metrics, and shows each in the configured file and at the endpoint.

    Args:
        config: The table `[metrics]`.
        sources: The parts of the daemon that count.
    """

    def __init__(self, config: MetricsConfig, sources: MetricSources) -> None:
        self._config = config
        self._sources = sources
        self._exposition = Exposition()
        self._textfile = Textfile(Path(config.textfile)) if config.textfile else None

    def open(self) -> None:
        """Starts the endpoint, if one is configured.

        Raises:
            MetricsError: Its address cannot be used; the text file is written nevertheless.
        """
        if self._config.listen is not None:
            self._exposition.serve(*self._config.address)

    def export(self, started: Mapping[str, int], status: Status) -> None:
        """Collects a set of metrics, which replaces the last one.

        Args:
            started: Number of events that have started, by label or group of labels.
            status: The present state of the daemon.
        """
        metrics = collect(self._sources, started, status)
        if self._sources.source is not None:
            metrics = with_label(metrics, "source", self._sources.source)
        self._exposition.show(metrics)
        if self._textfile is not None:
            self._textfile.write(self._exposition.render())

    def close(self) -> None:
        """Stops the endpoint."""
        self._exposition.close()
