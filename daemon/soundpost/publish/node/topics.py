"""The base topics of nodes and of their sources."""

from collections.abc import Iterable

from soundpost.messages import NodeName
from soundpost.publish.home_assistant.object_ids import object_id

_STATUS = "/status"
_ANNOUNCEMENT = "soundpost"
"""The object id of the announcement, the last level but one of its topic."""


def node_topic(prefix: str, name: NodeName) -> str:
    """Returns the base topic: `<prefix>/<node>`, or `<prefix>/<node>/<source>` of a source."""
    return f"{prefix}/{name.path}"


def node_name(base: str) -> NodeName:
    """Returns the node, and the source if any, of a base topic."""
    _, node, *source = base.split("/")
    return NodeName(node, *source)


def announcement_topic(discovery_prefix: str, name: NodeName) -> str:
    """Returns the full topic of the announcement to Home Assistant."""
    return f"{discovery_prefix}{_announcement_ending(name)}"


def topics_of_siblings(topics: Iterable[str], base: str) -> frozenset[str]:
    """Returns those topics that belong to the node of a base topic, but not to this base topic.

    Another source of the node, or the node itself, publishes there in a process of its own.

    Args:
        topics: Full topics that runs have stored. A run always stores that of its status.
        base: The base topic of the node or the source that reads them.
    """
    stored = frozenset(topics)
    whole_node = "/".join(base.split("/")[:2])
    bases = {base} | {topic.removesuffix(_STATUS) for topic in stored if topic.endswith(_STATUS)}
    siblings = {
        other
        for other in bases - {base}
        if other == whole_node or other.rpartition("/")[0] == whole_node
    }
    endings = tuple(_announcement_ending(node_name(sibling)) for sibling in siblings)
    return frozenset(
        topic for topic in stored if _base_of(topic, bases) in siblings or topic.endswith(endings)
    )


def _announcement_ending(name: NodeName) -> str:
    return f"/device/{object_id(name.path)}/{_ANNOUNCEMENT}/config"


def _base_of(topic: str, bases: set[str]) -> str | None:
    """Returns the longest base topic that a topic is below: that of a source, not of its node."""
    return max((base for base in bases if topic.startswith(f"{base}/")), key=len, default=None)
