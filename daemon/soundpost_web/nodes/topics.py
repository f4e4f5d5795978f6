"""The topics of nodes: which are subscribed to, and which node and leaf one belongs to."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from soundpost.config.types import TOPICS_OF_A_NODE

EVENTS = ("detections", "summaries")
"""The topics of messages that the history must not lose."""
STATES = ("status", "health", "level", "settings", "result", "live_view")
"""The topics of which only what is published now matters."""
LEAVES = (*EVENTS, *STATES)
"""The topics below a node, or a source of it, that the page reads."""
CLIP = "clip"
"""The topic of the pieces of clips, which is read if clips are fetched from nodes."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""The name of a node or source, as the configuration of a node has it."""


class NodeTopic(NamedTuple):
    """A topic of a node.

    Attributes:
        node: `<node>` or `<node>/<source>`.
        leaf: One of `LEAVES`, or `CLIP`.
    """

    node: str
    leaf: str


def filters(prefix: str, leaves: Sequence[str] = LEAVES) -> list[str]:
    """Returns the filters of a subscription to all nodes and their sources."""
    return [f"{prefix}/{level}/{leaf}" for level in ("+", "+/+") for leaf in leaves]


def parse_topic(
    prefix: str, topic: str, leaves: Sequence[str] = (*LEAVES, CLIP)
) -> NodeTopic | None:
    """Returns the node and the leaf of a topic; None for one that no node publishes."""
    node, _, leaf = topic.removeprefix(f"{prefix}/").rpartition("/")
    is_topic = topic.startswith(f"{prefix}/") and leaf in leaves and is_node_name(node)
    return NodeTopic(node, leaf) if is_topic else None


def is_command(prefix: str, topic: str) -> bool:
    """Returns whether a topic is that of a command to a node; filters of sources match it too."""
    levels = topic.removeprefix(f"{prefix}/").split("/")
    return topic.startswith(f"{prefix}/") and levels[-2:-1] == ["command"]


def is_node_name(name: str) -> bool:
    """Returns whether a name is that of a node, or of a source as `<node>/<source>`."""
    levels = name.split("/")
    return (
        len(levels) <= 2  # noqa: PLR2004 - a node and a source
        and all(_NAME.fullmatch(level) for level in levels)
        # `<node>/sound/status` is the state of a label, and no source is called so.
        and (len(levels) == 1 or levels[1] not in TOPICS_OF_A_NODE)
    )
