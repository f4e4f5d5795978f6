"""Metrics as text and over HTTP; the only file that imports prometheus_client."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack

from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from soundpost.errors import MetricsError
from soundpost.metrics.endpoint import MetricsServer

__all__ = [
    "CounterMetricFamily",
    "Exposition",
    "GaugeMetricFamily",
    "HistogramMetricFamily",
    "Metric",
    "with_label",
]


class Exposition(Collector):
    """The latest set of metrics, which a text file and an endpoint share (a custom collector).

    A scrape returns the set that was shown last. So it never waits for the pipeline, and the
    pipeline never waits for it.
    """

    def __init__(self) -> None:
        self._metrics: Sequence[Metric] = ()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        self._open = ExitStack()

    def show(self, metrics: Iterable[Metric]) -> None:
        """Replaces the set of metrics."""
        self._metrics = tuple(metrics)

    def collect(self) -> Sequence[Metric]:
        """Returns the set of metrics; called by prometheus_client."""
        return self._metrics

    def render(self) -> bytes:
        """Returns the set in Prometheus's text format, version 0.0.4."""
        return generate_latest(self._registry)

    def serve(self, host: str, port: int) -> int:
        """Starts to answer `GET /metrics`, in a thread of its own, until `close`.

        Args:
            host: The address of the endpoint.
            port: Its port; 0 for a free one.

        Returns:
            The port.

        Raises:
            MetricsError: The address cannot be used.
        """
        try:
            server = MetricsServer(host, port, make_wsgi_app(self._registry))
        except OSError as error:
            raise MetricsError(
                f"metrics cannot be served at {host}:{port}: {error.strerror}",
                hint="another program may use the port; under systemd the unit must allow it, see "
                "docs/METRICS.md",
            ) from error
        server.start()
        self._open.callback(server.close)
        return server.server_port

    def close(self) -> None:
        """Stops the endpoint, if there is one."""
        self._open.close()


def with_label(metrics: Iterable[Metric], name: str, value: str) -> Iterator[Metric]:
    """Yields metrics, each of whose samples has one more label."""
    for metric in metrics:
        metric.samples = [
            sample._replace(labels=sample.labels | {name: value}) for sample in metric.samples
        ]
        yield metric
