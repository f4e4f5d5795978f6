"""Metrics to whoever asks over HTTP: the one door to prometheus_client."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from soundpost.errors import MetricsError
from soundpost.metrics.family import Family

if TYPE_CHECKING:
    from prometheus_client.core import Metric


class Endpoint:
    """Answers `GET /metrics` from a thread of its own, with the set that was shown last.

    Args:
        host: The address that it listens at.
        port: Its port; 0 takes one that is free.

    Attributes:
        port: The port that it listens at.

    Raises:
        MetricsError: prometheus_client is not installed, or the address cannot be had.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 - an extra, off by default
        except ImportError as error:
            raise MetricsError(
                f"metrics.listen needs prometheus_client: {error}",
                hint="`pip install soundpost[metrics]`, or use metrics.textfile",
            ) from error
        self._families: Sequence[Family] = ()
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        try:
            self._server, self._thread = start_http_server(port, host, registry)
        except OSError as error:
            raise MetricsError(
                f"no metrics can be told at {host}:{port}: {error.strerror}",
                hint="another program may listen there; under systemd the unit must allow it, see "
                "docs/METRICS.md",
            ) from error
        self.port = self._server.server_port

    def show(self, families: Sequence[Family]) -> None:
        """Answer with these from now on."""
        self._families = families

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def collect(self) -> Iterator["Metric"]:
        """The metrics, as prometheus_client wants them."""
        from prometheus_client.core import Metric  # noqa: PLC0415 - as above

        for family in self._families:
            metric = Metric(family.name.removesuffix("_total"), family.help, family.kind)
            for sample in family.samples:
                name = f"{family.name}{sample.suffix}"
                metric.add_sample(name, dict(sample.labels), sample.value)
            yield metric
