"""The table `[metrics]`: the export to Prometheus."""

import ipaddress
from typing import Annotated

from msgspec import Meta

from soundpost.config.types import Section

PromFile = Annotated[str, Meta(pattern=r"^.*[^/]\.prom\Z", description="a path that ends in .prom")]
ListenAddress = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}\Z",
        description="an IP address and a port, such as 127.0.0.1:9464",
    ),
]
_HIGHEST_PORT = 65_535


class MetricsConfig(Section, frozen=True):
    """Export of metrics: to a file, at an address, or (the default) not at all."""

    textfile: PromFile | None = None
    listen: ListenAddress | None = None
    beyond_loopback: bool = False
    every_seconds: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 15.0

    def __post_init__(self) -> None:
        if self.listen is None:
            return
        host, port = self.address
        if port > _HIGHEST_PORT:
            raise ValueError(f"listen has port {port}, and there is none above {_HIGHEST_PORT}")
        if not (self.beyond_loopback or ipaddress.ip_address(host).is_loopback):
            raise ValueError("listen is no loopback address, and beyond_loopback is false")

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port of `listen`.

        Raises:
            ValueError: `listen` is not set.
        """
        host, _, port = (self.listen or "").rpartition(":")
        return host.strip("[]"), int(port)
