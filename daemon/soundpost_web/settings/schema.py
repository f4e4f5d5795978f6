"""The tables of the configuration of the page."""

import ipaddress
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from soundpost.config import BrokerConfig, Section
from soundpost.config.types import Labels, Text

# Patterns end in \Z, because $ would accept a line break. Errors print the description.
HostName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z",
        description="the name of a host, such as north-gate.local",
    ),
]
HeaderName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9-]{1,64}\Z",
        description="the name of an HTTP header, such as X-Remote-User",
    ),
]
ZoneName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_+/-]{1,64}\Z",
        description="the name of a time zone, such as Europe/Berlin",
    ),
]
HostNames = Annotated[list[HostName], Meta(description="a list of names of hosts")]
Addresses = Annotated[list[str], Meta(description="a list of IP addresses")]
UserNames = Annotated[list[str], Meta(description="a list of names of users")]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Viewers = Annotated[int, Meta(ge=1, le=500)]
"""Each has a connection; a process may have 1,024 open files by default."""
Days = Annotated[int, Meta(ge=1, le=36_500)]
Megabytes = Annotated[int, Meta(ge=10, le=100_000)]


class WebConfig(Section, frozen=True):
    """The server: its address, and the people who may see the page."""

    address: Text = "127.0.0.1"
    port: Port = 8473
    hosts: HostNames = msgspec.field(default_factory=list)
    public: bool = False
    password_file: Text | None = None
    proxy_header: HeaderName | None = None
    proxy_addresses: Addresses = msgspec.field(default_factory=list)
    proxy_admins: UserNames = msgspec.field(default_factory=list)
    cert_file: Text | None = None
    key_file: Text | None = None
    viewers: Viewers = 100
    zone: ZoneName | None = None

    def __post_init__(self) -> None:
        for name, addresses in (
            ("address", [self.address]),
            ("proxy_addresses", self.proxy_addresses),
        ):
            for address in addresses:
                try:
                    ipaddress.ip_address(address)
                except ValueError:
                    raise ValueError(f"{name} has {address!r}, which is no IP address") from None
        if bool(self.proxy_header) != bool(self.proxy_addresses):
            raise ValueError("proxy_header and proxy_addresses go together")
        if self.proxy_admins and not self.proxy_header:
            raise ValueError("proxy_admins is set without proxy_header")
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file and key_file go together")
        if self.zone is not None:
            refuse_unknown_zone(self.zone)

    @property
    def is_exposed(self) -> bool:
        """True if the page can be reached from other machines, directly or by a proxy."""
        return not ipaddress.ip_address(self.address).is_loopback or bool(
            self.hosts or self.proxy_header
        )


class SubscriberConfig(BrokerConfig, frozen=True):
    """The broker, and the time for which it keeps messages while the page does not run."""

    session_days: Annotated[int, Meta(ge=0, le=365)] = 7


class HistoryConfig(Section, frozen=True):
    """The history of events: its file, and its limits."""

    file: Text | None = None
    days: Days = 365
    megabytes: Megabytes = 200


class ClipsConfig(Section, frozen=True):
    """The clips of events: where they lie, and whether nodes are asked for them."""

    folder: Text | None = None
    fetch: bool = False
    megabytes: Megabytes = 200


class ReviewConfig(Section, frozen=True):
    """The verdicts of people on events."""

    store: Text | None = None


class AnalyzeConfig(Section, frozen=True):
    """Uploaded recordings: the visitors who may have them analyzed, and the limits."""

    allowed: Literal["nobody", "viewer", "admin"] = "nobody"
    megabytes: Annotated[int, Meta(ge=1, le=2_000)] = 50
    minutes: Annotated[int, Meta(ge=1, le=120)] = 10
    seconds: Annotated[int, Meta(ge=5, le=3_600)] = 120
    keep_minutes: Annotated[int, Meta(ge=1, le=1_440)] = 30


class WebSettings(Section, frozen=True):
    """The whole configuration of the page."""

    web: WebConfig = msgspec.field(default_factory=WebConfig)
    mqtt: SubscriberConfig = msgspec.field(default_factory=SubscriberConfig)
    history: HistoryConfig = msgspec.field(default_factory=HistoryConfig)
    clips: ClipsConfig = msgspec.field(default_factory=ClipsConfig)
    review: ReviewConfig = msgspec.field(default_factory=ReviewConfig)
    clip_folders: dict[str, Text] = msgspec.field(default_factory=dict)
    analyze: AnalyzeConfig = msgspec.field(default_factory=AnalyzeConfig)
    zones: dict[str, ZoneName] = msgspec.field(default_factory=dict)
    groups: dict[str, Labels] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.clips.fetch and not self.mqtt.commands:
            raise ValueError("clips.fetch is set without mqtt.commands")
        for zone in self.zones.values():
            refuse_unknown_zone(zone)


def refuse_unknown_zone(name: str) -> None:
    """Raises ValueError for a time zone that this machine does not know."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"the time zone {name!r} is not known on this machine") from None
