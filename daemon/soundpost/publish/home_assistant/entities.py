"""The node as a Home Assistant device: one entity for each value that it publishes.

Source: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import msgspec

from soundpost import __version__
from soundpost.acoustics.reference import Reference
from soundpost.events import ANY
from soundpost.messages.payload import ModelIdentity
from soundpost.publish.home_assistant.device_classes import SOUND
from soundpost.publish.home_assistant.discovery_payload import (
    Announcement,
    Component,
    Device,
    Origin,
)
from soundpost.publish.home_assistant.event_entity import event_entity
from soundpost.publish.home_assistant.level_entities import level, minute_level
from soundpost.publish.home_assistant.object_ids import object_id
from soundpost.publish.home_assistant.size_budget import (
    LARGEST_BYTES,
    earlier_platforms,
    fit_entities,
)

_MISSED_REPORTS = 3
"""After three missing health reports all else is unavailable: the node and the broker may both have
died, and the broker may be back alone with what was retained."""


class DeviceAnnouncement(msgspec.Struct, frozen=True):
    """Builds the discovery payload of a node.

    Attributes:
        base: The base topic: `<prefix>/<node>`, or `<prefix>/<node>/<source>`.
        labels: The labels that have a topic of their own.
        model: The model that classifies.
        groups: The groups of labels that have a topic of their own.
        health_seconds: The time between two health reports, with which all states are sent again.
        device_classes: The device class of each label; `sound` for the others.
        level_seconds: The time between two levels; 0 if none are published.
        accepts_commands: True if the node executes commands.
        records_clips: True if the node can record clips.
        common_names: The names that people use, by label; for the others the label is spelt out.
        has_other_sounds: True if labels are detected that have no topic of their own.
        other_models: The models that classify besides `model`.
        minute_levels: The reference of the levels of each minute; None if none are published.
    """

    base: str
    labels: Sequence[str]
    model: ModelIdentity
    health_seconds: float = 30.0
    device_classes: Mapping[str, str] = msgspec.field(default_factory=dict)
    level_seconds: float = 0.0
    accepts_commands: bool = False
    records_clips: bool = False
    groups: Sequence[str] = ()
    common_names: Mapping[str, str] = msgspec.field(default_factory=dict)
    has_other_sounds: bool = False
    other_models: Sequence[ModelIdentity] = ()
    minute_levels: Reference | None = None

    def build_payload(
        self,
        earlier: bytes | None = None,
        on_left_out: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> bytes:
        """Returns the payload, at most 64 kB; it also removes entities that only `earlier` has.

        Args:
            earlier: The retained message at the broker, of any origin; ignored if it is invalid.
            on_left_out: Called with the keys of the entities that do not fit.
        """
        prefix, _, path = self.base.partition("/")
        models = (self.model, *self.other_models)
        announcement = Announcement(
            device=Device(
                identifiers=(f"{prefix}_{path}",),
                name=path.replace("/", " "),
                manufacturer="Soundpost",
                model=", ".join(f"{model.id} {model.version}" for model in models),
                sw_version=__version__,
            ),
            origin=Origin(name="soundpost", sw_version=__version__),
            availability_topic=f"{self.base}/status",
            components={},
        )
        room_bytes = LARGEST_BYTES - len(msgspec.json.encode(announcement))
        fitted = fit_entities(self._components(), earlier_platforms(earlier), room_bytes)
        on_left_out(fitted.left_out)
        return msgspec.json.encode(
            msgspec.structs.replace(announcement, components=fitted.components)
        )

    def _components(self) -> dict[str, Component]:
        """Returns the entities by key, the most important ones first."""
        names = {label: self.common_names.get(label) or label for label in self.labels}
        entities = {
            "sounds": event_entity(self.base, self.labels, has_other_sounds=self.has_other_sounds),
            "problem": self._health(
                "Microphone",
                "{{ 'ON' if value_json.problems | reject('eq', 'configuration') | list"
                " else 'OFF' }}",
                "problem",
            ),
            "heard": self._counter("Sound heard", "heard_seconds", unit="s"),
            "waiting": self._counter("Messages waiting", "counters.messages_waiting"),
            "dropped": self._counter("Messages dropped", "counters.messages_dropped"),
        }
        if self.level_seconds:
            entities["level"] = level(self.base, self.level_seconds)
        if self.minute_levels is not None:
            expire_after = self._expire_after
            entities["minute_level"] = minute_level(self.base, self.minute_levels, expire_after)
        if self.accepts_commands:
            from soundpost.publish.home_assistant.controls import controls  # noqa: PLC0415 - off by default

            entities |= controls(self.base, names, records_clips=self.records_clips)
        entities |= {
            f"sound_{ANY}": self._sound(ANY),
            **{f"group_{group}": self._group(group) for group in self.groups},
            **{f"sound_{label}": self._sound(label) for label in self.labels},
        }
        prefix, _, path = self.base.partition("/")
        own = f"{prefix}_{object_id(path)}"
        return {
            key: msgspec.structs.replace(entity, unique_id=f"{own}_{key}")
            for key, entity in entities.items()
        }

    def _sound(self, label: str) -> Component:
        name = "Any sound" if label == ANY else self.common_names.get(label) or _spelt(label)
        device_class = self.device_classes.get(label, SOUND)
        return self._binary_sensor(name, f"sound/{label}", device_class)

    def _group(self, group: str) -> Component:
        return self._binary_sensor(f"{_spelt(group)} (group)", f"group/{group}", SOUND)

    def _binary_sensor(self, name: str, topic: str, device_class: str) -> Component:
        return Component(
            platform="binary_sensor",
            name=name,
            state_topic=f"{self.base}/{topic}",
            device_class=device_class,
            expire_after=self._expire_after,
        )

    @property
    def _expire_after(self) -> int:
        """The seconds after which a value that was not sent again is unavailable."""
        return math.ceil(_MISSED_REPORTS * self.health_seconds)

    def _health(self, name: str, template: str, device_class: str) -> Component:
        return Component(
            platform="binary_sensor",
            name=name,
            state_topic=f"{self.base}/health",
            value_template=template,
            device_class=device_class,
            entity_category="diagnostic",
            expire_after=self._expire_after,
        )

    def _counter(self, name: str, field: str, unit: str | None = None) -> Component:
        is_gauge = field.endswith("waiting")
        return Component(
            platform="sensor",
            name=name,
            state_topic=f"{self.base}/health",
            value_template=f"{{{{ value_json.{field} }}}}",
            device_class="duration" if unit else None,
            entity_category="diagnostic",
            unit_of_measurement=unit,
            state_class="measurement" if is_gauge else "total_increasing",
            expire_after=self._expire_after,
        )


def _spelt(name: str) -> str:
    """Returns the name of a label or group as a person writes it."""
    return name.replace("_", " ").capitalize()
