"""The schema of Home Assistant's device discovery payload.

Source: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload.
"""

import msgspec


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the payload; fields with their default value are omitted."""


class Component(_Part, frozen=True, kw_only=True):
    """An entity; a component with only its platform removes the entity."""

    platform: str
    name: str | None = None
    unique_id: str | None = None
    state_topic: str | None = None
    value_template: str | None = None
    event_types: tuple[str, ...] | None = None
    device_class: str | None = None
    entity_category: str | None = None
    unit_of_measurement: str | None = None
    state_class: str | None = None
    suggested_display_precision: int | None = None
    expire_after: int | None = None
    enabled_by_default: bool = True
    command_topic: str | None = None
    command_template: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None


class Device(_Part, frozen=True, kw_only=True):
    """The node, as a device."""

    identifiers: tuple[str, ...]
    name: str
    manufacturer: str
    model: str
    sw_version: str


class Origin(_Part, frozen=True, kw_only=True):
    """The software that publishes the payload."""

    name: str
    sw_version: str


class Announcement(_Part, frozen=True, kw_only=True):
    """The payload of device discovery; all entities share the availability."""

    device: Device
    origin: Origin
    availability_topic: str
    qos: int = 1
    components: dict[str, Component]


class RetainedAnnouncement(msgspec.Struct, frozen=True):
    """The retained announcement of an earlier run, with the field that is read."""

    components: dict[str, Component]
