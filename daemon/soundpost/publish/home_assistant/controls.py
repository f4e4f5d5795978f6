"""The entities with which Home Assistant commands a node."""

from collections.abc import Iterator, Sequence

from soundpost.publish.home_assistant.entities import Component

MUTE_MINUTES = 60
"""How long the switch mutes; it turns itself off then."""
CAPTURE_SECONDS = 5

_ID = '"id": "ha-{{ now().timestamp() }}"'


def controls(
    base: str, labels: Sequence[str], *, captures: bool
) -> Iterator[tuple[str, Component]]:
    """Each entity with its key.

    Args:
        base: What the node's topics begin with.
        labels: What it listens for.
        captures: Whether it can keep clips.
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
    if captures:
        more = f', "seconds": {CAPTURE_SECONDS}'
        yield "capture", _button(base, "Capture now", "capture-now", more)
    for label in labels:
        yield f"threshold_{label}", _threshold(base, label)


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


def _threshold(base: str, label: str) -> Component:
    return Component(
        platform="number",
        name=f"Threshold of {label.replace('_', ' ')}",
        state_topic=f"{base}/settings",
        value_template=f"{{{{ value_json.thresholds['{label}'] }}}}",
        command_topic=f"{base}/command/threshold",
        command_template=f'{{{_ID}, "label": "{label}", "on": {{{{ value }}}}}}',
        entity_category="config",
        enabled_by_default=False,  # fifty of them are nobody's dashboard
        min=0.0,
        max=1.0,
        step=0.01,
    )
