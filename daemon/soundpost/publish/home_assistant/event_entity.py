"""The event entity, which fires for every label, with or without a type of its own."""

from collections.abc import Sequence

from soundpost.publish.home_assistant.discovery_payload import Component

OTHER_SOUND = "sound"
"""The type of the labels that have none of their own. Home Assistant ignores an event, with a
warning, whose type is not in the announcement; the names of 6,522 labels alone have 150 kB."""

# Only confirmed events that are not late: one that arrives after hours must not trigger an alarm.
_BEGIN = "{% if value_json.state == 'confirmed' and not value_json.backfilled %}"
_END = "{% endif %}"


def event_entity(base: str, labels: Sequence[str], *, has_other_sounds: bool) -> Component:
    """Returns the event entity; the attributes of its events are those of the detection.

    Args:
        base: The base topic of the node.
        labels: The labels that are event types.
        has_other_sounds: True if other labels are detected, too.
    """
    event_type = "value_json.label"
    if has_other_sounds:
        own = ", ".join(f"'{label}'" for label in labels)
        event_type = f"value_json.label if value_json.label in [{own}] else '{OTHER_SOUND}'"
    types = dict.fromkeys((*labels, OTHER_SOUND) if has_other_sounds else labels)
    event = f"{{{{ dict(value_json, event_type={event_type}) | to_json }}}}"
    return Component(
        platform="event",
        name="Sounds",
        state_topic=f"{base}/detections",
        value_template=f"{_BEGIN}{event}{_END}",
        event_types=tuple(types),
    )
