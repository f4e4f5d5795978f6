"""Fits the entities of an announcement into a size that brokers and Home Assistant take."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from soundpost.publish.home_assistant.discovery_payload import Component, RetainedAnnouncement

LARGEST_BYTES = 64_000
"""Of an announcement: 54 kB are the 71 labels of the largest included bundle with commands. Larger
messages exceed the limits of many brokers, and Home Assistant parses all of it at each start."""
_LARGEST_EARLIER_BYTES = 262_144
"""A larger retained message is not parsed. Earlier versions made 240 kB with 300 labels."""


class FittedEntities(NamedTuple):
    """The entities that fit.

    Attributes:
        components: The entities, and the removals of earlier ones, by key.
        left_out: The keys of the entities that do not fit.
    """

    components: dict[str, Component]
    left_out: tuple[str, ...]


def earlier_platforms(announcement: bytes | None) -> dict[str, str]:
    """Returns the platform of each entity of a retained announcement, by key; {} if it is none."""
    if not announcement or len(announcement) > _LARGEST_EARLIER_BYTES:
        return {}
    try:
        found = msgspec.json.decode(announcement, type=RetainedAnnouncement)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {key: component.platform for key, component in found.components.items()}


def fit_entities(
    entities: Mapping[str, Component], earlier: Mapping[str, str], room_bytes: int
) -> FittedEntities:
    """Returns the entities that fit, and removes the earlier ones that are not among them.

    Removals come after the entities, and before those that are disabled by default: an entity that
    is not removed only stays, unavailable.

    Args:
        entities: The entities by key, the most important ones first.
        earlier: The platform of each entity of the announcement of before, by key.
        room_bytes: The size that their JSON may have.
    """
    removals = {key: Component(platform=platform) for key, platform in earlier.items()}
    gone = {key: removal for key, removal in removals.items() if key not in entities}
    first = {key: entity for key, entity in entities.items() if entity.enabled_by_default}
    kept: dict[str, Component] = {}
    left_out = []
    for key, component in (first | gone | dict(entities)).items():
        # An entity that does not fit is removed, if there was one.
        candidates = [component, *([removals[key]] if key in entities and key in removals else [])]
        for candidate in candidates:
            if (size_bytes := _member_bytes(key, candidate)) <= room_bytes:
                kept[key] = candidate
                room_bytes -= size_bytes
                break
        if key in entities and kept.get(key) is not component:
            left_out.append(key)
    return FittedEntities(kept, tuple(left_out))


def _member_bytes(key: str, component: Component) -> int:
    """Returns the bytes of a member of a JSON object, with the comma after it."""
    return len(msgspec.json.encode({key: component})) - 1
