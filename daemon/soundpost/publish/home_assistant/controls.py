"""The entities with which Home Assistant commands a node."""

from collections.abc import Iterator, Mapping

from soundpost.publish.home_assistant.discovery_payload import Component

MUTE_MINUTES = 60
"""The time for which the switch mutes; it turns itself off afterwards."""
CAPTURE_SECONDS = 5
"""The clip that the button records, besides what was captured just before it was pressed."""

_ID = '"id": "ha-{{ now().timestamp() }}"'


def controls(
    base: str, names: Mapping[str, str], *, records_clips: bool
) -> Iterator[tuple[str, Component]]:
    """Yields the key and the configuration of each entity.

    Args:
        base: The base topic of the node, `<prefix>/<node>`.
        names: For each label with a topic of its own, the name that is shown.
        records_clips: True if the node can record clips.
    """
    yield (
        "mute",
        Component(
            platform="switch",
            name="Mute",
            state_topic=f"{base}/settings",
            value_template="{{ 'ON' if value_json.muted else 'OFF' }}",
            command_topic=f"{base}/command/mute",
            command_template=f"{{{_ID}, "
            f"\"minutes\": {{{{ {MUTE_MINUTES} if value == 'ON' else 0 }}}}}}",
        ),
    )
    yield "selftest", _button(base, "Self-test", "selftest", category="diagnostic")
    if records_clips:
        more = f', "seconds": {CAPTURE_SECONDS}'
        yield "capture", _button(base, "Capture now", "capture-now", more)
    for label, name in names.items():
        yield f"threshold_{label}", _threshold(base, label, name)


def _button(
    base: str, name: str, command: str, more: str = "", category: str | None = None
) -> Component:
    return Component(
        platform="button",
        name=name,
        command_topic=f"{base}/command/{command}",
        command_template=f"{{{_ID}{more}}}",
        entity_category=category,
    )


def _threshold(base: str, label: str, name: str) -> Component:
    return Component(
        platform="number",
        name=f"Threshold of {name.replace('_', ' ')}",
        state_topic=f"{base}/settings",
        value_template=f"{{{{ value_json.thresholds['{label}'] }}}}",
        command_topic=f"{base}/command/threshold",
        command_template=f'{{{_ID}, "label": "{label}", "on": {{{{ value }}}}}}',
        entity_category="config",
        enabled_by_default=False,  # fifty of them would fill a dashboard
        min=0.0,
        max=1.0,
        step=0.01,
    )
