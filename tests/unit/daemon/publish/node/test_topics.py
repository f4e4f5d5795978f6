"""Base topics of nodes and sources, and the topics of the sources beside one's own."""

import pytest

from soundpost.messages import NodeName
from soundpost.publish.node.topics import (
    announcement_topic,
    node_name,
    node_topic,
    topics_of_siblings,
)

NODE, YARD, GATE = "soundpost/farm", "soundpost/farm/yard", "soundpost/farm/gate"
OTHER = "soundpost/barn"


def topics(base: str) -> set[str]:
    """Returns the retained topics of a node or a source."""
    name = node_name(base)
    return {
        *(f"{base}/{topic}" for topic in ("status", "health", "sound/dog", "group/animals")),
        announcement_topic("homeassistant", name),
    }


@pytest.mark.parametrize("name", [NodeName("farm"), NodeName("farm", "yard")])
def test_a_base_topic_states_its_node_and_its_source(name: NodeName) -> None:
    """Nothing is lost on the way there and back."""
    assert node_name(node_topic("soundpost", name)) == name


@pytest.mark.parametrize(
    ("base", "stored", "siblings"),
    [
        (YARD, {YARD, GATE}, {GATE}),
        (YARD, {YARD, NODE}, {NODE}),
        (YARD, {GATE}, {GATE}),
        (NODE, {NODE, YARD, GATE}, {YARD, GATE}),
        (NODE, {NODE, OTHER}, set()),
        (YARD, {YARD, OTHER, f"{OTHER}/yard"}, set()),
        (YARD, {"home/farm/yard", "home/farm"}, set()),
    ],
)
def test_topics_of_the_node_and_of_its_other_sources_are_found(
    base: str, stored: set[str], siblings: set[str]
) -> None:
    """With the announcements; topics of other nodes and of an earlier prefix are not among them."""
    expected = set().union(*map(topics, siblings))
    assert topics_of_siblings(set().union(*map(topics, stored)), base) == expected


def test_two_sources_have_two_announcements_with_ids_that_home_assistant_takes() -> None:
    """Neither is that of a node whose name looks like theirs."""
    names = [
        NodeName("farm"),
        NodeName("farm", "yard"),
        NodeName("farm_yard"),
        NodeName("farm-yard"),
    ]
    ids = {announcement_topic("homeassistant", name).split("/")[2] for name in names}
    assert len(ids) == len(names)
    assert all(id_.replace("_", "").replace("-", "").isalnum() for id_ in ids)
